// SPDX-License-Identifier: Apache-2.0
// A server of release files, some of which are not as they should be. It is also an HTTP proxy that answers itself.
import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

export interface FileServer {
  readonly url: string;
  /** What it serves, by name. `silent.gz` never gets an answer. */
  files: Readonly<Record<string, Buffer>>;
  /** Methods and targets of the requests. */
  readonly requests: string[];
  /** The number of requests that it answers with an error from now on. */
  failures: number;
  close(): Promise<void>;
}

/** What the executable `spacetail` of {@link release} prints. */
export const PROGRAM = "spacetail runs\n";

/** The files of a release. */
export interface Released {
  readonly executables: { readonly spacetail: Buffer; readonly tailscaled: Buffer };
  readonly served: Readonly<Record<string, Buffer>>;
  /** Lines of `SPACETAIL_FILES` for amd64. */
  readonly list: string;
  /** The same, with another URL for a program. */
  listWith(program: string, url: string): string;
}

/** A release on a server at this URL, of executables that are no binaries but run. */
export function release(url: string): Released {
  const spacetail = Buffer.from(`#!/bin/sh\nprintf '${PROGRAM.replace("\n", "\\n")}'\n`);
  const tailscaled = Buffer.concat([Buffer.from("#!/bin/sh\nexit 0\n"), randomBytes(20_000)]);
  const packed = { spacetail: gzipSync(spacetail), tailscaled: gzipSync(tailscaled) };
  // As many bytes as there should be, so that only the sum differs.
  const tampered = gzipSync(Buffer.concat([tailscaled.subarray(0, -1), Buffer.of((tailscaled.at(-1) ?? 0) ^ 1)]));
  const line = (program: "spacetail" | "tailscaled", from: string) => {
    const sum = createHash("sha256").update({ spacetail, tailscaled }[program]).digest("hex");
    return `amd64 ${program} ${sum} ${packed[program].length} ${from}`;
  };
  const listWith = (other: string, from: string) =>
    (["spacetail", "tailscaled"] as const)
      .map((program) => line(program, program === other ? from : `${url}/${program}.gz`))
      .join("\n");
  return {
    executables: { spacetail, tailscaled },
    served: {
      "spacetail.gz": packed.spacetail,
      "tailscaled.gz": packed.tailscaled,
      "tampered.gz": tampered,
      "truncated.gz": packed.tailscaled.subarray(0, 40),
      "plain.gz": Buffer.from("not found, says a page with status 200"),
    },
    list: listWith("", ""),
    listWith,
  };
}

/** Starts the server on loopback. */
export async function serveFiles(): Promise<FileServer> {
  const http = createServer((request, response) => {
    const { method, url = "" } = request;
    state.requests.push(`${method} ${url}`);
    const name = url.replace(/\?.*/, "").split("/").at(-1) ?? "";
    const file = state.files[name];
    if (name === "silent.gz") return;
    if (state.failures > 0) {
      state.failures -= 1;
      response.writeHead(503).end();
    } else if (file === undefined) response.writeHead(404).end("not found");
    else response.end(file);
  });
  http.on("connect", (request, socket) => {
    state.requests.push(`CONNECT ${request.url}`);
    socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const state: FileServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    files: {},
    requests: [],
    failures: 0,
    close: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return state;
}
