// SPDX-License-Identifier: Apache-2.0
import { parseBoolean } from "./parse.js";

/** A variable of Tailscale's containerboot that the executable does not read. */
export interface ContainerbootVariable {
  readonly name: string;
  /** True for a value that asks for something spacetail does not do. Other values may be ignored. */
  readonly isRefused: (value: string) => boolean;
  /** Why it is refused and what to use instead, or why it may be ignored; without a full stop. */
  readonly reason: string;
}

const always = (): boolean => true;
const never = (): boolean => false;
// containerboot takes malformed booleans for the default.
const whenTrue = (value: string): boolean => parseBoolean(value) === true;

const FORWARDING = "spacetail does not forward traffic; programs reach the tailnet through its proxies";
const OPERATOR = "it belongs to Tailscale's Kubernetes operator";
const STATE = "`spacetail serve` keeps state in TS_STATE_DIR, and every other node's state is in memory";
const POD = "it describes the pod and asks for nothing";
const TESTS = "it is for Tailscale's own tests";

/**
 * The variables of containerboot that are not in the table of environment.ts. What changes where traffic goes, or what
 * others can reach, is refused, because the job would not do what its author expects; the rest is ignored.
 * Source: tailscale.com v1.102.3, cmd/containerboot.
 */
export const CONTAINERBOOT_VARIABLES: readonly ContainerbootVariable[] = [
  {
    name: "TS_AUDIENCE",
    isRefused: always,
    reason: "spacetail requests no identity token; set TS_ID_TOKEN, or leave both unset in a Spacelift run",
  },
  {
    name: "TS_ROUTES",
    isRefused: always,
    reason: "set --advertise-routes in TS_EXTRA_ARGS, which needs the full tailscaled",
  },
  { name: "TS_DEST_IP", isRefused: always, reason: FORWARDING },
  { name: "TS_EXPERIMENTAL_DEST_DNS_NAME", isRefused: always, reason: FORWARDING },
  { name: "TS_TAILNET_TARGET_IP", isRefused: always, reason: FORWARDING },
  { name: "TS_TAILNET_TARGET_FQDN", isRefused: always, reason: FORWARDING },
  { name: "TS_SERVE_CONFIG", isRefused: always, reason: "the node serves nothing to others" },
  {
    name: "TS_EXPERIMENTAL_VERSIONED_CONFIG_DIR",
    isRefused: always,
    reason: "spacetail reads no configuration file; set the variables instead",
  },
  {
    name: "TS_DEBUG_ADDR_PORT",
    isRefused: always,
    reason: "tailscaled of the runner image is built without its debug server",
  },
  {
    name: "TS_HEALTHCHECK_ADDR_PORT",
    isRefused: always,
    reason: "containerboot has given it up; set TS_ENABLE_HEALTH_CHECK and TS_LOCAL_ADDR_PORT instead",
  },
  { name: "TS_EGRESS_PROXIES_CONFIG_PATH", isRefused: always, reason: OPERATOR },
  { name: "TS_INGRESS_PROXIES_CONFIG_PATH", isRefused: always, reason: OPERATOR },
  { name: "EXPERIMENTAL_ALLOW_PROXYING_CLUSTER_TRAFFIC_VIA_INGRESS", isRefused: whenTrue, reason: OPERATOR },
  { name: "TS_EXPERIMENTAL_ENABLE_FORWARDING_OPTIMIZATIONS", isRefused: whenTrue, reason: FORWARDING },
  { name: "TS_KUBE_SECRET", isRefused: never, reason: STATE },
  {
    name: "TS_EXPERIMENTAL_SERVICE_AUTO_ADVERTISEMENT",
    isRefused: never,
    reason: "it only matters with TS_SERVE_CONFIG",
  },
  { name: "TS_EXPERIMENTAL_CERT_SHARE", isRefused: never, reason: "it only matters with TS_SERVE_CONFIG" },
  { name: "POD_IP", isRefused: never, reason: POD },
  { name: "POD_IPS", isRefused: never, reason: POD },
  { name: "POD_NAME", isRefused: never, reason: POD },
  { name: "POD_UID", isRefused: never, reason: POD },
  { name: "KUBERNETES_SERVICE_HOST", isRefused: never, reason: POD },
  { name: "KUBERNETES_SERVICE_PORT_HTTPS", isRefused: never, reason: POD },
  { name: "TS_KUBERNETES_READ_API_SERVER_ADDRESS_FROM_ENV", isRefused: never, reason: POD },
  { name: "TS_TEST_ONLY_ROOT", isRefused: never, reason: TESTS },
  { name: "TS_TEST_FAKE_NETFILTER", isRefused: never, reason: TESTS },
  { name: "TS_TEST_FAKE_NETFILTER_6", isRefused: never, reason: TESTS },
];

/** Why a variable of containerboot cannot have this value, as a sentence without a full stop, or null. */
export function containerbootProblem(name: string, value: string): string | null {
  const refusal = containerbootRefusal(name, value);
  if (refusal === null) return null;
  const shown = parseBoolean(value) === null ? name : `${name}=${value}`;
  return `${shown} ${refusal}`;
}

/** The same, reading on from the name. */
export function containerbootRefusal(name: string, value: string): string | null {
  const variable = CONTAINERBOOT_VARIABLES.find((one) => one.name === name);
  if (variable === undefined || value === "" || !variable.isRefused(value)) return null;
  return `is not supported: ${variable.reason}`;
}
