// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { STOCK_VERSION, stockProgram } from "../../world/machines/stock-package.js";
import { servePackages } from "./packages.js";

/** A server of Tailscale's packages that has the pinned version for amd64. */
export interface StockServer {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Packs Tailscale's own programs as Tailscale does, and serves the package. */
export async function serveStock(): Promise<StockServer> {
  const folder = mkdtempSync(join(tmpdir(), "stock-"));
  const name = `tailscale_${STOCK_VERSION}_amd64`;
  mkdirSync(join(folder, name));
  for (const program of ["tailscale", "tailscaled"] as const)
    cpSync(stockProgram(program), join(folder, name, program));
  const archive = join(folder, `${name}.tgz`);
  execFileSync("tar", ["--use-compress-program=gzip -1", "-C", folder, "-cf", archive, name]);
  writeFileSync(`${archive}.sha256`, createHash("sha256").update(readFileSync(archive)).digest("hex"));
  rmSync(join(folder, name), { recursive: true });
  const server = await servePackages(folder);
  return {
    url: server.url,
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
