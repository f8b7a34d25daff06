// SPDX-License-Identifier: Apache-2.0
import type { Connection } from "../../image/spacetail/platform/net.js";
import { type LocalApi, localApi } from "../../image/spacetail/tailnet/local-api.js";

/** The answer to a request, with status 200 if it is only a body; null if there is never one. */
export type Answer = (method: string, path: string, body: string) => FakeReply | string | null | Promise<string>;

export interface FakeReply {
  readonly status: number;
  readonly headers?: string;
  readonly body: string;
}

/** A LocalAPI whose requests go to `answer`, and the requests so far, as `METHOD path body`. */
export function fakeTailscaled(answer: Answer): { api: LocalApi; requests: string[] } {
  const requests: string[] = [];
  const connect = async (): Promise<Connection> => {
    let reply: FakeReply | string | null | undefined | Promise<string>;
    let closed = (): void => {};
    const end = new Promise<null>((resolve) => {
      closed = () => resolve(null);
    });
    return {
      id: 1,
      readable: (then) => then(),
      end: () => {},
      write: async (bytes) => {
        const text = bytes.toString();
        const [method = "", url = ""] = text.split(" ");
        const path = url.replace("/localapi/v0/", "");
        const body = text.slice(text.indexOf("\r\n\r\n") + 4);
        requests.push(`${method} ${path} ${body}`.trim());
        reply = answer(method, path, body);
      },
      read: async () => {
        if (reply === null || reply === undefined) return await end;
        const given = await reply;
        const { status, headers = "", body } = typeof given === "string" ? { status: 200, body: given } : given;
        reply = undefined;
        closed();
        return Buffer.from(
          `HTTP/1.0 ${status} X\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`,
        );
      },
      close: () => closed(),
    };
  };
  return { api: localApi(connect, "/s"), requests };
}
