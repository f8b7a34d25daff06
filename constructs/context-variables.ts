// SPDX-License-Identifier: Apache-2.0
import { Token } from "cdktf";
import {
  DEFAULT_HTTP_PROXY,
  DEFAULT_SOCKS5_SERVER,
  findVariable,
  readTailscaledArgs,
  valueProblem,
} from "../contract/index.js";
import { commaList } from "./literal.js";
import { oneLine } from "./rules.js";
import type { TailnetContextProps } from "./tailnet-context.js";
import { broken, brokenSecret } from "./validation-error.js";

/** An environment variable of the context. */
export interface ContextVariable {
  readonly name: string;
  readonly value: string;
  /** True if nobody may read it back. */
  readonly secret: boolean;
}

/** Variables that have a property of their own, beside the secrets, which all belong to `auth`. */
const PROPERTY_OF: Readonly<Record<string, string>> = {
  TS_OAUTH_CLIENT_ID: "auth",
  TS_CLIENT_ID: "auth",
  TS_OAUTH_TAGS: "auth",
  TS_OUTBOUND_HTTP_PROXY_LISTEN: "httpProxy",
  TS_SOCKS5_SERVER: "socks5Server",
  TS_NO_PROXY: "noProxy",
};

/** The variables for addresses other than the default ones, and for what keeps out of the tunnel. */
export function proxyVariables({ httpProxy, socks5Server, noProxy }: TailnetContextProps): ContextVariable[] {
  const variables: ContextVariable[] = [];
  if (httpProxy !== undefined && httpProxy !== DEFAULT_HTTP_PROXY) {
    variables.push({ name: "TS_OUTBOUND_HTTP_PROXY_LISTEN", value: httpProxy, secret: false });
  }
  if (socks5Server !== undefined && socks5Server !== DEFAULT_SOCKS5_SERVER) {
    variables.push({ name: "TS_SOCKS5_SERVER", value: socks5Server, secret: false });
  }
  if (noProxy !== undefined && noProxy.length > 0) {
    variables.push({ name: "TS_NO_PROXY", value: commaList(noProxy), secret: false });
  }
  return variables;
}

/** Readable variables as the user gave them. */
export function readableVariables(environment: Readonly<Record<string, string>>): ContextVariable[] {
  return Object.entries(environment).map(([name, value]) => ({ name, value, secret: false }));
}

/** What is wrong with the user's variables; null for each rule that is kept. */
export function environmentProblems(environment: Readonly<Record<string, string>>): (string | null)[] {
  return Object.entries(environment).flatMap(([name, value]) => [
    broken("environment", nameRule(name), name),
    ownershipProblem(name),
    ...(Token.isUnresolved(value) ? [] : valueProblems(name, value)),
  ]);
}

function nameRule(name: string): string | null {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    return "must have names of letters, digits and underscores that do not begin with a digit";
  }
  // Children of the construct are called like their variables, and this name belongs to the context.
  return name === "Resource" ? "must not hold a variable named Resource" : null;
}

function ownershipProblem(name: string): string | null {
  const variable = findVariable(name);
  if (variable === undefined) return null;
  const property = variable.secret ? "auth" : PROPERTY_OF[variable.name];
  return property === undefined ? null : `environment must not hold ${name}: use ${property}`;
}

function valueProblems(name: string, value: string): (string | null)[] {
  const problem = valueProblem(name, value);
  return [
    // Text of several lines is often a key that was meant for a file, so it is not shown.
    brokenSecret(`environment.${name}`, oneLine(value)),
    problem === null ? null : `environment.${problem}`,
    name === "TS_TAILSCALED_EXTRA_ARGS" ? listenerProblem(value) : null,
  ];
}

/** The hooks must know where the HTTP proxy listens, so the addresses have but one place. */
function listenerProblem(tailscaledArgs: string): string | null {
  const { httpProxy, socks5Server } = readTailscaledArgs(tailscaledArgs);
  const rule = (flag: string, property: string) =>
    `environment.TS_TAILSCALED_EXTRA_ARGS must not hold ${flag}: use ${property}`;
  if (httpProxy !== null) return rule("--outbound-http-proxy-listen", "httpProxy");
  return socks5Server === null ? null : rule("--socks5-server", "socks5Server");
}
