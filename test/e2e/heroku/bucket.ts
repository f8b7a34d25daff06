// SPDX-License-Identifier: Apache-2.0
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A place for folders that outlive dynos, and the program that takes them there. */
export interface Bucket {
  /** A shell script that plays `aws s3 sync` with it. */
  readonly aws: string;
  /** What it was asked so far, by methods and paths. */
  readonly requests: string[];
  readonly close: () => Promise<void>;
}

/** Starts one, which keeps folders as archives. */
export async function startBucket(): Promise<Bucket> {
  const folders = new Map<string, Buffer>();
  const requests: string[] = [];
  const server = createServer((request, reply) => {
    const { method = "", url = "" } = request;
    requests.push(`${method} ${url}`);
    if (method === "GET") {
      reply.end(folders.get(url));
      return;
    }
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      folders.set(url, Buffer.concat(pieces));
      reply.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const aws = [
    "#!/bin/sh",
    "set -eu",
    '[ "$1 $2" = "s3 sync" ]',
    "archive=$(mktemp)",
    "case $3 in",
    "  s3://*)",
    `    curl --fail --silent --show-error --noproxy '*' --output "$archive" "${url}/\${3#s3://}"`,
    "    # A folder that does not exist is empty.",
    '    [ ! -s "$archive" ] || tar -xzf "$archive" -C "$4"',
    "    ;;",
    "  *)",
    '    tar -czf "$archive" -C "$3" .',
    `    curl --fail --silent --show-error --noproxy '*' --upload-file "$archive" "${url}/\${4#s3://}"`,
    "    ;;",
    "esac",
    "",
  ];
  return {
    aws: aws.join("\n"),
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
