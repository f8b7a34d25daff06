// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Packed } from "./packages.js";

/** A package registry on loopback. */
export interface Registry {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts a registry that `npm install` can use: one version of each package. */
export async function startRegistry(packages: readonly Packed[]): Promise<Registry> {
  const byName = new Map(packages.map((one) => [one.description.name, one]));
  let url = "";

  function answer(path: string): string | Buffer | null {
    const [, name = path.slice(1), isTarball] = /^\/(.+?)(\/-\/package\.tgz)$/.exec(path) ?? [];
    const found = byName.get(decodeURIComponent(name));
    if (found === undefined) return null;
    return isTarball === undefined ? JSON.stringify(listing(found)) : found.tarball;
  }

  function listing({ description, tarball }: Packed): object {
    const { name, version } = description;
    const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
    const dist = { tarball: `${url}/${encodeURIComponent(name)}/-/package.tgz`, integrity };
    return { name, "dist-tags": { latest: version }, versions: { [version]: { ...description, dist } } };
  }

  const server = createServer((request, response) => {
    const body = answer(new URL(request.url ?? "/", "http://registry").pathname);
    response.writeHead(body === null ? 404 : 200, {
      "content-type": typeof body === "string" ? "application/json" : "application/octet-stream",
    });
    response.end(body ?? "{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
