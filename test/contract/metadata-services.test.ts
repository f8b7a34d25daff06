// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isMetadataService, METADATA_SERVICES, metadataForNoProxy } from "../../contract/wire/metadata-services.js";
import { noProxyEntryProblem } from "../../contract/wire/no-proxy.js";
import { noProxyFor } from "../../contract/wire/proxy-variables.js";

describe("the table of metadata services", () => {
  test("has every one by all of its names and addresses", () => {
    for (const { names, addresses } of METADATA_SERVICES) {
      const single = addresses.filter((address) => !address.includes("/"));
      for (const host of [...names, ...single]) expect([host, isMetadataService(host, false)]).toEqual([host, true]);
    }
  });

  test.each([
    "169.254.169.254",
    "169.254.170.2",
    "[fd00:ec2::254]",
    "FD00:EC2::23",
    "::ffff:169.254.169.254",
    "fe80::a9fe:a9fe%eth0",
    "metadata.google.internal.",
    "METADATA.GOOGLE.INTERNAL",
    "168.63.129.16",
    "100.100.100.200",
  ])("recognizes %s", (host) => {
    expect(isMetadataService(host, false)).toBe(true);
  });

  test.each([
    "metadata",
    "google.internal",
    "x.metadata.google.internal",
    "100.100.100.100",
    "100.64.0.1",
    "168.63.129.17",
  ])("does not recognize %s", (host) => {
    expect(isMetadataService(host, false)).toBe(false);
  });

  test("leaves addresses that nodes may have to them", () => {
    for (const address of METADATA_SERVICES.flatMap(({ contested }) => contested)) {
      expect(isMetadataService(address, false)).toBe(true);
      expect(isMetadataService(address, true)).toBe(false);
    }
    expect(isMetadataService("100.100.100.200", true)).toBe(true);
  });

  test("is in NO_PROXY as far as every program can read it", () => {
    const { word } = noProxyFor("", {});
    for (const entry of metadataForNoProxy()) {
      expect(noProxyEntryProblem(entry)).toBeNull();
      expect(word.split(",")).toContain(entry);
    }
    expect(word.split(",")).toEqual(
      expect.arrayContaining(["169.254.169.254", "100.100.100.200", "168.63.129.16", "metadata.google.internal"]),
    );
    expect(word).not.toContain(":");
    expect(word).not.toContain("/");
  });

  test("is in the documentation", () => {
    const page = readFileSync(join(__dirname, "../../docs/networks.md"), "utf8");
    const rows = METADATA_SERVICES.map(({ cloud, names, addresses, contested, source }) => {
      const places = [...names, ...addresses, ...contested].map((one) => `\`${one}\``).join(", ");
      const sources = source.split(", ").map((url, i) => `[${i + 1}](${url})`);
      return `| ${cloud} | ${places} | ${sources.join(", ")} |`;
    });
    expect(page.split("\n")).toEqual(expect.arrayContaining(rows));
  });

  test("says where each row comes from", () => {
    for (const { source } of METADATA_SERVICES) expect(source).toMatch(/^https:\/\//);
  });
});
