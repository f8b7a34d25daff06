// SPDX-License-Identifier: Apache-2.0

/**
 * An error of the system. Its name is the code that Node has for it, such as ECONNREFUSED: of a caught error the native
 * build keeps name and message only. `errorCode` returns it.
 */
export class SystemError extends Error {
  constructor(code: string, what: string) {
    super(`${what}: ${code}`);
    this.name = code;
  }
}

/** The names of the errors of sockets and files. Linux numbers them alike on all machines in question. */
const NAMES = new Map<number, string>([
  [1, "EPERM"],
  [2, "ENOENT"],
  [4, "EINTR"],
  [5, "EIO"],
  [8, "ENOEXEC"],
  [9, "EBADF"],
  [10, "ECHILD"],
  [11, "EAGAIN"],
  [12, "ENOMEM"],
  [13, "EACCES"],
  [16, "EBUSY"],
  [20, "ENOTDIR"],
  [22, "EINVAL"],
  [23, "ENFILE"],
  [24, "EMFILE"],
  [28, "ENOSPC"],
  [32, "EPIPE"],
  [36, "ENAMETOOLONG"],
  [38, "ENOSYS"],
  [40, "ELOOP"],
  [91, "EPROTOTYPE"],
  [97, "EAFNOSUPPORT"],
  [98, "EADDRINUSE"],
  [99, "EADDRNOTAVAIL"],
  [100, "ENETDOWN"],
  [101, "ENETUNREACH"],
  [103, "ECONNABORTED"],
  [104, "ECONNRESET"],
  [105, "ENOBUFS"],
  [107, "ENOTCONN"],
  [110, "ETIMEDOUT"],
  [111, "ECONNREFUSED"],
  [112, "EHOSTDOWN"],
  [113, "EHOSTUNREACH"],
]);

/** The name of an error number. */
export function errorName(errno: number): string {
  return NAMES.get(errno) ?? `errno ${errno}`;
}
