// SPDX-License-Identifier: Apache-2.0
// The calls of the command that the filter hands over. Each is answered at once, or kept until it is known how.
#include "capture.h"
#include "clock.h"
#include "net.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
  // How long a call waits for new routes, and for the first ones. Milliseconds.
  PATIENCE = 1000,
  FIRST_PATIENCE = 10000,
  // A sockaddr_in6 without the scope, which is what RFC 2133 has.
  SHORTEST_IN6 = 24,
};

int capture_listener = -1;

struct held {
  struct seccomp_notif call;
  uint64_t until;
  struct held *next;
};

static struct held *helds;

// Keeps a call until there are new routes. Returns false if that is impossible.
static bool hold(const struct seccomp_notif *call) {
  struct held *held = malloc(sizeof *held);
  if (held == NULL) return false;
  uint64_t limit = routes_need() ? FIRST_PATIENCE : PATIENCE;
  *held = (struct held){*call, clock_now() + limit, helds};
  helds = held;
  job_expect(held->until);
  return true;
}

void call_answer(uint64_t call, int error) {
  // Fails if the thread was killed or interrupted meanwhile.
  struct seccomp_notif_resp answer = {.id = call, .error = -error};
  ioctl(capture_listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
}

void call_continue(uint64_t call) {
  struct seccomp_notif_resp answer = {.id = call, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
  ioctl(capture_listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
}

bool call_is_valid(uint64_t call) {
  return ioctl(capture_listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &call) == 0;
}

int call_replace(uint64_t call, int fd, int at, int flags) {
  struct seccomp_notif_addfd add = {
      .id = call,
      .flags = SECCOMP_ADDFD_FLAG_SETFD,
      .srcfd = (uint32_t)fd,
      .newfd = (uint32_t)at,
      .newfd_flags = (uint32_t)flags & O_CLOEXEC,
  };
  return ioctl(capture_listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add);
}

// Answers the call with a new descriptor for `fd`, and returns its number; -1 if that was impossible.
static int give(uint64_t call, int fd, int flags) {
  struct seccomp_notif_addfd add = {
      .id = call,
      .flags = SECCOMP_ADDFD_FLAG_SEND,
      .srcfd = (uint32_t)fd,
      .newfd_flags = (uint32_t)flags & O_CLOEXEC,
  };
  return ioctl(capture_listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add);
}

static void on_socket(const struct seccomp_notif *call) {
  int type = (int)call->data.args[1];
  int fd = -1;
  struct stat status;
  // The thread may end as soon as it has its socket.
  struct place place = target_place((pid_t)call->pid, -1);
  if (!target_is_elsewhere((pid_t)call->pid)) {
    fd = socket((int)call->data.args[0], type | SOCK_CLOEXEC, (int)call->data.args[2]);
  }
  if (fd >= 0 && fstat(fd, &status) == 0) place.at = give(call->id, fd, type);
  if (place.at >= 0) {
    own_put(status.st_ino, fd, place);
    return;
  }
  // The kernel says what is wrong.
  if (fd >= 0) close(fd);
  call_continue(call->id);
}

// The socket is not to be connected by this process: it is the command's alone from now on.
static void leave(const struct seccomp_notif *call) {
  ino_t inode = target_socket((pid_t)call->pid, (int)call->data.args[0]);
  if (inode != 0) own_drop(inode);
  call_continue(call->id);
}

// The connection is given up, and the socket may be connected anew.
static void disconnect(const struct seccomp_notif *call) {
  ino_t inode = target_socket((pid_t)call->pid, (int)call->data.args[0]);
  if (inode != 0 && call_is_valid(call->id)) {
    dial_drop(inode);
    done_drop(inode);
  }
  call_continue(call->id);
}

// A socket that was made elsewhere, or before the command: one of ours takes its place. What was set on it is lost.
// Returns -1 if that is impossible; then errno may say that this process lacks something.
static int adopt(const struct seccomp_notif *call, sa_family_t family, ino_t *inode) {
  pid_t thread = (pid_t)call->pid;
  int at = (int)call->data.args[0], flags = target_flags(thread, at);
  struct stat status;
  if (flags < 0 || target_family(thread, at) != family || target_is_elsewhere(thread)) return -1;
  int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | (flags & O_NONBLOCK), 0);
  if (fd < 0) return -1;
  if (!call_is_valid(call->id) || fstat(fd, &status) < 0 || call_replace(call->id, fd, at, flags) < 0) {
    close(fd);
    return -1;
  }
  *inode = status.st_ino;
  return fd;
}

// The connection is meant for the tailnet, and must not go elsewhere because this process has too many.
static bool is_lack(int error) {
  return error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOBUFS;
}

static void capture(const struct seccomp_notif *call, const struct sockaddr *address) {
  pid_t thread = (pid_t)call->pid;
  int at = (int)call->data.args[0];
  ino_t inode = target_socket(thread, at);
  // If the thread is gone, what was read may be of another one with its number.
  if (!call_is_valid(call->id)) return;
  int own = inode == 0 ? -1 : own_take(inode);
  if (own < 0) {
    if (inode != 0 && dial_has(inode, call->id)) return;
    // Connected already, which the kernel knows. Sockets for UDP are connected to find the address to send from.
    errno = 0;
    if (inode == 0 || done_has(inode) || (own = adopt(call, address->sa_family, &inode)) < 0) {
      if (is_lack(errno)) call_answer(call->id, errno);
      else call_continue(call->id);
      return;
    }
  }
  dial_start(call->id, target_place(thread, at), inode, own, address);
}

static bool is_sign(const struct sockaddr_in *address) {
  struct sockaddr_in sign = capture_sign();
  return address->sin_family == AF_INET && address->sin_addr.s_addr == sign.sin_addr.s_addr && address->sin_port == 0;
}

// Where the name server listens that programs believe to be on port 53 of the same address; no port if it is there.
static struct sockaddr_in names;

int32_t spacetail_capture_names(const uint8_t *ip, size_t length, int32_t port) {
  struct sockaddr_storage address;
  int size = net_address(ip, length, port, &address);
  if (size < 0) return size;
  capture_lock();
  memcpy(&names, &address, sizeof names);
  capture_unlock();
  return 0;
}

static struct sockaddr_in where_names(void) {
  capture_lock();
  struct sockaddr_in result = names;
  capture_unlock();
  return result;
}

static bool is_for_names(const struct sockaddr_in *address) {
  struct sockaddr_in at = where_names();
  return at.sin_port != 0 && address->sin_family == AF_INET && address->sin_port == htons(53) &&
         address->sin_addr.s_addr == at.sin_addr.s_addr;
}

// Replaces a socket for UDP by one that is connected to the name server. Returns false if it is for something else.
static bool ask_names(const struct seccomp_notif *call) {
  pid_t thread = (pid_t)call->pid;
  int at = (int)call->data.args[0], flags = target_flags(thread, at);
  if (flags < 0 || target_family(thread, at) != 0 || target_is_elsewhere(thread)) return false;
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | (flags & O_NONBLOCK), 0);
  if (fd < 0) return false;
  struct sockaddr_in server = where_names();
  bool is_done = connect(fd, (struct sockaddr *)&server, sizeof server) == 0 && call_is_valid(call->id) &&
                 call_replace(call->id, fd, at, flags) >= 0;
  close(fd);
  if (is_done) call_answer(call->id, 0);
  return is_done;
}

static void on_connect(const struct seccomp_notif *call, bool may_wait) {
  struct sockaddr_storage address = {0};
  size_t length = call->data.args[2];
  if (length > sizeof address) length = sizeof address;
  if (target_read((pid_t)call->pid, &address, call->data.args[1], length) < 0) {
    if (errno == EPERM) capture_counters.unreadable++;
    call_continue(call->id);
    return;
  }
  if (is_sign((struct sockaddr_in *)&address)) {
    call_answer(call->id, EXDEV);
    return;
  }
  if (address.ss_family == AF_UNSPEC && length >= sizeof address.ss_family) {
    disconnect(call);
    return;
  }
  if (is_for_names((struct sockaddr_in *)&address) && ask_names(call)) return;
  if (length < (address.ss_family == AF_INET6 ? SHORTEST_IN6 : sizeof(struct sockaddr_in))) {
    // The kernel says that it is too short.
    call_continue(call->id);
    return;
  }
  enum verdict verdict = route_of((struct sockaddr *)&address);
  if (verdict == UNSURE && may_wait && hold(call)) return;
  if (verdict == CAPTURE) capture(call, (struct sockaddr *)&address);
  else leave(call);
}

static void on_open(const struct seccomp_notif *call, int path_at, bool may_wait) {
  char path[24] = "";
  uint64_t from = call->data.args[path_at];
  int fd = -1;
  // Up to where its memory ends.
  bool is_ours = target_read((pid_t)call->pid, path, from, sizeof path - 1) > 0 && file_is_ours(path);
  // In another network there are other name servers.
  if (is_ours && !target_is_elsewhere((pid_t)call->pid)) {
    if (may_wait && routes_need() && hold(call)) return;
    fd = file_open(path);
  }
  if (fd < 0 || give(call->id, fd, (int)call->data.args[path_at + 1]) < 0) call_continue(call->id);
  if (fd >= 0) close(fd);
}

static void decide(const struct seccomp_notif *call, bool may_wait) {
  switch (call->data.nr) {
    case SYS_socket:
      on_socket(call);
      break;
    case SYS_connect:
      on_connect(call, may_wait);
      break;
    case SYS_getsockopt:
      call_continue(call->id);
      break;
    case SYS_bind:
    case SYS_listen:
      leave(call);
      break;
    default:
      on_open(call, call->data.nr == SYS_openat ? 1 : 0, may_wait);
  }
}

void call_receive(void) {
  struct seccomp_notif call;
  memset(&call, 0, sizeof call);
  // Interrupted, or the caller no longer waits for an answer.
  if (ioctl(capture_listener, SECCOMP_IOCTL_NOTIF_RECV, &call) == 0) decide(&call, true);
}

void calls_retry(void) {
  struct held *held = helds;
  helds = NULL;
  while (held != NULL) {
    struct held *next = held->next;
    decide(&held->call, false);
    free(held);
    held = next;
  }
}

uint64_t calls_expire(uint64_t now) {
  uint64_t first = 0;
  for (struct held **place = &helds, *held; (held = *place) != NULL;) {
    if (held->until > now) {
      if (first == 0 || held->until < first) first = held->until;
      place = &held->next;
      continue;
    }
    *place = held->next;
    decide(&held->call, false);
    free(held);
  }
  return first;
}
