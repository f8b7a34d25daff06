// SPDX-License-Identifier: Apache-2.0
// The sockets that TypeScript waits for.
//
// scriptc's event loop takes no descriptors of others, but has a place for its own module of sockets, which is linked
// only into programs that import node:net. This program does not, so this file takes the place: the loop waits for our
// epoll instance beside everything else, and an event reaches TypeScript without another thread between. Source:
// scr_loop_set_net of @scriptc/runtime 0.1.7, src/scr_async.c.
#include "net.h"
#include <errno.h>
#include <unistd.h>

void scr_loop_set_net(bool (*is_waiting)(void), void (*dispatch)(void), int (*descriptor)(void));
// Whether an uncaught error of TypeScript is about to end the process.
bool scr_exc_pending(void);

typedef void callback(double id, int32_t events, void *context);

static int epoll = -1;
static callback *ready;
static void *ready_context;

// The loop looks after timers and children only when a turn has given promises nothing to do. Sockets that are always
// ready must not keep it from that.
enum { TURNS = 16 };
static int turns;

static bool is_waiting(void) {
  return net_held;
}

// Called just before the loop sleeps and looks after timers.
static int descriptor(void) {
  turns = 0;
  return epoll;
}

// An earlier callback may have closed a socket that has an event here. TypeScript no longer knows its ID.
static void dispatch(void) {
  if (!net_held || turns == TURNS) return;
  turns++;
  struct epoll_event events[64];
  int count = epoll_wait(epoll, events, 64, 0);
  for (int i = 0; i < count && !scr_exc_pending(); i++) {
    ready((double)events[i].data.u64, (int32_t)events[i].events, ready_context);
  }
}

// Sets whom to tell that a socket is ready.
int32_t spacetail_net_ready(callback *function, void *context) {
  epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) return -errno;
  ready = function;
  ready_context = context;
  scr_loop_set_net(is_waiting, dispatch, descriptor);
  return 0;
}

// Tells once when the socket is ready for any of `interest` (EPOLLIN, EPOLLOUT) or has an error.
int32_t spacetail_net_watch(int32_t fd, double id, int32_t interest) {
  uint32_t events = (uint32_t)interest | EPOLLONESHOT;
  return net_wait_for(epoll, fd, (struct epoll_event){.events = events, .data.u64 = (uint64_t)id});
}

void spacetail_net_close(int32_t fd) {
  net_unwatch(epoll, fd);
  close(fd);
}

// Starts a relay, to which both sockets belong from now on, and posts its end for `id`: bytes from `a` and from `b`.
int32_t spacetail_net_relay(int32_t a, int32_t b, double id) {
  net_unwatch(epoll, a);
  net_unwatch(epoll, b);
  return relay_start(a, b, id);
}

// Hands a client over to tailscaled. Both sockets belong to that from now on, and its end is posted for `id`.
int32_t spacetail_net_hand_over(int32_t client, int32_t daemon, double id) {
  net_unwatch(epoll, client);
  net_unwatch(epoll, daemon);
  return handover_start(client, daemon, id);
}
