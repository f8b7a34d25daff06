// SPDX-License-Identifier: Apache-2.0
// The filter. It is inherited by all that the command starts, and cannot be taken off.
#include "capture.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined __x86_64__
#define ARCHITECTURE AUDIT_ARCH_X86_64
#define OPEN SYS_open
#else
#define ARCHITECTURE AUDIT_ARCH_AARCH64
// There is none, nor a call with this number.
#define OPEN 0x3fffffff
#endif

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
// The lower half: both machines are little endian.
#define ARGUMENT(i) LOAD(args[i])
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, what)
#define IS(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
#define HAS(bits, yes, no) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, yes, no)
#define ALLOW RETURN(SECCOMP_RET_ALLOW)
#define NOTIFY RETURN(SECCOMP_RET_USER_NOTIF)
#define FAIL(error) RETURN(SECCOMP_RET_ERRNO | (error))

// The length of a sockaddr_un, as most programs give it.
enum { UNIX_ADDRESS = 110 };

enum { WRITES = O_WRONLY | O_RDWR | O_CREAT | O_DIRECTORY | O_PATH };

int capture_filter(bool opens) {
  uint32_t open = opens ? SECCOMP_RET_USER_NOTIF : SECCOMP_RET_ALLOW;
  struct sock_filter program[] = {
      // Programs for other machines (i386) are left alone.
      LOAD(arch),
      IS(ARCHITECTURE, 1, 0),
      ALLOW,
      LOAD(nr),

      IS(SYS_connect, 0, 4),
      ARGUMENT(2),
      IS(UNIX_ADDRESS, 0, 1),
      ALLOW,
      NOTIFY,

      IS(SYS_socket, 0, 11),
      ARGUMENT(0),
      IS(AF_INET, 1, 0),
      IS(AF_INET6, 0, 7),
      ARGUMENT(1),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 15),
      IS(SOCK_STREAM, 0, 4),
      ARGUMENT(2),
      IS(0, 1, 0),
      IS(IPPROTO_TCP, 0, 1),
      NOTIFY,
      ALLOW,

      // Programs read here how a connect has ended. They wait until this process has said all that it has to say.
      IS(SYS_getsockopt, 0, 6),
      ARGUMENT(1),
      IS(SOL_SOCKET, 0, 3),
      ARGUMENT(2),
      IS(SO_ERROR, 0, 1),
      NOTIFY,
      ALLOW,

      // A copy of a socket that listens would keep its port in use.
      IS(SYS_bind, 0, 4),
      ARGUMENT(2),
      IS(UNIX_ADDRESS, 0, 1),
      ALLOW,
      NOTIFY,
      IS(SYS_listen, 0, 1),
      NOTIFY,

      // What libraries open for themselves (O_CLOEXEC; musl's fopen gives mode 0666), and not what shells open for
      // redirections: until a notification is received, any signal interrupts the call, and BusyBox's ash would take
      // EINTR from open for a failure when a child ends.
      IS(SYS_openat, 0, 8),
      ARGUMENT(2),
      HAS(WRITES, 5, 0),
      HAS(O_CLOEXEC, 3, 0),
      ARGUMENT(3),
      IS(0666, 1, 0),
      ALLOW,
      RETURN(open),
      ALLOW,
      IS(OPEN, 0, 8),
      ARGUMENT(1),
      HAS(WRITES, 5, 0),
      HAS(O_CLOEXEC, 3, 0),
      ARGUMENT(2),
      IS(0666, 1, 0),
      ALLOW,
      RETURN(open),
      ALLOW,

      // TCP Fast Open connects without connect. Programs that use it can do without.
      IS(SYS_sendto, 0, 4),
      ARGUMENT(3),
      HAS(MSG_FASTOPEN, 0, 1),
      FAIL(EOPNOTSUPP),
      ALLOW,
      IS(SYS_sendmsg, 0, 4),
      ARGUMENT(2),
      HAS(MSG_FASTOPEN, 0, 1),
      FAIL(EOPNOTSUPP),
      ALLOW,
      // What a ring does never passes a filter.
      IS(SYS_io_uring_setup, 0, 1),
      FAIL(ENOSYS),
      ALLOW,
  };
  struct sock_fprog filter = {sizeof program / sizeof *program, program};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return -errno;
  // Without SPEC_ALLOW, kernels before 5.16 slow the command down.
  unsigned long flags = SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_SPEC_ALLOW;
  // From 5.19 on, only fatal signals interrupt a call that has been received.
  unsigned long patient = flags | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
  long fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, patient, &filter);
  if (fd < 0 && errno == EINVAL) fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter);
  return fd < 0 ? -errno : (int)fd;
}
