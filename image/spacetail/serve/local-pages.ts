// SPDX-License-Identifier: Apache-2.0
import { formatHostPort, type HostPort } from "../../../contract/wire/addresses.js";
import { errorCode, Failure } from "../errors/failure.js";
import { headEnd, parseRequestHead } from "../front/http/head.js";
import type { Connection, Listener, Net } from "../platform/net.js";
import { sleep } from "../process/clock.js";

/** What a page says. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** The pages for those who watch over this machine, by their paths. */
export type Pages = Readonly<Record<string, (() => Promise<Answer>) | undefined>>;

/** The longest head of a request. Bytes. */
const LONGEST_HEAD = 8192;

/** How long a client may take for its request, and to read the answer. Milliseconds. */
const CLIENT_MS = 10_000;

/** How many clients are served at the same time; more are turned away, so that nobody can use up the descriptors. */
const MOST_CLIENTS = 32;

/**
 * Serves pages over plain HTTP. They contain neither names nor addresses, and nothing can be changed through them, so
 * they may be seen by other machines: those are who asks for them.
 *
 * @throws Failure if the address cannot be used
 */
export async function openLocalPages(net: Net, at: HostPort, pages: Pages): Promise<Listener> {
  let clients = 0;
  const accept = (connection: Connection): void => {
    if (clients >= MOST_CLIENTS) {
      connection.close();
      return;
    }
    clients += 1;
    const done = (): void => {
      clients -= 1;
      connection.close();
    };
    Promise.race([serve(connection, pages), sleep(CLIENT_MS)]).then(done, done);
  };
  try {
    return await listen(net, at, accept);
  } catch (error) {
    throw new Failure(
      `Cannot serve /healthz and /metrics on ${formatHostPort(at)} (${errorCode(error)}). Choose another address with ` +
        "TS_LOCAL_ADDR_PORT.",
    );
  }
}

async function listen(net: Net, at: HostPort, accept: (connection: Connection) => void): Promise<Listener> {
  try {
    return await net.listen(at.host, at.port, accept);
  } catch (error) {
    // All addresses of a machine without IPv6.
    if (at.host !== "::" || errorCode(error) !== "EAFNOSUPPORT") throw error;
    return await net.listen("0.0.0.0", at.port, accept);
  }
}

async function serve(connection: Connection, pages: Pages): Promise<void> {
  const head = await readHead(connection);
  if (head === null) return;
  const { method, path } = requestOf(head);
  const { status, body } = await answerTo(method, path, pages);
  const fields = [
    `HTTP/1.1 ${status} ${reasonOf(status)}`,
    "Content-Type: text/plain; version=0.0.4; charset=utf-8",
    `Content-Length: ${Buffer.from(body).length}`,
    "Connection: close",
  ];
  await connection.write(Buffer.from(`${fields.join("\r\n")}\r\n\r\n${method === "HEAD" ? "" : body}`));
  // Closing at once could discard what the client has not read yet.
  connection.end();
  for (;;) if ((await connection.read()) === null) return;
}

async function answerTo(method: string, path: string, pages: Pages): Promise<Answer> {
  if (method === "") return { status: 400, body: "bad request\n" };
  const page = pages[path];
  if (page === undefined) return { status: 404, body: "not found\n" };
  if (method !== "GET" && method !== "HEAD") return { status: 405, body: "method not allowed\n" };
  return await page();
}

/** The head of a request, empty if it is too long; null if the client goes away before its end. */
async function readHead(connection: Connection): Promise<Buffer | null> {
  let bytes: Buffer = Buffer.alloc(0);
  for (let from = 0; ; ) {
    if (bytes.length > LONGEST_HEAD) return Buffer.alloc(0);
    const { end, line } = headEnd(bytes, from);
    if (end >= 0) return bytes.subarray(0, end);
    from = line;
    const chunk = await connection.read();
    if (chunk === null) return null;
    bytes = Buffer.concat([bytes, chunk]);
  }
}

/** Method and path; both empty for what is not a request. */
function requestOf(head: Buffer): { method: string; path: string } {
  try {
    const { method, target } = parseRequestHead(head);
    return { method, path: target.split("?")[0] ?? "" };
  } catch {
    return { method: "", path: "" };
  }
}

function reasonOf(status: number): string {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    default:
      return "Service Unavailable";
  }
}
