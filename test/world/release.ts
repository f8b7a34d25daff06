// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { executableName } from "../../contract/index.js";
import { type FileServer, serveFiles } from "./file-server.js";

/** The executables of this repository on a server, as a release has them. */
export interface ServedRelease {
  readonly server: FileServer;
  /** The options of a context whose runs fetch from there. */
  readonly options: {
    readonly delivery: "fetch";
    readonly fetchUrl: string;
    readonly fetchSums: Readonly<Record<string, string>>;
  };
}

/**
 * Serves the native executables, compressed only a little because that takes less time.
 *
 * @param root the repository, whose image/dist has been built
 */
export async function serveRelease(root: string): Promise<ServedRelease> {
  const server = await serveFiles();
  const files: Record<string, Buffer> = {};
  const fetchSums: Record<string, string> = {};
  for (const program of ["spacetail", "tailscaled"]) {
    const data = readFileSync(join(root, `image/dist/${program}-linux-x64`));
    const name = executableName(program, "amd64");
    files[`${name}.gz`] = gzipSync(data, { level: 1 });
    fetchSums[name] = createHash("sha256").update(data).digest("hex");
  }
  server.files = files;
  return { server, options: { delivery: "fetch", fetchUrl: server.url, fetchSums } };
}
