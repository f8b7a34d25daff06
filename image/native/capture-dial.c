// SPDX-License-Identifier: Apache-2.0
// A connection of the command to the tailnet.
//
// Its socket is parked: it is connected to a listener on loopback whose queue is full, which drops what it gets. So it
// is in progress for as long as that takes, as it would be with a machine far away, and the kernel does everything
// that a program can ask of such a socket: timeouts, poll, epoll, another connect. Meanwhile the tunnel's proxy makes
// the connection. Then a socket of ours with the listener's address connects to the parked one (both sides of TCP may
// open at the same time), and a relay passes on the bytes.
#include "capture.h"
#include "clock.h"
#include "net.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
  // How long a connect that does not block is held: most refusals come within it, and can be given their own errno.
  // Milliseconds. Programs that make many connections at once do not wait: how many may be held at the same time.
  GRACE = 50,
  MOST_HELD = 8,
  // How often it is looked whether a signal waits for a thread that is held. Milliseconds.
  SIGNALS_EVERY = 20,
  // The kernel's own number: the call is restarted, or interrupted by EINTR, as the signal's handler has it.
  ERESTARTSYS = 512,
  // A proxy's answer: to the greeting, and to the request.
  ANSWER = 12,
};

struct dial {
  struct net_source source;
  // What is to be answered; 0 if nothing.
  uint64_t call;
  // When EINPROGRESS is the answer; 0 for never.
  uint64_t until;
  struct place place;
  ino_t inode;
  // The command's socket, the connection to the proxy, and the other end of the command's.
  int own, proxy, mate;
  bool is_blocking, is_over;
  uint8_t request[25], answer[ANSWER];
  uint8_t size, sent, got;
  struct dial *next;
};

static struct dial *dials;
static bool has_ended;

// The listener, what fills its queue, and a port at which nobody listens.
static struct sockaddr_in parking, refusing, proxy;
static int listener = -1, filler = -1, refuser = -1;

// Where the tunnel's SOCKS5 proxy listens: an IPv4 address.
int32_t spacetail_capture_proxy(const uint8_t *ip, size_t length, int32_t port) {
  struct sockaddr_storage address;
  int size = net_address(ip, length, port, &address);
  if (size < 0) return size;
  if (address.ss_family != AF_INET) return -EAFNOSUPPORT;
  memcpy(&proxy, &address, sizeof proxy);
  return 0;
}

static int tcp(void) {
  return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static void share(int fd) {
  int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
}

static int bind_any(int fd, struct sockaddr_in *address) {
  socklen_t size = sizeof *address;
  *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  return bind(fd, (struct sockaddr *)address, size) < 0 ? -1 : getsockname(fd, (struct sockaddr *)address, &size);
}

int dial_open(void) {
  if ((listener = tcp()) < 0 || (filler = tcp()) < 0 || (refuser = tcp()) < 0) return -errno;
  share(listener);
  if (bind_any(listener, &parking) < 0 || listen(listener, 0) < 0 || bind_any(refuser, &refusing) < 0) return -errno;
  // Nobody accepts it.
  if (connect(filler, (struct sockaddr *)&parking, sizeof parking) < 0 && errno != EINPROGRESS) return -errno;
  return 0;
}

static int family_of(int fd) {
  int family = AF_INET;
  socklen_t size = sizeof family;
  getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size);
  return family;
}

// Connects a socket of the command, of either family, to an address on loopback.
static int connect_own(int fd, const struct sockaddr_in *to) {
  struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = to->sin_port};
  int off = 0;
  if (family_of(fd) != AF_INET6) return connect(fd, (const struct sockaddr *)to, sizeof *to);
  setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  six.sin6_addr.s6_addr[10] = six.sin6_addr.s6_addr[11] = 0xff;
  memcpy(six.sin6_addr.s6_addr + 12, &to->sin_addr, 4);
  return connect(fd, (struct sockaddr *)&six, sizeof six);
}

// Returns the errno of a connect that never comes to an end: EINPROGRESS.
static int park(int fd, bool is_blocking) {
  int flags = fcntl(fd, F_GETFL), off = 0;
  // Otherwise it would be connected at the first write.
  setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &off, sizeof off);
  if (is_blocking) fcntl(fd, F_SETFL, flags | O_NONBLOCK);
  int error = connect_own(fd, &parking) < 0 ? errno : 0;
  if (is_blocking) fcntl(fd, F_SETFL, flags);
  return error;
}

// Makes a parked socket one that is not connected.
static void unpark(int fd) {
  struct sockaddr none = {.sa_family = AF_UNSPEC};
  connect(fd, &none, sizeof none);
}

// How connecting has ended. It is said once.
static int take_error(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

// The same for the command: a port at which nobody listens says that the connection is refused. Programs see that
// there is an error a moment earlier; their question what it is comes to this thread (capture-filter.c), and so late
// enough.
static bool refuse(int fd) {
  unpark(fd);
  // Some kernels (Linux 6.4 to 6.6) do not disconnect while a thread waits.
  return connect_own(fd, &refusing) == 0 || errno != EALREADY;
}

static void reply(struct dial *dial, int error) {
  if (dial->call != 0) call_answer(dial->call, error);
  dial->call = 0;
}

static void finish(struct dial *dial) {
  if (dial->proxy >= 0) net_forget(dial->proxy);
  if (dial->mate >= 0) net_forget(dial->mate);
  dial->proxy = dial->mate = -1;
  dial->is_over = has_ended = true;
}

// There is no connection. The command may use its socket again, and the copy is kept for that.
static void fail(struct dial *dial, int error) {
  if (dial->is_over) return;
  capture_counters.failed++;
  if (dial->call != 0 && call_is_valid(dial->call)) {
    unpark(dial->own);
    take_error(dial->own);
  } else if (error == ETIMEDOUT || !refuse(dial->own)) {
    // At the next retransmission the kernel finds that there have been enough.
    int one = 1;
    setsockopt(dial->own, IPPROTO_TCP, TCP_SYNCNT, &one, sizeof one);
  }
  own_put(dial->inode, dial->own, dial->place);
  reply(dial, error);
  finish(dial);
}

// SOCKS5's replies (RFC 1928).
static int errno_of(uint8_t code) {
  switch (code) {
    case 2:
      return EACCES;
    case 3:
      return EHOSTUNREACH;
    case 4:
      return ETIMEDOUT;
    default:
      return ECONNREFUSED;
  }
}

static void watch(struct dial *dial, int fd, uint32_t events) {
  int error = net_listen_to(fd, &dial->source, events | EPOLLONESHOT);
  if (error < 0) fail(dial, -error);
}

// The tunnel has the connection: the command gets its own.
static void join(struct dial *dial) {
  struct sockaddr_in6 name = {0};
  socklen_t size = sizeof name;
  getsockname(dial->own, (struct sockaddr *)&name, &size);
  // Both families have the port in the same place.
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = name.sin6_port, .sin_addr = parking.sin_addr};
  int on = 1;
  dial->mate = tcp();
  if (dial->mate < 0) return fail(dial, errno);
  share(dial->mate);
  setsockopt(dial->mate, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (bind(dial->mate, (struct sockaddr *)&parking, sizeof parking) < 0) return fail(dial, errno);
  if (connect(dial->mate, (struct sockaddr *)&to, sizeof to) < 0 && errno != EINPROGRESS) return fail(dial, errno);
  watch(dial, dial->mate, EPOLLOUT);
}

static void joined(struct dial *dial) {
  int error = take_error(dial->mate);
  if (error != 0) return fail(dial, error);
  done_put(dial->inode);
  // A program with a socket that does not block expects to be told later, even if it is connected by now.
  reply(dial, dial->is_blocking ? 0 : EINPROGRESS);
  // From here on, the command closes it when it does.
  close(dial->own);
  int mate = dial->mate, fd = dial->proxy;
  dial->mate = dial->proxy = -1;
  dial->is_over = has_ended = true;
  if (relay_start(mate, fd, 0) < 0) {
    net_forget(mate);
    net_forget(fd);
    return;
  }
  capture_counters.captured++;
  capture_counters.open++;
}

// The proxy is gone, or went away.
static void fail_without_tunnel(struct dial *dial) {
  static bool is_said;
  if (!is_said) job_say("The tunnel is down, so connections to the tailnet are refused.");
  is_said = true;
  fail(dial, ECONNREFUSED);
}

// Sends what is left of the request, and reads what has come of the answer, but not a byte beyond.
static void converse(struct dial *dial) {
  if (dial->sent < dial->size) {
    ssize_t put = send(dial->proxy, dial->request + dial->sent, (size_t)(dial->size - dial->sent), MSG_NOSIGNAL);
    if (put < 0 && errno == EAGAIN) return watch(dial, dial->proxy, EPOLLOUT);
    if (put < 0) return fail_without_tunnel(dial);
    dial->sent += (uint8_t)put;
    return watch(dial, dial->proxy, dial->sent < dial->size ? EPOLLOUT : EPOLLIN);
  }
  ssize_t got = recv(dial->proxy, dial->answer + dial->got, (size_t)(ANSWER - dial->got), 0);
  if (got < 0 && errno == EAGAIN) return watch(dial, dial->proxy, EPOLLIN);
  if (got <= 0) return fail_without_tunnel(dial);
  dial->got += (uint8_t)got;
  if (dial->got >= 4 && dial->answer[3] != 0) return fail(dial, errno_of(dial->answer[3]));
  if (dial->got < ANSWER) return watch(dial, dial->proxy, EPOLLIN);
  join(dial);
}

static void happened(struct net_source *source, uint32_t events) {
  (void)events;
  struct dial *dial = (struct dial *)source;
  if (dial->is_over) return;
  if (dial->mate >= 0) joined(dial);
  else converse(dial);
}

// A greeting and a request at once.
static uint8_t write_request(uint8_t *request, const struct sockaddr *address) {
  static const uint8_t START[] = {5, 1, 0, 5, 1, 0};
  const struct sockaddr_in *four = (const struct sockaddr_in *)address;
  const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)address;
  const uint8_t *ip = (const uint8_t *)&four->sin_addr;
  size_t length = 4;
  if (address->sa_family == AF_INET6) {
    bool is_mapped = IN6_IS_ADDR_V4MAPPED(&six->sin6_addr);
    ip = six->sin6_addr.s6_addr + (is_mapped ? 12 : 0);
    length = is_mapped ? 4 : 16;
  }
  memcpy(request, START, sizeof START);
  request[6] = length == 4 ? 1 : 4;
  memcpy(request + 7, ip, length);
  memcpy(request + 7 + length, &four->sin_port, 2);
  return (uint8_t)(9 + length);
}

// When a connect that blocks ends with EINPROGRESS; 0 for never.
static uint64_t send_limit(int fd) {
  struct timeval limit = {0};
  socklen_t size = sizeof limit;
  getsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, &size);
  uint64_t ms = (uint64_t)limit.tv_sec * 1000 + (uint64_t)limit.tv_usec / 1000;
  return ms == 0 ? 0 : clock_now() + ms;
}

// When a connect that does not block is answered.
static uint64_t grace_limit(pid_t thread) {
  int held = 0;
  for (struct dial *dial = dials; dial != NULL; dial = dial->next) {
    if (dial->is_over || dial->is_blocking) continue;
    if (dial->call != 0) held++;
    else if (dial->place.thread == thread) return clock_now();
  }
  return clock_now() + (held < MOST_HELD ? GRACE : 0);
}

void dial_start(uint64_t call, struct place place, ino_t inode, int own, const struct sockaddr *address) {
  if (family_of(own) != address->sa_family) {
    // The kernel says that it does not take it.
    own_put(inode, own, place);
    call_continue(call);
    return;
  }
  bool is_blocking = (fcntl(own, F_GETFL) & O_NONBLOCK) == 0;
  int error = park(own, is_blocking), on = 1;
  struct dial *dial = error == EINPROGRESS ? calloc(1, sizeof *dial) : NULL;
  if (dial == NULL) {
    // The socket is in use otherwise, and the kernel has said how.
    own_put(inode, own, place);
    call_answer(call, error == EINPROGRESS ? ENOBUFS : error);
    return;
  }
  *dial = (struct dial){
      .source = {.happened = happened},
      .call = call,
      .until = is_blocking ? send_limit(own) : grace_limit(place.thread),
      .place = place,
      .inode = inode,
      .own = own,
      .proxy = tcp(),
      .mate = -1,
      .is_blocking = is_blocking,
      .next = dials,
  };
  dials = dial;
  dial->size = write_request(dial->request, address);
  if (dial->proxy < 0) return fail(dial, errno);
  setsockopt(dial->proxy, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(dial->proxy, (struct sockaddr *)&proxy, sizeof proxy) < 0 && errno != EINPROGRESS) {
    return fail_without_tunnel(dial);
  }
  converse(dial);
  if (dial->is_over) return;
  uint64_t now = clock_now();
  if (is_blocking) job_expect(now + SIGNALS_EVERY);
  else if (dial->until > now) job_expect(dial->until);
  else reply(dial, EINPROGRESS);
}

bool dial_has(ino_t inode, uint64_t call) {
  for (struct dial *dial = dials; dial != NULL; dial = dial->next) {
    if (dial->is_over || dial->inode != inode) continue;
    if (dial->call == 0 || call_is_valid(dial->call)) call_continue(call);
    else dial->call = call;
    return true;
  }
  return false;
}

void dial_drop(ino_t inode) {
  for (struct dial *dial = dials; dial != NULL; dial = dial->next) {
    if (dial->is_over || dial->inode != inode) continue;
    own_put(inode, dial->own, dial->place);
    reply(dial, ECONNABORTED);
    finish(dial);
  }
}

// From Linux 5.19 on, a call that has been received is only interrupted by signals that kill. A connect is to be by
// others too: programs limit its time by an alarm. The connection goes on, as the kernel's would.
static bool is_interrupted(struct dial *dial) {
  if (!dial->is_blocking || !target_has_signal(dial->place.thread)) return false;
  reply(dial, ERESTARTSYS);
  return true;
}

uint64_t dials_expire(uint64_t now) {
  uint64_t first = 0;
  for (struct dial *dial = dials; dial != NULL; dial = dial->next) {
    if (dial->is_over || dial->call == 0 || is_interrupted(dial)) continue;
    if (dial->until != 0 && dial->until <= now) {
      reply(dial, EINPROGRESS);
      continue;
    }
    uint64_t next = dial->is_blocking ? now + SIGNALS_EVERY : dial->until;
    if (dial->until != 0 && dial->until < next) next = dial->until;
    if (first == 0 || next < first) first = next;
  }
  return first;
}

void dials_bury(void) {
  if (!has_ended) return;
  has_ended = false;
  for (struct dial **place = &dials, *dial; (dial = *place) != NULL;) {
    if (!dial->is_over) {
      place = &dial->next;
      continue;
    }
    *place = dial->next;
    free(dial);
  }
}
