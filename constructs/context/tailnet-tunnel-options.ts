// SPDX-License-Identifier: Apache-2.0
import type { List } from "../../contract/index.js";

/** Options of the tunnel itself. Each is an environment variable of the executable in the runner. */
export interface TailnetTunnelOptions {
  /**
   * Services, as `host:port`, that must answer through the tunnel before a phase starts.
   * @default - none
   */
  readonly waitFor?: List<string>;

  /**
   * How long joining the tailnet may take in total, as a Go duration such as `90s` or `1m30s`.
   * @default "60s"
   */
  readonly bootTimeout?: string;

  /**
   * Name of the node, converted to a valid DNS label.
   * @default - `spacelift-` and the host name of the run's container
   */
  readonly hostname?: string;

  /**
   * The control server, as an http or https URL without a path.
   * @default "https://controlplane.tailscale.com"
   */
  readonly controlUrl?: string;

  /**
   * The Tailscale API that creates auth keys, as an https URL without a path; plain http is for loopback only.
   * @default - the control server if one is set, otherwise https://api.tailscale.com
   */
  readonly apiUrl?: string;

  /**
   * Use the tailnet's DNS settings, so that its names resolve.
   * @default true
   */
  readonly acceptDns?: boolean;

  /**
   * Use the routes that subnet routers advertise.
   * @default false
   */
  readonly acceptRoutes?: boolean;

  /**
   * Name or address of the exit node that traffic to the internet goes through.
   * @default - none
   */
  readonly exitNode?: string;

  /**
   * Refuse connections from the tailnet to the runner.
   * @default true
   */
  readonly shieldsUp?: boolean;

  /**
   * Let peers log in to the runner by Tailscale SSH while the tunnel is up, as the tailnet's policy allows.
   * @default false
   */
  readonly ssh?: boolean;

  /**
   * Whether programs use proxies (`true`) or kernel networking (`false`), which needs privileges; `auto` chooses.
   * @default "true"
   */
  readonly userspace?: string;

  /**
   * Loopback address of the tunnel's HTTP proxy, as `host:port`.
   * @default "localhost:8080"
   */
  readonly httpProxy?: string;

  /**
   * Loopback address of the tunnel's SOCKS5 proxy, as `host:port`.
   * @default "localhost:1080"
   */
  readonly socks5Server?: string;

  /**
   * Let the proxies listen on other addresses than loopback, which opens the tailnet to whoever can connect to them.
   * @default false
   */
  readonly allowRemoteClients?: boolean;

  /**
   * Ports of 127.0.0.1 that lead to services, as `PORT:HOST:PORT`, for clients that use no proxy.
   * @default - none
   */
  readonly forwards?: List<string>;

  /**
   * Hosts, domains or networks that bypass the tunnel, besides loopback, cloud metadata services and Spacelift.
   * @default - none
   */
  readonly noProxy?: List<string>;

  /**
   * More variables that the hooks set to the tunnel's proxy and take back, such as `ALL_PROXY`, `NODE_USE_ENV_PROXY` or
   * `JAVA_TOOL_OPTIONS`.
   * @default - none
   */
  readonly proxyVariables?: List<string>;

  /**
   * Send the connections of the phase's command, and of all that it starts, through the tunnel by a seccomp filter
   * (`true`), so that programs and providers that know no proxy reach the tailnet; `phase` includes the other hooks.
   * @default "false"
   */
  readonly capture?: string;

  /**
   * Flags passed to tailscaled, one word each, such as `--verbose=1`.
   * @default - none
   */
  readonly tailscaledArgs?: List<string>;

  /**
   * Path of tailscaled's socket: absolute, at most 107 characters.
   * @default - `tailscaled.sock` in the private directory
   */
  readonly socket?: string;

  /**
   * Directory in which the tunnel has its private directory, `spacetail-UID`: absolute, at most 70 characters.
   * @default - the first of `/tmp`, `TMPDIR`, `XDG_RUNTIME_DIR` and `/dev/shm` that can be written to
   */
  readonly runtimeDir?: string;

  /**
   * Print every step of joining and leaving with its time.
   * @default false
   */
  readonly trace?: boolean;
}
