// SPDX-License-Identifier: Apache-2.0
// The worker inside a run's container: starts commands and reports what they print and when they end. It reads one JSON
// request a line from standard input and writes one JSON report a line to standard output; see worker-protocol.ts. It
// ends, and the container with it, when standard input does.
const { spawn, spawnSync } = require("node:child_process");
const fs = require("node:fs");
const { Socket } = require("node:net");
const { join } = require("node:path");
const readline = require("node:readline");

const HOME = "/mnt/worker";

const running = new Map();

function report(event) {
  process.stdout.write(`${JSON.stringify({ at: Date.now(), ...event })}\n`);
}

/**
 * Makes a pipe and answers its two ends. Node gives children a socket pair for "pipe", which cannot be opened again
 * through /dev/stderr as a pipe can, so this takes a FIFO and unlinks it.
 */
function makePipe() {
  const directory = fs.mkdtempSync(join(HOME, "pipe-"));
  const path = join(directory, "fifo");
  const made = spawnSync("mkfifo", ["-m", "600", path], { stdio: ["ignore", "ignore", "pipe"] });
  if (made.status !== 0) throw new Error(`mkfifo ${path}: ${made.error?.message ?? made.stderr}`);
  const readEnd = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  const writeEnd = fs.openSync(path, "w");
  fs.rmSync(directory, { recursive: true });
  return { readEnd, writeEnd };
}

/** Reports what comes out of a pipe under its index, and its end-of-file. */
function follow(id, pipe, readEnd) {
  const stream = new Socket({ fd: readEnd, readable: true, writable: false });
  stream.setEncoding("utf8");
  stream.on("data", (text) => report({ event: "output", id, pipe, text }));
  // An unreadable pipe counts as ended; "close" follows every error.
  stream.on("error", () => {});
  stream.on("close", () => report({ event: "closed", id, pipe }));
}

/** A standard input whose other end is already closed. */
function closedInput() {
  const { readEnd, writeEnd } = makePipe();
  fs.closeSync(writeEnd);
  return readEnd;
}

/** Reports each file that appears in the command's mark directory, with the time at which it was made. */
function watchMarks(id) {
  const directory = join(HOME, "marks", String(id));
  fs.mkdirSync(directory, { recursive: true });
  const seen = new Set();
  const look = () => {
    const found = fs.readdirSync(directory).filter((name) => !seen.has(name));
    const marks = found.map((name) => ({ name, at: fs.statSync(join(directory, name)).mtimeMs }));
    for (const mark of marks.sort((a, b) => a.at - b.at)) {
      seen.add(mark.name);
      report({ event: "mark", id, name: mark.name, at: mark.at });
    }
  };
  const watcher = fs.watch(directory, look);
  return () => {
    watcher.close();
    look();
  };
}

function start({ id, argv, environment, directory, pipes, input, marks }) {
  const stdio = [input === "closed-pipe" ? closedInput() : "ignore"];
  const made = pipes.map(() => makePipe());
  pipes.forEach((descriptors, pipe) => {
    for (const descriptor of descriptors) stdio[descriptor] = made[pipe].writeEnd;
  });
  // A descriptor above 2 that nobody asked for stays closed: Node opens no /dev/null there.
  for (let i = 0; i < stdio.length; i++) stdio[i] ??= "ignore";
  const stopWatching = marks ? watchMarks(id) : () => {};
  const child = spawn(argv[0], argv.slice(1), { cwd: directory, env: environment, stdio });
  for (const { writeEnd } of made) fs.closeSync(writeEnd);
  if (typeof stdio[0] === "number") fs.closeSync(stdio[0]);
  if (child.pid !== undefined) {
    running.set(id, child);
    report({ event: "started", id, pid: child.pid });
  }
  child.on("error", (error) => report({ event: "failed", id, message: error.message }));
  child.on("exit", (code, signal) => {
    const at = Date.now();
    running.delete(id);
    stopWatching();
    report({ event: "exit", id, code, signal, at });
  });
  made.forEach(({ readEnd }, pipe) => {
    follow(id, pipe, readEnd);
  });
}

/**
 * Closes what was inherited beyond the three standard descriptors, so that commands get only what they are given. Node
 * opens its own descriptors close-on-exec, hence the others are inherited.
 */
function closeInherited() {
  for (const name of fs.readdirSync("/proc/self/fd")) {
    const descriptor = Number(name);
    if (descriptor > 2 && isInheritable(descriptor)) fs.closeSync(descriptor);
  }
}

function isInheritable(descriptor) {
  let info;
  try {
    info = fs.readFileSync(`/proc/self/fdinfo/${descriptor}`, "utf8");
  } catch {
    return false;
  }
  const flags = Number.parseInt(/^flags:\s*([0-7]+)/m.exec(info)?.[1] ?? "0", 8);
  const closeOnExec = 0o2000000;
  return (flags & closeOnExec) === 0;
}

const requests = {
  start,
  signal({ id, signal }) {
    running.get(id)?.kill(signal);
  },
};

closeInherited();
fs.mkdirSync(join(HOME, "marks"));
report({ event: "ready" });
readline
  .createInterface({ input: process.stdin })
  .on("line", (line) => {
    const request = JSON.parse(line);
    try {
      requests[request.request](request);
    } catch (error) {
      report({ event: "failed", id: request.id, message: error.message });
    }
  })
  .on("close", () => process.exit(0));
