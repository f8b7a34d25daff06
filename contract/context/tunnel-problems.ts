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
} from "../wire/checks.js";
import { readTailscaledArgs } from "../wire/flags.js";
import { broken, every, type Given, type GivenList, list, notEmpty, type Rule, text } from "./rules.js";

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

/** The executable splits flags at blanks and knows no quotes. */
const oneWord = text((value) => (/^\S+$/.test(value) ? null : "must be a word without blanks"));

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

/** The rule of each option that can be wrong. They are made once: a program may have thousands of contexts. */
export const TUNNEL_RULES: { readonly [K in keyof TunnelValues]-?: Rule } = {
  waitFor: every(text(hostPort)),
  bootTimeout: text(duration),
  hostname: text(hostName),
  controlUrl: text(controlUrl),
  apiUrl: text(apiUrl),
  exitNode: (name) => notEmpty(name) ?? oneWord(name),
  httpProxy: text(hostPort),
  socks5Server: text(hostPort),
  noProxy: every(text((entry) => noProxyProblem(entry))),
  tailscaledArgs: tailscaledArgsRule,
  socket: text(socketPath),
};

/** What is wrong with the options; null for each rule that is kept. */
export function* tunnelProblems(options: TunnelValues): Generator<string | null> {
  for (const name in TUNNEL_RULES) {
    const option = name as keyof TunnelValues;
    yield broken(option, TUNNEL_RULES[option](options[option]), options[option]);
  }
}
