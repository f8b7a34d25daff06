// SPDX-License-Identifier: Apache-2.0
import { errorName } from "../errors/system-error.js";
import type { Platform } from "../platform/platform.js";

/** Why capture is not possible here, to follow "off:" or "because"; empty if it is. */
export function captureProblem(platform: Platform): string {
  if (platform.capture === null) return "it needs the native executable, and this is the one for Node.js";
  return probeMessage(platform.capture.probe());
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
