// SPDX-License-Identifier: Apache-2.0
// The script that fetches executables, in the shells and with the downloaders of runner images.
import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FETCH_SCRIPT, fetchHooks, hookProblem, sha256 } from "../../contract/index.js";
import { type FileServer, PROGRAM, type Released, release, serveFiles } from "../world/file-server.js";
import { findProgram, inEveryShell, type Shell } from "./shells.js";

/** What the script calls, but for what downloads. */
const TOOLS = "cat chmod cp date grep gzip id ln ls mkdir mv rm sha256sum sh sleep tail timeout tr uname wc".split(" ");

let folder: string;
let server: FileServer;
let files: Released;

beforeAll(async () => {
  server = await serveFiles();
});

afterAll(() => server.close());

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spacetail-fetch-"));
  files = release(server.url);
  server.files = files.served;
  server.requests.length = 0;
});

afterEach(() => rmSync(folder, { recursive: true }));

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A PATH with the tools and these downloaders; links of BusyBox are called as `busybox:wget`. */
function pathWith(...downloaders: string[]): string {
  const bin = join(folder, `bin-${downloaders.join("-").replace(":", "-")}`);
  if (existsSync(bin)) return bin;
  mkdirSync(bin);
  for (const name of [...TOOLS, ...downloaders]) {
    const [first = "", applet] = name.split(":");
    symlinkSync(findProgram(first), join(bin, applet ?? first));
  }
  return bin;
}

/** Runs the script in a shell, with a runtime directory of its own unless there is a target. */
function fetchIn(
  shell: Shell,
  env: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
  wrapper: readonly string[] = [],
): Promise<Outcome> {
  const words = [...wrapper, ...shell.command, "-c", FETCH_SCRIPT, "fetch", ...args];
  const child = spawn(words[0] ?? "", words.slice(1), {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: pathWith("curl"), TS_RUNTIME_DIR: folder, SPACETAIL_FILES: files.list, ...env },
  });
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) child[name].on("data", (data) => (text[name] += String(data)));
  return new Promise((resolve) => child.on("close", (status) => resolve({ status, ...text })));
}

const target = () => join(folder, `spacetail-${process.getuid?.()}`, "bin");

const ready = () => ({ status: 0, stdout: `${target()}\n`, stderr: "" });

/** How the script fails: with one line. */
function failure(reason: string): Outcome {
  return {
    status: 1,
    stdout: "",
    stderr: expect.stringMatching(new RegExp(`^spacetail: [^\\n]*${reason}[^\\n]*\\n$`)),
  };
}

inEveryShell("what is fetched is private, runs, and is not fetched again", async (shell) => {
  expect(await fetchIn(shell)).toEqual(ready());
  expect(readFileSync(join(target(), "tailscaled"))).toEqual(files.executables.tailscaled);
  expect(spawnSync(join(target(), "spacetail"), { encoding: "utf8" }).stdout).toBe(PROGRAM);
  expect(readlinkSync(join(target(), "tailscale"))).toBe("spacetail");
  for (const path of [target(), join(target(), ".."), join(target(), "spacetail")]) {
    expect(statSync(path).mode & 0o777).toBe(0o700);
  }
  expect(server.requests).toEqual(["GET /spacetail.gz", "GET /tailscaled.gz"]);
  expect(await fetchIn(shell)).toEqual(ready());
  expect(server.requests).toHaveLength(2);
});

inEveryShell("what is there with another content is replaced", async (shell) => {
  await fetchIn(shell);
  writeFileSync(join(target(), "spacetail"), "#!/bin/sh\necho worse\n");
  expect(await fetchIn(shell)).toEqual(ready());
  expect(readFileSync(join(target(), "spacetail"))).toEqual(files.executables.spacetail);
});

inEveryShell("each failure is one line that says why, and leaves nothing that could run", async (shell) => {
  const failing: Readonly<Record<string, string>> = {
    tampered: "the SHA-256 of the executable in it is [0-9a-f]{64} instead of [0-9a-f]{64}\\.",
    truncated: "it has 40 bytes instead of \\d+\\.",
    plain: "it is not a complete gzip file\\.",
    missing: "404",
    silent: "it took longer than 2 seconds",
    gone: "[Cc]onnect",
  };
  const outcomes = await Promise.all(
    Object.keys(failing).map(async (name) => {
      const own = join(folder, name);
      mkdirSync(own);
      const list = files.listWith(
        "tailscaled",
        name === "gone" ? "http://127.0.0.1:1/x.gz" : `${server.url}/${name}.gz`,
      );
      const limit = name === "silent" ? "2" : "60";
      // The plain file is one whose size is unknown.
      const known = name === "plain" ? list.replace(/ \d+ (\S+)$/, " 0 $1") : list;
      const env = { TS_RUNTIME_DIR: own, SPACETAIL_FILES: known, SPACETAIL_FETCH_TIMEOUT: limit };
      const outcome = await fetchIn(shell, env);
      const left = existsSync(join(own, `spacetail-${process.getuid?.()}`, "bin/tailscaled"));
      return [name, { ...outcome, left }];
    }),
  );
  expect(Object.fromEntries(outcomes)).toEqual(
    Object.fromEntries(
      Object.entries(failing).map(([name, reason]) => [
        name,
        { ...failure(`Cannot fetch tailscaled from http:[^ ]*: .*${reason}`), left: false },
      ]),
    ),
  );
  // A server that refuses is not asked again; others are, because the next answer may be a better one.
  expect(server.requests.filter((one) => one.endsWith("/missing.gz"))).toHaveLength(1);
  expect(server.requests.filter((one) => one.endsWith("/tampered.gz"))).toHaveLength(3);
});

inEveryShell("a server that recovers is asked again", async (shell) => {
  server.failures = 2;
  expect(await fetchIn(shell)).toEqual(ready());
  expect(server.requests).toHaveLength(4);
});

describe("the cache", () => {
  inEveryShell("saves another download", async (shell) => {
    const cache = join(folder, "cache");
    expect(await fetchIn(shell, {}, ["", cache])).toEqual(ready());
    rmSync(join(target(), ".."), { recursive: true });
    expect(
      await fetchIn(shell, { SPACETAIL_FILES: files.list.replaceAll(server.url, "http://127.0.0.1:1") }, ["", cache]),
    ).toEqual(ready());
    expect(readFileSync(join(target(), "tailscaled"))).toEqual(files.executables.tailscaled);
  });

  inEveryShell("is not trusted", async (shell) => {
    const cache = join(folder, "cache");
    await fetchIn(shell, {}, ["", cache]);
    rmSync(join(target(), ".."), { recursive: true });
    const [line = ""] = files.list.split("\n");
    const kept = join(cache, `spacetail-${line.split(" ")[2]}.gz`);
    writeFileSync(kept, files.served["tampered.gz"] ?? "");
    expect(await fetchIn(shell, {}, ["", cache])).toEqual(ready());
    expect(readFileSync(join(target(), "spacetail"))).toEqual(files.executables.spacetail);
    expect(readFileSync(kept)).toEqual(files.served["spacetail.gz"]);
  });
});

inEveryShell("the target may be given, for a build", async (shell) => {
  const given = join(folder, "app/bin");
  expect(await fetchIn(shell, {}, [given])).toEqual({ ...ready(), stdout: `${given}\n` });
  expect(statSync(join(given, "spacetail")).mode & 0o777).toBe(0o755);
});

describe("the runtime directory", () => {
  inEveryShell("is not one that somebody else may have prepared", async (shell) => {
    const own = join(folder, `spacetail-${process.getuid?.()}`);
    mkdirSync(own, { mode: 0o777 });
    spawnSync("chmod", ["777", own]);
    expect(await fetchIn(shell)).toEqual(failure("is not a directory of this user with mode 0700"));
    rmSync(own, { recursive: true });
    mkdirSync(join(folder, "other"), { mode: 0o700 });
    symlinkSync(join(folder, "other"), own);
    expect(await fetchIn(shell)).toEqual(failure("is not a directory of this user with mode 0700"));
    expect(server.requests).toEqual([]);
  });

  const unshare = ["unshare", "--map-root-user", "--mount"];
  const canMount = spawnSync("unshare", [...unshare.slice(1), "true"]).status === 0;
  const noexec = (shell: Shell) => {
    if (!canMount) return void process.stderr.write("skipped: noexec: this user cannot have a mount namespace\n");
    return async () => {
      const [first, second] = [join(folder, "first"), join(folder, "second")];
      for (const path of [first, second]) mkdirSync(path);
      const mount = `mount -t tmpfs -o noexec none ${first} && exec "$@"`;
      const wrapper = [...unshare, "sh", "-c", mount, "sh"];
      const path = `${pathWith("curl")}:${process.env.PATH}`;
      const outcome = await fetchIn(shell, { PATH: path, TS_RUNTIME_DIR: first }, [], wrapper);
      expect(outcome).toEqual(failure("is not writable, or is mounted with noexec"));
    };
  };
  inEveryShell("is not mounted with noexec", (shell) => noexec(shell)?.());
});

describe("what downloads", () => {
  const available = ["curl", "wget", "busybox:wget"].filter((name) => findProgram(name.split(":")[0] ?? "") !== "");
  /** True if the shell runs the wget that it has in itself, whatever is on PATH, as Debian's BusyBox does. */
  const hasWget = ({ command: [program = "", ...words] }: Shell) =>
    spawnSync(program, [...words, "-c", "command -v wget"], { env: { PATH: "/none" } }).status === 0;

  inEveryShell("may be curl, GNU wget or BusyBox wget", async (shell) => {
    for (const name of available) {
      expect([name, await fetchIn(shell, { PATH: pathWith(name) })]).toEqual([name, ready()]);
      rmSync(join(target(), ".."), { recursive: true });
      const missing = {
        PATH: pathWith(name),
        SPACETAIL_FILES: files.listWith("tailscaled", `${server.url}/missing.gz`),
      };
      expect([name, await fetchIn(shell, missing)]).toEqual([name, failure("404")]);
    }
  });

  inEveryShell("must be there", async (shell) => {
    const outcome = await fetchIn(shell, { PATH: pathWith() });
    expect(outcome).toEqual(hasWget(shell) ? ready() : failure("without curl or wget"));
  });

  inEveryShell("uses the run's proxy", async (shell) => {
    for (const name of available) {
      server.requests.length = 0;
      const elsewhere = files.list.replaceAll(server.url, "http://files.invalid");
      // curl and GNU wget read this one in lower case only.
      const env = { PATH: pathWith(name), SPACETAIL_FILES: elsewhere, HTTP_PROXY: server.url };
      expect([name, await fetchIn(shell, env)]).toEqual([name, ready()]);
      expect(server.requests).toContain("GET http://files.invalid/tailscaled.gz");
      rmSync(join(target(), ".."), { recursive: true });
    }
  });

  inEveryShell("uses it for https too, or is refused", async (shell) => {
    const list = files.list.replaceAll(server.url, "https://files.invalid");
    const env = { SPACETAIL_FILES: list, HTTPS_PROXY: server.url, SPACETAIL_FETCH_TIMEOUT: "60" };
    for (const name of available) {
      const outcome = await fetchIn(shell, { ...env, PATH: pathWith(name) });
      const isBusyBox = name.startsWith("busybox") || (name === "wget" && hasWget(shell));
      expect(outcome).toEqual(
        failure(isBusyBox ? "BusyBox wget does not use the proxy http://127.0.0.1:\\d+ for https" : "spacetail"),
      );
      expect(server.requests.includes("CONNECT files.invalid:443")).toBe(!isBusyBox);
      server.requests.length = 0;
    }
    if (!available.includes("busybox:wget")) return;
    const bypassed = { ...env, PATH: pathWith("busybox:wget"), NO_PROXY: "db, .invalid" };
    expect(await fetchIn(shell, bypassed)).toEqual(
      failure("Cannot fetch spacetail from https://files.invalid/spacetail.gz"),
    );
  });
});

describe("the hooks", () => {
  inEveryShell("put the executables on PATH, and run no other script than that of the context", async (shell) => {
    const script = join(folder, "fetch.sh");
    const content = `#!/bin/sh\nSPACETAIL_FILES='${files.list}'\n${FETCH_SCRIPT}`;
    const hooks = fetchHooks(script, sha256(content.trimEnd()));
    expect(hooks.map(hookProblem)).toEqual([null, null]);
    const phase = [...hooks, "spacetail"].map((hook) => `{ ${hook}; }`).join(" && ");
    const [program = "", ...words] = shell.command;
    const run = () => fetchIn({ ...shell, command: [program, ...words, "-c", phase] });
    const refused = failure(`${script} is missing, or is not the file of this context\\.`);
    const outcomes: Outcome[] = [];
    for (const text of [content, `echo hidden; ${content}`, content.replace("umask 077", "umask 0")]) {
      writeFileSync(script, text);
      outcomes.push(await run());
    }
    rmSync(script);
    outcomes.push(await run());
    const missing = {
      ...refused,
      stderr: expect.stringContaining(`spacetail: ${script} is missing, or is not the file`),
    };
    expect(outcomes).toEqual([{ status: 0, stdout: PROGRAM, stderr: "" }, refused, refused, missing]);
  });
});

inEveryShell("addresses are shown without what may be secret in them", async (shell) => {
  const { host } = new URL(server.url);
  const list = files.listWith("spacetail", `http://user:hidden@${host}/missing.gz?sig=hidden`);
  const outcome = await fetchIn(shell, { SPACETAIL_FILES: list });
  expect(outcome).toEqual(failure(`Cannot fetch spacetail from http://${host}/missing.gz: `));
  expect(outcome.stderr).not.toContain("hidden");
});

inEveryShell("a machine without executables is refused", async (shell) => {
  expect(await fetchIn(shell, {}, [], [findProgram("setarch"), "i686"])).toEqual(failure("no executables for i686"));
  const list = files.list.replaceAll("amd64", "arm64");
  expect(await fetchIn(shell, { SPACETAIL_FILES: list })).toEqual(failure("no executables for amd64 in this context"));
});
