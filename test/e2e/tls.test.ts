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
      execFileSync("openssl", ["req", "-x509", "-nodes", "-newkey", ...key, ...subject, ...files], {
        stdio: ["ignore", "ignore", "pipe"],
      });
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  describe.each(BUILDS)("%s", (build) => {
    async function upWith(certificate: string, key: Buffer, url: (port: number) => string): Promise<string> {
      const server = createServer({ key, cert: certificate }, (_, reply) => {
        reply.writeHead(401).end('{"message":"seen"}');
      });
      await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
      try {
        const { port } = server.address() as AddressInfo;
        const output = await runOnce(world().tailnet, build, {
          environment: {
            ...(await accessTo(world().tailnet)),
            TS_API_URL: url(port),
            TS_BOOT_TIMEOUT: "20s",
            SSL_CERT_FILE: "/mnt/workspace/ca.pem",
            SSL_CERT_DIR: "/nowhere",
          },
          line: `cat >/mnt/workspace/ca.pem <<'END'\n${certificate}END\nspacetail up`,
        });
        return output.text;
      } finally {
        server.closeAllConnections();
        server.close();
      }
    }

    /** A certificate of the given kind, and its key. */
    function issue(
      name: string,
      key: readonly string[],
      names: string,
      more: readonly string[] = [],
    ): [string, Buffer] {
      const files = ["-keyout", join(folder, `${name}.key`), "-out", join(folder, `${name}.pem`)];
      const alternatives = names === "" ? [] : ["-addext", `subjectAltName=${names}`];
      const request = [
        "req",
        "-x509",
        "-nodes",
        "-newkey",
        ...key,
        "-subj",
        "/CN=localhost",
        ...alternatives,
        ...more,
        ...files,
      ];
      execFileSync("openssl", request, { stdio: ["ignore", "ignore", "pipe"] });
      return [readFileSync(join(folder, `${name}.pem`), "utf8"), readFileSync(join(folder, `${name}.key`))];
    }
    const EC = ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
    const byName = (port: number): string => `https://localhost:${port}`;
    const ifOpenssl = hasOpenssl ? test : test.skip;

    ifOpenssl("a certificate with an Ed25519 key is used, or named", async () => {
      const [certificate, key] = issue("ed", ["ed25519"], "DNS:localhost");
      expect(await upWith(certificate, key, byName)).toMatch(
        build === "node"
          ? /^spacetail: Tailscale refused the OAuth client \(401: seen\)\./
          : /^spacetail: The server at https:\/\/localhost:\d+ offers nothing that this program supports .*Ed25519/,
      );
    });

    ifOpenssl("a certificate without alternative names is for nobody", async () => {
      const [certificate, key] = issue("cn", EC, "");
      expect(await upWith(certificate, key, byName)).toContain("is for another name. Check TS_API_URL.");
    });

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
