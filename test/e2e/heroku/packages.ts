// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { createReadStream, existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../world/world.js";

/** A server for files, and what it was asked for. */
export interface PackageServer {
  readonly url: string;
  /** The paths of the requests so far. */
  readonly requests: string[];
  readonly close: () => Promise<void>;
}

/** Serves the files of a folder. */
export async function servePackages(folder: string): Promise<PackageServer> {
  const requests: string[] = [];
  const server: Server = createServer((request, reply) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    requests.push(path);
    const file = join(folder, path);
    if (path.includes("..") || !existsSync(file)) reply.writeHead(404).end();
    else createReadStream(file).pipe(reply);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A buildpack, and the server with its executables. */
export interface BuiltBuildpack {
  readonly folder: string;
  /** The folder of the executables. */
  readonly files: string;
  readonly server: PackageServer;
  readonly close: () => Promise<void>;
}

/** Makes the buildpack from the executables in image/dist, with `npm run build:buildpack`. */
export async function makeBuildpack(): Promise<BuiltBuildpack> {
  const out = mkdtempSync(join(tmpdir(), "buildpack-"));
  const files = join(out, "heroku-files");
  const server = await servePackages(files);
  const command = ["run", "--silent", "build:buildpack", "--", "--out", out, "--url", server.url];
  execFileSync("npm", command, { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"] });
  // What people get is the archive.
  const folder = join(out, "unpacked");
  execFileSync("sh", ["-c", 'mkdir "$1" && tar -xzf "$2" -C "$1"', "sh", folder, join(out, "heroku-buildpack.tgz")]);
  return {
    folder,
    files,
    server,
    close: async () => {
      await server.close();
      rmSync(out, { recursive: true, force: true });
    },
  };
}
