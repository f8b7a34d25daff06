// SPDX-License-Identifier: Apache-2.0
import { readFileSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type OidcIssuer, type SpaceliftApi, startOidcIssuer, startSpacelift } from "./spacelift/index.js";
import { Tailnet, type TailnetOptions, tailnetProgram } from "./tailnet.js";

/** The embedded tailnet and the embedded Spacelift. */
export interface World {
  readonly tailnet: Tailnet;
  readonly spacelift: SpaceliftApi;
  /** The same account as the issuer of its runs' identity tokens; the tailnet knows where to find it. */
  readonly oidc: OidcIssuer;
  /** The certificate of the authority that the tailnet's good HTTPS servers have, as PEM. */
  readonly rootCertificate: string;
  readonly stop: () => Promise<void>;
}

/** The repository, from wherever its programs run. */
export const ROOT = process.env.SPACETAIL_ROOT ?? process.cwd();

/** Starts them. */
export async function startWorld(options: Partial<TailnetOptions> & { spaceliftPort?: number } = {}): Promise<World> {
  const dir = await mkdtemp(join(tmpdir(), "spacetail-world-"));
  const tailnet = await Tailnet.start({ program: tailnetProgram(ROOT), dir, ...options });
  const spacelift = await startSpacelift(options.spaceliftPort === undefined ? {} : { port: options.spaceliftPort });
  const oidc = await startOidcIssuer();
  await tailnet.locateIssuer(oidc.issuer, oidc.url);
  return {
    tailnet,
    spacelift,
    oidc,
    rootCertificate: readFileSync(tailnet.info.caFile, "utf8"),
    stop: async () => {
      await oidc.close();
      await spacelift.close();
      await tailnet.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
