// SPDX-License-Identifier: Apache-2.0
import { formatHostPort } from "../../../contract/wire/addresses.js";
import { CodedError, errorCode, errorMessage } from "../errors/failure.js";
import { printable } from "../errors/printable.js";
import type { Connection } from "../platform/net.js";
import { parseHead } from "./http-reply.js";
import { type Reader, readerOf } from "./reader.js";
import { answerProblem, answerRest, chosenLogin, connectRequest, greeting, isLoggedIn, login } from "./socks-client.js";
import { proxyName, type UpstreamProxy } from "./upstream.js";

/** The longest answer of a proxy. Bytes. */
const MAX_HEAD = 16_384;

/** The value of Proxy-Authorization for a proxy; empty if it takes everybody. */
export function proxyAuthorization({ user, password }: UpstreamProxy): string {
  return user === "" ? "" : `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

/**
 * Asks the proxy at the other end of a connection to connect it to a destination, whose name the proxy looks up.
 *
 * @returns what the destination has sent already, which must be read first; rejects with EPROXYAUTH if the proxy
 *   wants another login, with EPROXYREFUSED if it refuses the destination, and with EPROXY for any other failure
 */
export async function throughProxy(
  connection: Connection,
  proxy: UpstreamProxy,
  host: string,
  port: number,
): Promise<Buffer> {
  const reader = readerOf(connection);
  try {
    if (proxy.scheme === "socks5") await askSocks(connection, reader, proxy, host, port);
    else await askHttp(connection, reader, proxy, host, port);
  } catch (error) {
    if (errorCode(error).startsWith("EPROXY")) throw error;
    throw failed(proxy, `did not answer properly: ${errorMessage(error)}`);
  }
  return reader.rest();
}

async function askHttp(
  connection: Connection,
  reader: Reader,
  proxy: UpstreamProxy,
  host: string,
  port: number,
): Promise<void> {
  const target = formatHostPort({ host, port });
  const authorization = proxyAuthorization(proxy);
  const auth = authorization === "" ? "" : `Proxy-Authorization: ${authorization}\r\n`;
  await connection.write(
    Buffer.from(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\nUser-Agent: spacetail\r\n${auth}\r\n`),
  );
  const text = (await reader.head(MAX_HEAD)).toString("latin1");
  const status = parseHead(text)?.status ?? 0;
  if (status >= 200 && status < 300) return;
  const line = printable(text.slice(text.indexOf(" ") + 1, text.indexOf("\r\n")));
  if (status === 407) throw unacceptable(proxy, line);
  const why = `answered "${line}" when asked for ${target}`;
  // These say that the proxy tried; others say that it does not want to.
  throw status >= 500 ? failed(proxy, why) : refused(proxy, why);
}

async function askSocks(
  connection: Connection,
  reader: Reader,
  proxy: UpstreamProxy,
  host: string,
  port: number,
): Promise<void> {
  await connection.write(greeting(proxy.user !== ""));
  const chosen = chosenLogin(await reader.exactly(2));
  if (chosen === "not-socks") throw failed(proxy, "does not speak SOCKS5");
  if (chosen === "unacceptable") throw unacceptable(proxy, "");
  if (chosen === "password") {
    const message = login(proxy.user, proxy.password);
    if (message === null) throw unacceptable(proxy, "");
    await connection.write(message);
    if (!isLoggedIn(await reader.exactly(2))) throw unacceptable(proxy, "");
  }
  const request = connectRequest(host, port);
  if (request === null) throw refused(proxy, `cannot be asked for ${host}: the name is too long`);
  await connection.write(request);
  const head = await reader.exactly(5);
  const rest = answerRest(head);
  if (rest < 0) throw failed(proxy, "does not speak SOCKS5");
  const problem = answerProblem(head);
  const why = `answered "${problem}" when asked for ${formatHostPort({ host, port })}`;
  if (problem !== "") throw head[1] === 2 ? refused(proxy, why) : failed(proxy, why);
  await reader.exactly(rest);
}

function unacceptable(proxy: UpstreamProxy, line: string): CodedError {
  const login = proxy.user === "" ? "requires a user and password" : "did not accept the user and password";
  return new CodedError(
    "EPROXYAUTH",
    `the proxy ${proxyName(proxy)} ${login}${line === "" ? "" : ` and answered "${line}"`}`,
  );
}

function refused(proxy: UpstreamProxy, why: string): CodedError {
  return new CodedError("EPROXYREFUSED", `the proxy ${proxyName(proxy)} ${why}`);
}

function failed(proxy: UpstreamProxy, why: string): CodedError {
  return new CodedError("EPROXY", `the proxy ${proxyName(proxy)} ${why}`);
}
