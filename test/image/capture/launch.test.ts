// SPDX-License-Identifier: Apache-2.0
import { readSettings } from "../../../contract/wire/settings.js";
import { captureMode, captureWay, hasProxy } from "../../../image/spacetail/capture/launch.js";
import type { Platform } from "../../../image/spacetail/platform/platform.js";

const SETTINGS = readSettings({});
const SIDECAR = readSettings({ TS_SIDECAR: "localhost:9002" });

/** A platform that can capture, unless its probe says otherwise, and whose process may be captured already. */
const platform = (probe = 0, isCaptured = false): Platform =>
  ({ capture: { probe: () => probe, isCaptured: () => isCaptured } }) as unknown as Platform;
const NODE = { capture: null } as unknown as Platform;

describe("captureWay", () => {
  test("captures where that is possible", () => {
    expect(captureWay(platform(), SETTINGS, "auto")).toBe("captured");
    expect(captureWay(platform(), SETTINGS, "on")).toBe("captured");
    expect(captureWay(platform(), SETTINGS, "off")).toBe("plain");
  });

  test("goes on without where that is impossible, unless it must", () => {
    expect(captureWay(platform(1022), SETTINGS, "auto")).toBe("plain");
    expect(captureWay(NODE, SETTINGS, "auto")).toBe("plain");
    expect(captureWay(platform(), SIDECAR, "auto")).toBe("plain");
    expect(() => captureWay(platform(1022), SETTINGS, "on")).toThrow(
      "Connections cannot be captured: the kernel cannot do it: it needs Linux 5.14, and gVisor does not have it.",
    );
    expect(() => captureWay(platform(), SIDECAR, "on")).toThrow(
      "Connections cannot be captured: the tunnel is in another container.",
    );
  });

  test.each(["auto", "on", "off"] as const)("leaves a program alone that is captured anyway: %s", (mode) => {
    expect(captureWay(platform(1016, true), SETTINGS, mode)).toBe("inside");
  });
});

test("captureMode takes three words", () => {
  expect(["auto", "on", "off"].map(captureMode)).toEqual(["auto", "on", "off"]);
  expect(() => captureMode("yes")).toThrow('--capture must be auto, on or off, but "yes" was given.');
});

describe("hasProxy", () => {
  test("is about the run's own proxy, and not about the tunnel's", () => {
    expect(hasProxy(SETTINGS, {})).toBe(false);
    expect(hasProxy(SETTINGS, { HTTPS_PROXY: "http://proxy.corp.test:3128" })).toBe(true);
    expect(hasProxy(SETTINGS, { HTTPS_PROXY: `http://${SETTINGS.httpProxy}` })).toBe(false);
  });
});
