// SPDX-License-Identifier: Apache-2.0
import { formatHostPort, type HostPort } from "../../../contract/wire/addresses.js";
import { parseHead, type ReplyHead } from "../egress/http-reply.js";
import { errorCode, errorMessage } from "../errors/failure.js";
import type { Connection, Net } from "../platform/net.js";
import { DIAL, type DialCall, type DialResult, dialResult, dialText, HANDOVER, OWN_DIAL } from "./local-api.js";

/** A connection through the tailnet, or why there is none. */
export interface TailnetDial {
  readonly result: DialResult;
  /** Null unless `result` is "connected". */
  readonly connection: Connection | null;
  /** Whether tailscaled waits for a client on the connection: see {@link Net.handOver}. */
  readonly takesClient: boolean;
  /** What the other side has sent already; it comes before what is read from the connection. */
  readonly early: Buffer;
  /** What tailscaled said about a failure; empty if nothing. */
  readonly reason: string;
}

/** The longest answer of tailscaled that is read. Bytes. */
const LONGEST_ANSWER = 16_384;

/**
 * Connects to a service through tailscaled.
 *
 * @param limitMs after which the attempt is given up
 * @param forClient whether the connection will do nothing but serve a client, which may then be handed over
 */
export type TailnetDialer = (target: HostPort, limitMs: number, forClient: boolean) => Promise<TailnetDial>;

/**
 * Unlike tailscaled's SOCKS5 proxy, its LocalAPI gives up no sooner than the caller does, and says why a connection
 * failed. The tailscaled of the runner image has calls of ours that also keep connections open whose one side has
 * ended; with any other tailscaled, its own call must do.
 *
 * @param socket tailscaled's
 */
export function tailnetDialer(net: Net, socket: string): TailnetDialer {
  const absent: DialCall[] = net.canHandOver ? [] : [HANDOVER];
  return async (target, limitMs, forClient) => {
    for (const call of forClient ? [HANDOVER, OWN_DIAL, DIAL] : [OWN_DIAL, DIAL]) {
      if (absent.includes(call)) continue;
      const dialed = await dialBy(call, net, socket, target, limitMs);
      if (dialed !== null) return dialed;
      if (call !== DIAL) absent.push(call);
    }
    return failed("failed", "tailscaled cannot dial");
  };
}

/** Null if tailscaled does not have the call. */
async function dialBy(
  call: DialCall,
  net: Net,
  socket: string,
  target: HostPort,
  limitMs: number,
): Promise<TailnetDial | null> {
  let connection: Connection;
  try {
    connection = await net.connectUnix(socket);
  } catch (error) {
    return failed("failed", `tailscaled does not answer (${errorCode(error)})`);
  }
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    connection.close();
  }, limitMs);
  try {
    await connection.write(Buffer.from(dialText(call, target)));
    const answer = await readAnswer(connection);
    if (answer === null) return failed(isLate ? "timeout" : "failed", "tailscaled closed the connection");
    const result = dialResult(answer);
    if (result === "connected") {
      return { result, connection, takesClient: call === HANDOVER, early: answer.rest, reason: "" };
    }
    connection.close();
    if (answer.status === 404) return null;
    return failed(result, reasonOf(answer.body, target));
  } catch (error) {
    connection.close();
    return failed(isLate ? "timeout" : "failed", errorMessage(error));
  } finally {
    clearTimeout(timer);
  }
}

interface Answer {
  readonly status: number;
  readonly headers: ReplyHead["headers"];
  readonly body: string;
  readonly rest: Buffer;
}

/** Reads the head of the answer, and its body unless the connection is made; null if the connection ends before. */
async function readAnswer(connection: Connection): Promise<Answer | null> {
  let bytes: Buffer = Buffer.alloc(0);
  for (;;) {
    const next = await connection.read();
    if (next === null) return null;
    bytes = bytes.length === 0 ? next : Buffer.concat([bytes, next]);
    const text = bytes.toString("latin1");
    const head = parseHead(text);
    if (head !== null) {
      const { status, headers, bodyAt } = head;
      const length = Number(headers["content-length"] ?? "0");
      if (status === 101 || bytes.length >= bodyAt + length) {
        return { status, headers, body: text.slice(bodyAt), rest: bytes.subarray(bodyAt) };
      }
    }
    if (bytes.length > LONGEST_ANSWER) return null;
  }
}

/** tailscaled's text without its own words about where the failure came from. */
function reasonOf(body: string, target: HostPort): string {
  let text = body.trim();
  for (const prefix of [
    "resolve failure: ",
    "dial failure: ",
    `dial tcp ${formatHostPort(target)}: `,
    "connect tcp ",
  ]) {
    if (text.startsWith(prefix)) text = text.slice(prefix.length);
  }
  return text;
}

function failed(result: DialResult, reason: string): TailnetDial {
  return { result, connection: null, takesClient: false, early: Buffer.alloc(0), reason };
}
