// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { ConnectProxy } from "./connect-proxy.js";

/** The name that the server is reached by, through a {@link ConnectProxy}. Pulumi refuses addresses with ports. */
export const HOST = "git.example.com";

/** Serves the bare repositories of a folder over HTTPS on loopback, with Git's own server program. */
export class GitServer {
  private constructor(
    private readonly server: Server,
    private readonly proxy: ConnectProxy,
    /** File with the certificate, which signs itself. */
    private readonly certificate: string,
  ) {}

  /**
   * @param root folder with the repositories
   * @param keys empty folder for the certificate and its key
   */
  static async start(root: string, keys: string): Promise<GitServer> {
    createCertificate(keys);
    const certificate = join(keys, "cert.pem");
    const credentials = { cert: readFileSync(certificate), key: readFileSync(join(keys, "key.pem")) };
    const server = createServer(credentials, (request, response) => answer(root, request, response));
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as AddressInfo;
    return new GitServer(server, await ConnectProxy.start(HOST, port), certificate);
  }

  /** What makes Git, and programs in Go, reach and trust the server. */
  get environment() {
    const { certificate, proxy } = this;
    return { SSL_CERT_FILE: certificate, GIT_SSL_CAINFO: certificate, HTTPS_PROXY: proxy.url, https_proxy: proxy.url };
  }

  async stop(): Promise<void> {
    const ended = new Promise((done) => this.server.close(done));
    this.server.closeAllConnections();
    await Promise.all([ended, this.proxy.stop()]);
  }
}

/** Writes cert.pem and key.pem, by the program that every Go distribution has for that. */
function createCertificate(folder: string): void {
  const goRoot = execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim();
  const program = join(goRoot, "src/crypto/tls/generate_cert.go");
  const flags = ["--host", HOST, "--ca", "--ecdsa-curve", "P256"];
  execFileSync("go", ["run", program, ...flags], { cwd: folder, stdio: "pipe" });
}

/** Runs `git http-backend`, which is a CGI program. Source: RFC 3875; git-http-backend(1). */
function answer(root: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? "/", "https://localhost");
  const { headers } = request;
  const env = {
    PATH: process.env.PATH,
    GIT_PROJECT_ROOT: root,
    GIT_HTTP_EXPORT_ALL: "1",
    GIT_PROTOCOL: headers["git-protocol"]?.toString(),
    REQUEST_METHOD: request.method,
    PATH_INFO: pathname,
    QUERY_STRING: search.slice(1),
    CONTENT_TYPE: headers["content-type"],
    CONTENT_LENGTH: headers["content-length"],
    HTTP_CONTENT_ENCODING: headers["content-encoding"],
  };
  const backend = spawn("git", ["http-backend"], { env, stdio: ["pipe", "pipe", "inherit"] });
  request.pipe(backend.stdin);
  // A backend that has seen enough closes its input.
  backend.stdin.on("error", () => undefined);
  let head = Buffer.alloc(0);
  const takeHead = (data: Buffer) => {
    head = Buffer.concat([head, data]);
    const end = head.indexOf("\r\n\r\n");
    if (end === -1) return;
    backend.stdout.off("data", takeHead);
    const fields = head
      .toString("latin1", 0, end)
      .split("\r\n")
      .map((line) => line.split(/: (.*)/s));
    const status = fields.find(([name]) => name === "Status")?.[1] ?? "200";
    for (const [name = "", value = ""] of fields) if (name !== "Status") response.setHeader(name, value);
    response.statusCode = Number.parseInt(status, 10);
    response.write(head.subarray(end + 4));
    backend.stdout.pipe(response);
  };
  backend.stdout.on("data", takeHead);
}
