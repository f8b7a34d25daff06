// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endMessage } from "../../image/spacetail/commands/down";
import { overwrite } from "../../image/spacetail/process/files";
import { hasLoggedOut } from "../../image/spacetail/tailnet/daemon-log";
import { loginError, nodeTrouble } from "../../image/spacetail/tailnet/health";
import type { Status } from "../../image/spacetail/tailnet/ipn";
import { acquire } from "../../image/spacetail/tunnel/lock";
import { candidates } from "../../image/spacetail/tunnel/place";
import { dirAt } from "../../image/spacetail/tunnel/runtime-dir";
import { parseState, readState, type State, writeState } from "../../image/spacetail/tunnel/state";
import type { Stopped } from "../../image/spacetail/tunnel/stop";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tunnel-files-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const STATE: State = {
  supervisor: { pid: 1, start: "1" },
  daemon: { pid: 2, start: "2" },
  watch: [],
  generation: 1,
  socket: "/s",
  forwards: [],
  phase: "up",
  reason: null,
  node: "unknown",
  problem: "",
  ephemeral: "yes",
  summary: null,
};

describe("the state file", () => {
  test("comes back as it was written, at the same size each time", () => {
    const dir = dirAt(folder);
    writeState(dir, STATE);
    const { size } = statSync(dir.state);
    writeState(dir, { ...STATE, problem: "something that takes more room" });
    expect(readState(dir)?.problem).toBe("something that takes more room");
    expect(statSync(dir.state).size).toBe(size);
  });

  test("can be overwritten in place", () => {
    const path = join(folder, "state");
    writeFileSync(path, "abc");
    expect(overwrite(path, "xy")).toBe(true);
    expect(readFileSync(path, "utf8")).toBe("xyc");
    expect(overwrite(join(folder, "missing"), "xy")).toBe(false);
  });

  test.each(["", "{}", "null", "[]", '"up"', '{"supervisor":{}}', '{"supervisor":{"pid":"1","start":1}}', "{"])(
    "%j is none",
    (text) => {
      expect(parseState(text)).toBeNull();
    },
  );
});

test.each(["{}", "[]", "null", '{"pid":"1"}', "nonsense"])("a lock file with %j is inherited", async (text) => {
  const path = join(folder, "lock");
  writeFileSync(path, text);
  const self = { pid: 7, start: "7" };
  const release = await acquire(
    path,
    { self, running: ({ pid }) => pid === 7 },
    { at: performance.now() + 60_000, totalMs: 0 },
  );
  release();
});

const NAME = `spacetail-${process.getuid?.()}`;

test.each([
  ["by default", {}, ["/tmp", "/dev/shm"]],
  [
    "with places of the user",
    { TMPDIR: "/t/", XDG_RUNTIME_DIR: "/run/user/1" },
    ["/tmp", "/t", "/run/user/1", "/dev/shm"],
  ],
  ["with the same place twice", { TMPDIR: "/tmp" }, ["/tmp", "/dev/shm"]],
  ["with places that cannot be used", { TMPDIR: "here", XDG_RUNTIME_DIR: `/${"x".repeat(90)}` }, ["/tmp", "/dev/shm"]],
  ["with a place in the workspace", { TMPDIR: "/mnt/workspace/tmp" }, ["/tmp", "/dev/shm"]],
  ["with a place that was chosen", { TMPDIR: "/t", TS_RUNTIME_DIR: "/run/" }, ["/run"]],
])("the places of the directory %s", (_, env, places) => {
  expect(candidates(env)).toEqual(places.map((place) => `${place}/${NAME}`));
});

test.each<[Partial<Stopped>, string]>([
  [{ node: "logged-out" }, "off the tailnet."],
  [{ node: "never-joined" }, "stopped; the node had not joined the tailnet."],
  [
    { node: "logged-out", ephemeral: "unknown" },
    "off the tailnet. If the auth key is not ephemeral, the control server still lists the node: delete it there.",
  ],
  [
    { node: "unanswered" },
    "stopped; the control server has not answered whether it admits the node. It is ephemeral: the control server deletes it when it has been offline for a while.",
  ],
  [
    { node: "left-behind", problem: "It refuses.", ephemeral: "unknown" },
    "stopped, but the node could not be logged out (It refuses). The control server deletes it later if its auth key is ephemeral; otherwise delete it there.",
  ],
  [
    { pending: true, problem: "connection refused" },
    "the tunnel is down; the node is not logged out yet (connection refused), and spacetail goes on trying in the background.",
  ],
])("down reports %j", (found, line) => {
  const stopped: Stopped = { node: "unknown", ephemeral: "yes", pending: false, problem: "", summary: null, ...found };
  expect(endMessage(stopped)).toBe(line);
});

describe("what tailscaled says about its node", () => {
  const status = (change: Partial<Status>) =>
    ({ BackendState: "Running", HaveNodeKey: true, MagicDNSSuffix: "", ...change }) as Status;
  const self = (Online: boolean) => ({ Self: { Online } }) as Partial<Status>;
  const GONE = "Received error: PollNetMap: initial fetch failed 404: node not found\n";
  const AWAY = "Received error: PollNetMap: unexpected EOF\n";

  test.each([
    ["on the tailnet", self(true), GONE, ""],
    ["deleted", self(false), AWAY + GONE, "the node was deleted"],
    ["not seen by a control server that is away", self(false), GONE + AWAY, ""],
    ["expired", { BackendState: "NeedsLogin" }, "", "the node's key has expired, or the node was deleted"],
    ["not approved", { BackendState: "NeedsMachineAuth" }, "", "the node needs an administrator's approval"],
    ["starting", { BackendState: "Starting" }, "", ""],
  ])("%s", (_, change, log, trouble) => {
    expect(nodeTrouble(status(change), () => log)).toBe(trouble);
  });

  test("the last login error", () => {
    expect(loginError(status({}))).toBe("");
    const Health = ["Other.", "You are logged out. The last login error was: invalid key"];
    expect(loginError(status({ Health }))).toBe("invalid key");
  });

  test("that it has logged out by itself, which means nothing before it was registered", () => {
    const done = "logged out ephemeral node on shutdown\n";
    expect(hasLoggedOut(done)).toBe(false);
    expect(hasLoggedOut(`Switching ipn state NeedsLogin -> Starting (WantRunning=true, nm=true)\n${done}`)).toBe(true);
  });
});
