// SPDX-License-Identifier: Apache-2.0
import {
  apiUrl,
  controlUrl,
  duration,
  hostName,
  hostPort,
  noProxyProblem,
  socketPath,
  tailscaledArgs,
} from "../checks.js";
import { readTailscaledArgs } from "../flags.js";
import { broken, every, type Given, type GivenList, list, notEmpty, text } from "./rules.js";

/** What can be chosen about the tunnel itself, as users give it. */
export interface TunnelValues {
  readonly waitFor?: GivenList;
  readonly bootTimeout?: Given<string>;
  readonly hostname?: Given<string>;
  readonly controlUrl?: Given<string>;
  readonly apiUrl?: Given<string>;
  readonly exitNode?: Given<string>;
  readonly httpProxy?: Given<string>;
  readonly socks5Server?: Given<string>;
  readonly noProxy?: GivenList;
  readonly tailscaledArgs?: GivenList;
  readonly socket?: Given<string>;
}

/** What is wrong with the options; null for each rule that is kept. */
export function* tunnelProblems(options: TunnelValues): Generator<string | null> {
  yield broken("waitFor", every(text(hostPort))(options.waitFor), options.waitFor);
  yield broken("bootTimeout", text(duration)(options.bootTimeout), options.bootTimeout);
  yield broken("hostname", text(hostName)(options.hostname), options.hostname);
  yield broken("controlUrl", text(controlUrl)(options.controlUrl), options.controlUrl);
  yield broken("apiUrl", text(apiUrl)(options.apiUrl), options.apiUrl);
  yield broken("exitNode", notEmpty(options.exitNode) ?? oneWord(options.exitNode), options.exitNode);
  yield broken("httpProxy", text(hostPort)(options.httpProxy), options.httpProxy);
  yield broken("socks5Server", text(hostPort)(options.socks5Server), options.socks5Server);
  yield broken("noProxy", noProxyRule(options.noProxy), options.noProxy);
  yield broken("tailscaledArgs", tailscaledArgsRule(options.tailscaledArgs), options.tailscaledArgs);
  yield broken("socket", text(socketPath)(options.socket), options.socket);
}

/** The executable splits flags at blanks and knows no quotes. */
const oneWord = text((value) => (/^\S+$/.test(value) ? null : "must be a word without blanks"));

const noProxyRule = every(text((entry) => noProxyProblem(entry)));

const tailscaledArgsRule = list((words) => {
  const rule = every((word) => (oneWord(word) === null ? null : "must hold words without blanks"))(words);
  return rule ?? flagsProblem(words.filter((word) => typeof word === "string").join(" "));
});

/** The hooks must know where the HTTP proxy listens, so the addresses have but one place. So has the socket. */
function flagsProblem(flags: string): string | null {
  const { httpProxy, socks5Server } = readTailscaledArgs(flags);
  if (/(^|\s)--?socket[=\s]/.test(flags)) return "must not hold --socket: use socket";
  if (httpProxy !== null) return "must not hold --outbound-http-proxy-listen: use httpProxy";
  if (socks5Server !== null) return "must not hold --socks5-server: use socks5Server";
  return tailscaledArgs(flags);
}
