// SPDX-License-Identifier: Apache-2.0
// Container runtimes filter the system calls of their containers, and capture works as a second filter.
import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compile } from "../../e2e/capture/compile.js";
import { accessTo, describeInContainers, nodesLeft, PATIENT, Stage, useWorld } from "../../e2e/stage.js";
import { ROOT } from "../../world/world.js";

const PROFILE = join(ROOT, ".cache/world/profile");
const FETCH = join(ROOT, ".cache/world/clients/fetch");
const YAMA = "/proc/sys/kernel/yama/ptrace_scope";

describeInContainers("capture under the default seccomp profile", () => {
  const world = useWorld();

  describe.each(["docker", "containerd"])("of %s", (name) => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await Stage.open("native", { ...(await accessTo(world().tailnet)), ...PATIENT });
      copyFileSync(compile("edges"), join(stage.workspace, "edges"));
      const up = await under("spacetail up --watch none", { TS_CAPTURE: "true" });
      if (up.code !== 0) throw new Error(up.text);
      expect(up.text).toContain("spacetail: capture: on");
    });
    afterAll(async () => {
      await stage?.run("spacetail down");
      await stage?.close();
    });

    const under = (line: string, environment: Record<string, string> = {}) =>
      stage.run(`${PROFILE} ${name} sh -c "$LINE"`, { ...environment, LINE: line });

    const addressOfDb = (): string =>
      world()
        .tailnet.info.peers.find((peer) => peer.name === "db")
        ?.addresses.find((one) => one.includes(".")) ?? "";

    test("the profile is in force", async () => {
      // Without a profile, this call does nothing and is allowed to everybody.
      expect((await under("grep Seccomp: /proc/self/status")).text).toMatch(/Seccomp:\s+2/);
      const made = await under("python3 -c 'import ctypes; print(ctypes.CDLL(None).unshare(0))'");
      expect(made.text).toBe("-1\n");
    });

    test("programs reach the tailnet by name", async () => {
      const output = await under(`spacetail run --capture=on -- ${FETCH} http://state/hello 2>/dev/null`);
      expect(output.text).toBe("hello from the tailnet\n");
    });

    test("connections end, fail, wait and are interrupted as the kernel's", async () => {
      const kernel = await under("./edges kernel");
      const captured = await under(`spacetail run --capture=on -- ./edges ${addressOfDb()} 2>/dev/null`);
      expect(captured.text.split("\n")).toEqual(kernel.text.split("\n"));
    });

    // The service gives up on connections that carry nothing for 5 minutes.
    test("1,000 connections are made at once", async () => {
      const output = await under(`spacetail run --capture=on -- ./edges ${addressOfDb()} 1000 2>/dev/null`);
      expect(output.text).toBe("1000 at once: 1000 connected, 0 refused\n");
    });

    test("nothing is left when all is over", async () => {
      expect((await under("spacetail down")).code).toBe(0);
      expect(await stage.leftovers()).toEqual([]);
      expect(await nodesLeft(world().tailnet)).toEqual([]);
    });
  });

  /** What a kernel with yama allows: 1 is usual where there is any. */
  const scope = existsSync(YAMA) ? readFileSync(YAMA, "utf8").trim() : "";
  if (scope !== "1")
    console.warn(`skipped: capture with yama: ${scope === "" ? "this kernel has none" : `it is ${scope}`}`);
  (scope === "1" ? test : test.skip)("and with yama, only ancestors read memory", async () => {
    const stage = await Stage.open("native", { ...(await accessTo(world().tailnet)), ...PATIENT });
    try {
      const output = await stage.run(`spacetail run --capture=on -- sh -c '(${FETCH} http://state/hello)' 2>/dev/null`);
      expect(output.text).toBe("hello from the tailnet\n");
    } finally {
      await stage.close();
    }
  });
});
