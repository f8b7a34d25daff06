// SPDX-License-Identifier: Apache-2.0
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { type IncomingMessage, type RequestOptions, request } from "node:http";
import type { Socket } from "node:net";
import type { Environment } from "../phase/environment.js";
import { type HttpProxy, proxyFor } from "./proxy.js";

/**
 * Uploads a file as the worker does at the end of a stage, with the environment that the phases left behind.
 *
 * It is sent twice, the way proxies handle the two schemes: once as a plain request, which obeys HTTP_PROXY, and once
 * as clients do for https, through a CONNECT tunnel where HTTPS_PROXY names a proxy. There is no TLS inside the
 * tunnel, since it does not change which proxy is asked.
 *
 * @param url an http URL
 * @param timeoutMs for each of the two
 * @throws when one of them fails, with the proxy that was used
 */
export async function upload(url: string, file: string, environment: Environment, timeoutMs: number): Promise<void> {
  const target = new URL(url);
  const { size } = await stat(file);
  for (const scheme of ["http", "https"] as const) {
    let via = "";
    try {
      const proxy = proxyFor(scheme, target.hostname, Number(target.port || 80), environment);
      via = proxy === null ? "" : ` through the proxy of the run's environment, ${proxy.source}`;
      const options: RequestOptions = {
        method: "PUT",
        host: proxy?.host ?? target.hostname,
        port: proxy?.port ?? (target.port || 80),
        path: proxy === null ? target.pathname : target.href,
        headers: { host: target.host, "content-length": size, connection: "close" },
        signal: AbortSignal.timeout(timeoutMs),
      };
      // Without an agent of its own a request would keep its connection, and with one it would not use the tunnel.
      if (proxy === null || scheme === "http") await put({ ...options, agent: false }, file);
      else {
        const tunnel = await openTunnel(proxy, `${target.hostname}:${target.port || 80}`, timeoutMs);
        const through = { ...options, path: target.pathname, createConnection: () => tunnel };
        await put(through, file).finally(() => tunnel.destroy());
      }
    } catch (error) {
      throw new Error(`PUT ${url}${via}: ${reasonOf(error)}`);
    }
  }
}

async function put(options: RequestOptions, file: string): Promise<void> {
  const outgoing = request(options);
  // Listeners go on before anything is awaited: a connection can be refused in the meantime.
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.on("response", resolve).on("error", reject);
  });
  const body = createReadStream(file);
  body.on("error", (error) => outgoing.destroy(error)).pipe(outgoing);
  const response = await answered.finally(() => body.destroy());
  response.resume();
  if (response.statusCode !== 200) throw new Error(`answered ${response.statusCode}`);
}

function openTunnel({ host, port }: HttpProxy, destination: string, timeoutMs: number): Promise<Socket> {
  const signal = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve, reject) => {
    request({ host, port, method: "CONNECT", path: destination, agent: false, signal })
      .on("connect", (response, socket) => {
        if (response.statusCode === 200) return resolve(socket as Socket);
        socket.destroy();
        reject(new Error(`the proxy answered ${response.statusCode} to CONNECT`));
      })
      .on("error", reject)
      .end();
  });
}

/** Node reports several refused addresses as one error without a message. */
function reasonOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  return message || code || String(error);
}
