// SPDX-License-Identifier: Apache-2.0
import { CONTAINERBOOT_VARIABLES, findVariable, readSettings, SettingsError } from "../../contract/index.js";

/** Every variable that cmd/containerboot of the version in image/tailscale/go.mod reads. */
const CONTAINERBOOT = [
  ..."EXPERIMENTAL_ALLOW_PROXYING_CLUSTER_TRAFFIC_VIA_INGRESS KUBERNETES_SERVICE_HOST".split(" "),
  ..."KUBERNETES_SERVICE_PORT_HTTPS POD_IP POD_IPS POD_NAME POD_UID TS_ACCEPT_DNS TS_AUDIENCE TS_AUTHKEY".split(" "),
  ..."TS_AUTH_KEY TS_AUTH_ONCE TS_BOOT_TIMEOUT TS_CLIENT_ID TS_CLIENT_SECRET TS_DEBUG_ADDR_PORT".split(" "),
  ..."TS_DEST_IP TS_EGRESS_PROXIES_CONFIG_PATH TS_ENABLE_HEALTH_CHECK TS_ENABLE_METRICS".split(" "),
  ..."TS_EXPERIMENTAL_CERT_SHARE TS_EXPERIMENTAL_DEST_DNS_NAME".split(" "),
  ..."TS_EXPERIMENTAL_ENABLE_FORWARDING_OPTIMIZATIONS TS_EXPERIMENTAL_SERVICE_AUTO_ADVERTISEMENT".split(" "),
  ..."TS_EXPERIMENTAL_VERSIONED_CONFIG_DIR TS_EXTRA_ARGS TS_HEALTHCHECK_ADDR_PORT TS_HOSTNAME".split(" "),
  ..."TS_ID_TOKEN TS_INGRESS_PROXIES_CONFIG_PATH TS_KUBERNETES_READ_API_SERVER_ADDRESS_FROM_ENV".split(" "),
  ..."TS_KUBE_SECRET TS_LOCAL_ADDR_PORT TS_OUTBOUND_HTTP_PROXY_LISTEN TS_ROUTES TS_SERVE_CONFIG TS_SOCKET".split(" "),
  ..."TS_SOCKS5_SERVER TS_STATE_DIR TS_TAILNET_TARGET_FQDN TS_TAILNET_TARGET_IP".split(" "),
  ..."TS_TAILSCALED_EXTRA_ARGS TS_TEST_FAKE_NETFILTER TS_TEST_FAKE_NETFILTER_6 TS_TEST_ONLY_ROOT TS_USERSPACE".split(
    " ",
  ),
];

test("every variable of containerboot is read, refused or knowingly ignored, and no other is listed", () => {
  const listed = CONTAINERBOOT_VARIABLES.map(({ name }) => name);
  const read = CONTAINERBOOT.filter((name) => findVariable(name) !== undefined);
  expect([...listed, ...read].sort()).toEqual([...CONTAINERBOOT].sort());
});

test.each(CONTAINERBOOT_VARIABLES)("$name has a reason that reads on", ({ reason }) => {
  expect(reason).toMatch(/^\S.*[^.]$/);
});

describe("environments that containerboot accepts", () => {
  test.each([
    [
      "Docker with an auth key",
      { TS_AUTHKEY: "tskey-auth-a", TS_STATE_DIR: "/var/lib/tailscale", TS_USERSPACE: "true" },
    ],
    [
      "Kubernetes",
      {
        TS_AUTHKEY: "file:/run/secrets/key",
        TS_KUBE_SECRET: "",
        TS_AUTH_ONCE: "true",
        POD_NAME: "job-0",
        POD_UID: "1",
        KUBERNETES_SERVICE_HOST: "10.0.0.1",
      },
    ],
    ["an OAuth client", { TS_CLIENT_ID: "k1", TS_CLIENT_SECRET: "tskey-client-s", TS_ACCEPT_DNS: "true" }],
    ["a federated identity", { TS_CLIENT_ID: "k1", TS_ID_TOKEN: "file:/run/token" }],
    [
      "a sidecar with a health check, which only `spacetail serve` has",
      {
        TS_AUTHKEY: "tskey-auth-a",
        TS_ENABLE_HEALTH_CHECK: "true",
        TS_ENABLE_METRICS: "true",
        TS_LOCAL_ADDR_PORT: "[::]:9002",
      },
    ],
    ["features switched off", { TS_ENABLE_METRICS: "false", TS_ENABLE_HEALTH_CHECK: "0", TS_ROUTES: "" }],
  ])("%s", (_, env) => {
    expect(() => readSettings(env)).not.toThrow();
  });
});

test.each([
  [
    { TS_ROUTES: "10.0.0.0/8" },
    "TS_ROUTES is not supported: set --advertise-routes in TS_EXTRA_ARGS, which needs the full tailscaled.",
  ],
  [{ TS_AUDIENCE: "vault", TS_CLIENT_ID: "k1" }, "TS_AUDIENCE is not supported: spacetail requests no identity token;"],
  [{ TS_DEST_IP: "10.0.0.1" }, "TS_DEST_IP is not supported: spacetail does not forward traffic; programs reach"],
  [{ TS_SERVE_CONFIG: "/serve.json" }, "TS_SERVE_CONFIG is not supported: the node serves nothing to others."],
  [
    { TS_HEALTHCHECK_ADDR_PORT: "[::]:9002" },
    "TS_HEALTHCHECK_ADDR_PORT is not supported: containerboot has given it up",
  ],
])("%j is refused by name, with what to use instead", (env, message) => {
  expect(() => readSettings(env)).toThrow(SettingsError);
  expect(() => readSettings(env)).toThrow(message);
});
