// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A signed apt repository on the loopback address. */
export interface AptRepository {
  readonly port: number;
  /** The key that it is signed with, as repositories offer it: with ASCII armour. */
  readonly armouredKey: string;
  readonly close: () => Promise<void>;
}

/** Where a repository is on its server, and what it has. */
export interface AptContents {
  /** `stable/ubuntu`; also serves the key, as `SUITE.gpg` beside it. */
  readonly path: string;
  readonly suite: string;
  /** A folder with packages. */
  readonly packages: string;
}

/** Serves packages. */
export async function startAptRepository({ path, suite, packages }: AptContents): Promise<AptRepository> {
  const home = mkdtempSync(join(tmpdir(), "gpg-"));
  const gpg = (args: readonly string[], input = ""): string =>
    execFileSync("gpg", ["--homedir", home, "--batch", "--yes", "--pinentry-mode=loopback", "--passphrase=", ...args], {
      input,
      encoding: "utf8",
      stdio: ["pipe", "pipe", "pipe"],
    });
  gpg(["--quick-generate-key", "Packages <packages@example.com>", "ed25519", "sign", "never"]);
  const armouredKey = gpg(["--armor", "--export"]);
  const index = readdirSync(packages)
    .filter((name) => name.endsWith(".deb"))
    .map((name) => stanza(join(packages, name), `pool/${name}`))
    .join("\n");
  const list = "main/binary-amd64/Packages";
  const release = [
    `Suite: ${suite}`,
    `Codename: ${suite}`,
    "Architectures: amd64",
    "Components: main",
    `Date: ${new Date().toUTCString()}`,
    "SHA256:",
    ` ${sha256(Buffer.from(index))} ${Buffer.byteLength(index)} ${list}`,
    "",
  ].join("\n");
  const texts: Record<string, string> = {
    [`/${path}/dists/${suite}/InRelease`]: gpg(["--clearsign"], release),
    [`/${path}/dists/${suite}/${list}`]: index,
    [`/${path}/${suite}.gpg`]: armouredKey,
  };
  const server = createServer(({ url = "" }, answer) => {
    const text = texts[decodeURIComponent(url)];
    const [, name] = new RegExp(`^/${path}/pool/([^/]+)$`).exec(decodeURIComponent(url)) ?? [];
    if (text !== undefined) answer.end(text);
    else if (name !== undefined && readdirSync(packages).includes(name)) answer.end(readFileSync(join(packages, name)));
    else {
      answer.statusCode = 404;
      answer.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    armouredKey,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      execFileSync("gpgconf", ["--homedir", home, "--kill", "all"]);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** What a package is, for the index of its repository. */
function stanza(file: string, path: string): string {
  const control = execFileSync("dpkg-deb", ["--field", file], { encoding: "utf8" });
  const data = readFileSync(file);
  return `${control.trimEnd()}\nFilename: ${path}\nSize: ${data.length}\nSHA256: ${sha256(data)}\n`;
}

function sha256(data: Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}
