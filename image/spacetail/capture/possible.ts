// SPDX-License-Identifier: Apache-2.0
import type { Settings } from "../../../contract/wire/settings.js";
import { errorName } from "../errors/system-error.js";
import type { Platform } from "../platform/platform.js";
import { ADDRESSES, DNS_PORT } from "./name-server.js";

/** Why capture is not possible here, to follow "off:" or "because"; empty if it is. */
export function captureProblem(platform: Platform): string {
  if (platform.capture === null) return "it needs the native executable, and this is the one for Node.js";
  // A second filter could not report its calls.
  return platform.capture.isCaptured() ? "" : probeMessage(platform.capture.probe());
}

/** The same for a phase, whose tunnel may be one that capture cannot use. */
export function phaseCaptureProblem(platform: Platform, { sidecar, httpProxy }: Settings): string {
  if (sidecar !== null) return "the tunnel is in another container";
  return httpProxy === "" ? "the tunnel has no proxies" : captureProblem(platform);
}

/** What `up` says about capture. */
export function captureReport(platform: Platform): string {
  const problem = captureProblem(platform);
  if (problem !== "") return `off (${problem})`;
  return hasNamesForAll(platform) ? "on" : "on, without split DNS for musl programs (port 53 cannot be used)";
}

/** Whether a name server can be where all programs look for it. */
export function hasNamesForAll({ capture }: Platform): boolean {
  if (capture === null) return false;
  for (const ip of ADDRESSES) {
    try {
      capture.datagrams.serve(ip, DNS_PORT, () => {}).close();
      return true;
    } catch {
      // Somebody else listens there, or it is not allowed.
    }
  }
  return false;
}

/** The result of a probe in words; empty if everything works. Pure. */
export function probeMessage(result: number): string {
  if (result === 0) return "";
  const code = errorName(result % 1000);
  switch (Math.floor(result / 1000)) {
    case 1:
      if (code === "EINVAL") return "the kernel cannot do it: it needs Linux 5.14, and gVisor does not have it";
      if (code === "EBUSY") return "another program already receives the notifications of its seccomp filter";
      return `seccomp filters are not allowed here (${code})`;
    case 3:
      if (code === "EINVAL") return "the kernel cannot do it: it needs Linux 5.14";
      return `sockets cannot be handed over (${code})`;
    case 4:
      return `the memory of programs cannot be read here (${code}): kernel.yama.ptrace_scope may be 2 or more`;
    default:
      return "the kernel did not report a system call";
  }
}
