// SPDX-License-Identifier: Apache-2.0
import type * as pulumi from "@pulumi/pulumi";
import { DEFAULT_HTTP_PROXY, DEFAULT_SOCKS5_SERVER } from "../../contract/index.js";
import { joined, made } from "../support/inputs.js";
import type { ContextVariable } from "./context-variables.js";
import type { TailnetContextArgs } from "./tailnet-context-args.js";

/** The variables of the options that were given and are not the default anyway, as far as that can be seen yet. */
export function tunnelVariables(options: TailnetContextArgs): ContextVariable[] {
  const values: Readonly<Record<string, pulumi.Input<string> | undefined>> = {
    TS_WAIT_FOR: list(options.waitFor, ","),
    TS_BOOT_TIMEOUT: options.bootTimeout,
    TS_HOSTNAME: options.hostname,
    TS_CONTROL_URL: options.controlUrl,
    TS_API_URL: options.apiUrl,
    TS_EXTRA_ARGS: extraFlags(options),
    TS_OUTBOUND_HTTP_PROXY_LISTEN: options.httpProxy === DEFAULT_HTTP_PROXY ? undefined : options.httpProxy,
    TS_SOCKS5_SERVER: options.socks5Server === DEFAULT_SOCKS5_SERVER ? undefined : options.socks5Server,
    TS_NO_PROXY: list(options.noProxy, ","),
    TS_TAILSCALED_EXTRA_ARGS: list(options.tailscaledArgs, " "),
    TS_SOCKET: options.socket,
    TRACE: options.trace === false ? undefined : flag("", options.trace),
  };
  return Object.entries(values).flatMap(([name, value]) => {
    return value === undefined ? [] : [{ name, value, secret: false }];
  });
}

/** The flags of `tailscale up` that differ from its defaults, in an order that does not depend on the program's. */
function extraFlags({ acceptDns, acceptRoutes, exitNode, shieldsUp }: TailnetContextArgs) {
  const flags = [
    acceptDns === true ? undefined : flag("--accept-dns=", acceptDns),
    acceptRoutes === false ? undefined : flag("--accept-routes=", acceptRoutes),
    flag("--exit-node=", exitNode),
    shieldsUp === true ? undefined : flag("--shields-up=", shieldsUp),
  ];
  return list(
    flags.filter((one) => one !== undefined),
    " ",
  );
}

function flag(
  prefix: string,
  value: pulumi.Input<boolean> | pulumi.Input<string> | undefined,
): pulumi.Input<string> | undefined {
  return value === undefined ? undefined : made(value, (known) => `${prefix}${known}`);
}

function list(values: pulumi.Input<pulumi.Input<string>[]> | undefined, separator: string) {
  const none = values === undefined || (Array.isArray(values) && values.length === 0);
  return none ? undefined : joined(values, separator);
}
