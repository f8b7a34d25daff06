// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from "node:fs";
import type { Environment } from "../../../contract/wire/environment.js";
import { errorCode } from "../errors/failure.js";
import type { Platform } from "../platform/platform.js";
import { readText } from "../process/files.js";
import type { Upstream } from "./upstream.js";

// The places that Go's crypto/x509 reads on Linux, so that SSL_CERT_FILE and SSL_CERT_DIR mean the same to this program
// and to tailscaled: the first file that can be read, and in addition every file in the directories.
const FILES: readonly string[] = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/tls/cacert.pem",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/cert.pem",
];
const DIRECTORIES: readonly string[] = ["/etc/ssl/certs", "/etc/pki/tls/certs"];

/** The certificate authorities that the machine trusts, each a PEM block. */
export interface CaCertificates {
  /** Those of the first file that can be read. */
  readonly file: readonly string[];
  /** Those in the directories and not in the file. Reads hundreds of files, so only on demand. */
  readonly directories: () => string[];
  /** Where the file was searched for; for messages. */
  readonly searched: string;
  /** What is wrong with the file that SSL_CERT_FILE names, as a sentence; empty if nothing is, or if it is not set. */
  readonly problem: string;
}

export function systemCertificates(env: Environment): CaCertificates {
  const given = env.SSL_CERT_FILE ?? "";
  const files = given === "" ? FILES : [given];
  const dirs = env.SSL_CERT_DIR ?? "";
  const directories = dirs === "" ? DIRECTORIES : dirs.split(":");
  let file: string[] = [];
  for (const path of files) {
    const text = readText(path);
    if (text === null) continue;
    file = pemBlocks(text);
    break;
  }
  return {
    file,
    directories: () => readDirectories(directories, file),
    searched: given === "" ? `${FILES[0]} and similar files` : given,
    problem: given === "" || file.length > 0 ? "" : fileProblem(given),
  };
}

/** Makes TLS to the run's proxies trust what the machine trusts, if one of them takes TLS. */
export function trustSystem(platform: Platform, env: Environment, { tunnel, http }: Upstream): void {
  if (tunnel?.scheme !== "https" && http?.scheme !== "https") return;
  const certificates = systemCertificates(env);
  platform.trust(certificates.file.concat(certificates.directories()));
}

function fileProblem(path: string): string {
  const named = `SSL_CERT_FILE names ${path}, which`;
  try {
    readFileSync(path);
  } catch (error) {
    const code = errorCode(error);
    const words = code === "ENOENT" ? "does not exist" : code === "EISDIR" ? "is a directory" : "cannot be read";
    return `${named} ${words}.`;
  }
  return `${named} holds no certificate in PEM form.`;
}

function readDirectories(directories: readonly string[], known: readonly string[]): string[] {
  const found: string[] = [];
  for (const directory of directories) {
    for (const name of list(directory)) {
      for (const block of pemBlocks(readText(`${directory}/${name}`) ?? "")) {
        if (!known.includes(block) && !found.includes(block)) found.push(block);
      }
    }
  }
  return found;
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** The certificates in a PEM text; anything else in it is left out. */
export function pemBlocks(text: string): string[] {
  const begin = "-----BEGIN CERTIFICATE-----";
  const end = "-----END CERTIFICATE-----";
  const blocks: string[] = [];
  let at = text.indexOf(begin);
  while (at >= 0) {
    const stop = text.indexOf(end, at);
    if (stop < 0) break;
    blocks.push(`${text.slice(at, stop + end.length)}\n`);
    at = text.indexOf(begin, stop);
  }
  return blocks;
}
