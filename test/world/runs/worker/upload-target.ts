// SPDX-License-Identifier: Apache-2.0
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";

/** One upload that a target has received. */
export interface Received {
  readonly at: number;
  readonly bytes: number;
  /** The request's target: a path, or a whole URL when a proxy passed it on unchanged. */
  readonly path: string;
}

/** A server that takes uploads of workspaces, in the place of Spacelift's bucket. */
export interface UploadTarget {
  readonly url: string;
  /** Complete uploads so far. */
  readonly received: readonly Received[];
  close(): Promise<void>;
}

/**
 * Starts an upload target on the first IPv4 address of this machine that is not loopback, since programs that obey
 * proxy variables usually exempt loopback. Where there is none, as in a new network namespace, it takes 127.0.0.2,
 * which usual NO_PROXY lists do not name.
 */
export async function startUploadTarget(): Promise<UploadTarget> {
  const received: Received[] = [];
  const server = createServer((incoming, outgoing) => {
    let bytes = 0;
    incoming.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
    });
    incoming.on("end", () => {
      const accepted = incoming.method === "PUT";
      if (accepted) received.push({ at: Date.now(), bytes, path: incoming.url ?? "" });
      outgoing.writeHead(accepted ? 200 : 405).end();
    });
  });
  const address = uploadAddress();
  await new Promise<void>((resolve, reject) => {
    server.on("error", reject).listen(0, address, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${address}:${port}/workspace.tar`,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function uploadAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "127.0.0.2";
}
