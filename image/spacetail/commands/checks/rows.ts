// SPDX-License-Identifier: Apache-2.0
import { capture } from "./capture.js";
import { credential, tags, token } from "./login.js";
import { directory, executables, ports, settings, versions } from "./machine.js";
import { clock, controlDirect, controlProxy, dns } from "./network.js";
import { networking } from "./networking.js";
import type { Row } from "./row.js";
import { derp, host, tailnet } from "./tailnet.js";

/** The preconditions of a tunnel, in the order in which `up` depends on them. */
export const ROWS: readonly Row[] = [
  {
    name: "executables",
    needs: [],
    check: executables,
    fix: "Use the runner image, which includes it.",
  },
  {
    name: "versions",
    needs: ["executables"],
    check: versions,
    fix: "Use the tailscaled of the runner image.",
  },
  { name: "settings", needs: [], check: settings, fix: "See docs/variables.md of the spacetail repository." },
  { name: "networking", needs: ["executables", "settings"], check: networking, fix: "" },
  { name: "directory", needs: [], check: directory, fix: "" },
  { name: "credential", needs: ["settings"], check: credential, fix: "" },
  {
    name: "dns",
    needs: ["settings"],
    check: dns,
    fix: "Check TS_CONTROL_URL and TS_API_URL, and the name servers in /etc/resolv.conf.",
  },
  { name: "token", needs: ["credential"], check: token, fix: "" },
  { name: "tags", needs: ["token"], check: tags, fix: "" },
  {
    name: "control-direct",
    needs: ["settings"],
    check: controlDirect,
    fix: "Check TS_CONTROL_URL, and the firewall; if there is a proxy, set HTTPS_PROXY.",
  },
  {
    name: "control-proxy",
    needs: ["settings"],
    check: controlProxy,
    fix: "Check HTTPS_PROXY, or name the control server in NO_PROXY if it can be reached without a proxy.",
  },
  { name: "clock", needs: ["settings"], check: clock, fix: "Set the clock of this machine." },
  {
    name: "ports",
    needs: ["settings"],
    check: ports,
    fix: "Stop what listens there, or choose other addresses with TS_SOCKS5_SERVER and TS_OUTBOUND_HTTP_PROXY_LISTEN.",
  },
  { name: "capture", needs: [], check: capture, fix: "" },
  {
    name: "tailnet",
    needs: ["versions", "networking", "directory", "credential", "tags", "ports"],
    check: tailnet,
    fix: "",
  },
  {
    name: "derp",
    needs: ["tailnet"],
    check: derp,
    fix: "Allow HTTPS to them, best also UDP: https://tailscale.com/kb/1082/firewall-ports.",
  },
  { name: "host", needs: ["tailnet"], check: host, fix: "" },
];
