// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSettings } from "../../contract/index.js";
import { goBuildTags } from "../../image/spacetail/process/go-build.js";
import { chooseNetworking, hasCapability, networkingOfDaemon } from "../../image/spacetail/tunnel/networking.js";
import { isOfSession } from "../../image/spacetail/tunnel/ssh-sessions.js";
import { loginProblem } from "../../image/spacetail/tunnel/ssh-user.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "networking-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A program as the Go compiler makes it: with a read-only segment first, and notes at the beginning of the other. */
function program(notes: string): string {
  const [table, entry, data] = [64, 56, 4096];
  const file = Buffer.alloc(data + 1024);
  file.write("\x7fELF\x02", "latin1");
  file.writeUInt32LE(table, 32);
  file.writeUInt16LE(entry, 54);
  file.writeUInt16LE(2, 56);
  for (const [i, [flags = 0, offset = 0]] of [
    [5, 0],
    [6, data],
  ].entries()) {
    file.writeUInt32LE(1, table + i * entry);
    file.writeUInt32LE(flags, table + i * entry + 4);
    file.writeUInt32LE(offset, table + i * entry + 8);
  }
  file.write("build\t-tags=not,here", 200);
  file.write(notes, data, "latin1");
  const path = join(folder, "program");
  writeFileSync(path, file);
  return path;
}

describe("the build tags of a Go program", () => {
  test.each([
    [
      "\xff Go buildinf:\x08\x02path\tx\nbuild\t-compiler=gc\nbuild\t-tags=ts_omit_ssh,ts_omit_osrouter\nbuild\tGOOS=linux\n",
      ["ts_omit_ssh", "ts_omit_osrouter"],
    ],
    ["\xff Go buildinf:\x08\x02path\tx\nbuild\tGOOS=linux\n", []],
    ["something else", null],
  ])("of %j", (notes, tags) => {
    expect(goBuildTags(program(notes))).toEqual(tags);
  });

  test.each(["", "#!/bin/sh\nexec other\n", "\x7fELF\x02"])("of a file with %j are unknown", (text) => {
    const path = join(folder, "other");
    writeFileSync(path, text);
    expect(goBuildTags(path)).toBeNull();
    expect(goBuildTags(join(folder, "none"))).toBeNull();
  });
});

describe("the networking of a tunnel", () => {
  const small =
    "\xff Go buildinf:\x08\x02path\tx\nbuild\t-tags=ts_omit_osrouter,ts_omit_advertiseroutes,ts_omit_advertiseexitnode,ts_omit_ssh\n";
  const settings = (env: Record<string, string>) => readSettings({ TS_AUTHKEY: "tskey-auth-a", ...env });

  test("is userspace by default, whatever the machine has", () => {
    expect(chooseNetworking(settings({}), program(small))).toEqual({ networking: "userspace", notes: [] });
    expect(chooseNetworking(settings({ TS_USERSPACE: "true" }), "/none").networking).toBe("userspace");
  });

  test("cannot be the kernel's with the small tailscaled", () => {
    const path = program(small);
    expect(() => chooseNetworking(settings({ TS_USERSPACE: "false" }), path)).toThrow(
      `Kernel networking (TS_USERSPACE=false) needs the full tailscaled: ${path} is built with ts_omit_osrouter. Provide it, or set TS_USERSPACE=auto.`,
    );
    expect(chooseNetworking(settings({ TS_USERSPACE: "auto" }), path)).toEqual({
      networking: "userspace",
      notes: [
        `userspace networking (TS_USERSPACE=auto): kernel networking needs the full tailscaled: ${path} is built with ts_omit_osrouter.`,
      ],
    });
  });

  test.each([
    ["--ssh", "--ssh", "ts_omit_ssh"],
    ["--advertise-routes=10.0.0.0/8", "--advertise-routes", "ts_omit_advertiseroutes"],
    ["--advertise-exit-node", "--advertise-exit-node", "ts_omit_advertiseexitnode"],
  ])("%s is refused where tailscaled is built without it", (flags, name, tag) => {
    const path = program(small);
    expect(() => chooseNetworking(settings({ TS_EXTRA_ARGS: flags }), path)).toThrow(
      `${name} in TS_EXTRA_ARGS needs a tailscaled that has it: ${path} is built with ${tag}. `,
    );
    expect(chooseNetworking(settings({ TS_EXTRA_ARGS: flags }), program("\xff Go buildinf:\x08\x02")).notes).toContain(
      `${name}: shields are down, so peers reach every port of this machine that the tailnet's policy lets them.`,
    );
  });

  test("is in the command line of tailscaled", () => {
    expect(networkingOfDaemon(["/bin/tailscaled", "--tun=tailscale0"])).toBe("kernel");
    expect(networkingOfDaemon(["/bin/tailscaled", "--tun=userspace-networking"])).toBe("userspace");
  });

  test.each([
    ["0000000000001000", true],
    ["000001fffeffffff", true],
    ["0000000000000000", false],
    ["000001ffffffefff", false],
  ])("the capabilities %s contain NET_ADMIN: %s", (digits, has) => {
    expect(hasCapability(`Name:\tx\nCapPrm:\t0000000000001000\nCapEff:\t${digits}\nCapBnd:\t0\n`, 12)).toBe(has);
  });
});

test.each([
  ["1983 ", ""],
  ["", 'this process has the groups "", and user spacelift has "1983"'],
  ["999 1983", 'this process has the groups "999 1983", and user spacelift has "1983"'],
])("with the groups %j of a process, the problem of a login is %j", (groups, problem) => {
  const status = `Name:\tspacetail\nGroups:\t${groups}\nNStgid:\t1\n`;
  const passwd = "root:x:0:0::/root:/bin/sh\nspacelift:x:1983:1983::/home/spacelift:/bin/sh\n";
  const group = "root:x:0:\nspacelift:x:1983:\ndocker:x:999:other\n";
  expect(loginProblem(1983, status, passwd, group)).toBe(problem);
  expect(loginProblem(1983, status, passwd, group.replace("other", "spacelift"))).toBe(
    groups === "999 1983" ? "" : `this process has the groups "${groups.trim()}", and user spacelift has "1983 999"`,
  );
  expect(loginProblem(5, status, passwd, group)).toBe("/etc/passwd has no user 5");
  expect(loginProblem(0, "", "", "")).toBe("");
});

test.each([
  [["SSH_CONNECTION=100.64.0.1 5000 100.64.0.9 22"], true],
  [["PATH=/bin", "SSH_CONNECTION=fd7a::1 5000 fd7a:115c:a1e0::9 22"], true],
  [["SSH_CONNECTION=100.64.0.9 22 100.64.0.1 5000"], false],
  [["SSH_CONNECTION="], false],
  [["PATH=/bin"], false],
])("a process with %j is of a session: %s", (variables, isOne) => {
  expect(isOfSession(variables, ["100.64.0.9", "fd7a:115c:a1e0::9"])).toBe(isOne);
});
