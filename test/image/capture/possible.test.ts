// SPDX-License-Identifier: Apache-2.0
import { hasNamesForAll, probeMessage } from "../../../image/spacetail/capture/possible.js";
import type { Platform } from "../../../image/spacetail/platform/platform.js";

describe("probeMessage", () => {
  test("is empty if everything works", () => expect(probeMessage(0)).toBe(""));

  test.each([
    [1022, "the kernel cannot do it: it needs Linux 5.14, and gVisor does not have it"],
    [1016, "another program already receives the notifications of its seccomp filter"],
    [1001, "seccomp filters are not allowed here (EPERM)"],
    [1038, "seccomp filters are not allowed here (ENOSYS)"],
    [2000, "the kernel did not report a system call"],
    [3022, "the kernel cannot do it: it needs Linux 5.14"],
    [3024, "sockets cannot be handed over (EMFILE)"],
    [4001, "the memory of programs cannot be read here (EPERM): kernel.yama.ptrace_scope may be 2 or more"],
  ])("%d: %s", (result, message) => expect(probeMessage(result)).toBe(message));
});

describe("hasNamesForAll", () => {
  /** A platform on which one address can be listened on. */
  const platform = (free: string): Platform => {
    const serve = (ip: string) => {
      if (ip !== free) throw new Error("in use");
      return { port: 53, close: () => {} };
    };
    return { capture: { datagrams: { serve } } } as unknown as Platform;
  };

  test("needs one of the addresses of the name server", () => {
    expect(hasNamesForAll(platform("127.100.100.100"))).toBe(true);
    expect(hasNamesForAll(platform("127.100.100.107"))).toBe(true);
    expect(hasNamesForAll(platform("none"))).toBe(false);
    expect(hasNamesForAll({ capture: null } as unknown as Platform)).toBe(false);
  });
});
