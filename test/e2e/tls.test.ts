// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BUILDS } from "../world/images.js";
import { accessTo, describeInContainers, runOnce, useWorld } from "./stage.js";

const hasOpenssl = spawnSync("openssl", ["version"]).error === undefined;
if (!hasOpenssl) console.warn("skipped: HTTPS servers of all sorts: openssl, which makes certificates, is not on PATH");

/** What a server insists on. The native build has a mbedTLS of its own configuration, which must know all of it. */
const SERVERS: readonly ["rsa" | "ec", ServerOptions][] = [
  ["rsa", { minVersion: "TLSv1.3", ecdhCurve: "X25519" }],
  ["ec", { minVersion: "TLSv1.3", ciphers: "TLS_CHACHA20_POLY1305_SHA256", ecdhCurve: "prime256v1" }],
  ["ec", { minVersion: "TLSv1.3", ciphers: "TLS_AES_256_GCM_SHA384", ecdhCurve: "secp384r1" }],
  ["ec", { maxVersion: "TLSv1.2", ciphers: "ECDHE-ECDSA-AES256-GCM-SHA384", ecdhCurve: "secp521r1" }],
  ["rsa", { maxVersion: "TLSv1.2", ciphers: "ECDHE-RSA-AES128-GCM-SHA256" }],
  ["rsa", { maxVersion: "TLSv1.2", ciphers: "ECDHE-RSA-CHACHA20-POLY1305" }],
  ["rsa", { maxVersion: "TLSv1.2", ciphers: "ECDHE-RSA-AES256-SHA384" }],
  ["rsa", { maxVersion: "TLSv1.2", ciphers: "DHE-RSA-AES256-GCM-SHA384", dhparam: "auto" }],
  ["rsa", { maxVersion: "TLSv1.2", ciphers: "AES128-GCM-SHA256" }],
];

describeInContainers("HTTPS servers of all sorts", () => {
  const world = useWorld();
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "tls-"));
    if (!hasOpenssl) return;
    const keys = { rsa: ["rsa:2048"], ec: ["ec", "-pkeyopt", "ec_paramgen_curve:secp384r1"] };
    for (const [name, key] of Object.entries(keys)) {
      const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2"];
      const files = ["-keyout", join(folder, `${name}.key`), "-out", join(folder, `${name}.pem`)];
      execFileSync("openssl", ["req", "-x509", "-nodes", "-newkey", ...key, ...subject, ...files], { stdio: "ignore" });
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  describe.each(BUILDS)("%s", (build) => {
    (hasOpenssl ? test : test.skip).each(SERVERS)("a certificate with a key of %s, and %j", async (key, options) => {
      const certificate = readFileSync(join(folder, `${key}.pem`), "utf8");
      const own = { key: readFileSync(join(folder, `${key}.key`)), cert: certificate };
      const server = createServer({ ...own, ...options }, (_, reply) => {
        reply.writeHead(401).end('{"message":"seen"}');
      });
      await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
      try {
        const { port } = server.address() as AddressInfo;
        const output = await runOnce(world().tailnet, build, {
          environment: {
            ...(await accessTo(world().tailnet)),
            TS_API_URL: `https://localhost:${port}`,
            SSL_CERT_FILE: "/mnt/workspace/ca.pem",
            SSL_CERT_DIR: "/nowhere",
          },
          line: `cat >/mnt/workspace/ca.pem <<'END'\n${certificate}END\nspacetail up`,
        });
        expect(output.text).toMatch(/^spacetail: Tailscale refused the OAuth client \(401: seen\)\./);
      } finally {
        server.closeAllConnections();
        server.close();
      }
    });
  });
});
