// SPDX-License-Identifier: Apache-2.0
// Relays: bytes between two sockets in both directions, moved by the event thread alone.
//
// A relay has no buffers. Bytes are looked at, sent as far as the other side has room, and only then taken from where
// they came. So a slow reader holds up its writer, and a thousand relays need hardly more memory than one.
#include "net.h"
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct side {
  struct relay *relay;
  int fd;
  // epoll reports changes only, so what it said is kept until a call says otherwise.
  bool readable, writable;
  // Nothing more comes from here, or nothing more can be sent to the other side.
  bool over;
  double carried;
};

struct relay {
  struct side side[2];
  double id;
  // The first error, and whether nothing more can come from one of the sides after it.
  int error;
  bool cut;
  bool queued;
  struct relay *next;
};

// How much one direction may carry before it is the turn of others.
enum { CHUNK = 128 * 1024, CHUNKS = 4 };

static uint8_t buffer[CHUNK];

// New relays, which the script's thread puts here for the event thread.
static struct relay *_Atomic arrived;
// Relays that may have something to do.
static struct relay *ready;

static void queue(struct relay *relay) {
  if (relay->queued) return;
  relay->queued = true;
  relay->next = ready;
  ready = relay;
}

static void end(struct relay *relay) {
  // A cut stream must not look like a complete one: a reset says that it is cut.
  struct linger reset = {.l_onoff = 1};
  for (int i = 0; i < 2; i++) {
    int fd = relay->side[i].fd;
    if (relay->error != 0) setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    epoll_ctl(net_epoll, EPOLL_CTL_DEL, fd, NULL);
    close(fd);
  }
  char text[64];
  snprintf(text, sizeof text, "%.0f %.0f", relay->side[0].carried, relay->side[1].carried);
  net_post(relay->id, -relay->error, text);
  free(relay);
}

static void fail(struct relay *relay, int error) {
  if (relay->error == 0) relay->error = error;
}

// Takes bytes that have been sent. TCP drops them without copying; other sockets read them once more.
static bool take(int fd, size_t length) {
  while (length > 0) {
    ssize_t got = recv(fd, buffer, length, MSG_TRUNC);
    if (got <= 0) return false;
    length -= (size_t)got;
  }
  return true;
}

// Moves bytes in one direction while there are some, there is room for them, and it is this direction's turn. Returns
// true if the turn is over but not the bytes.
static bool move(struct side *from, struct side *to) {
  struct relay *relay = from->relay;
  for (int i = 0; i < CHUNKS; i++) {
    if (from->over || !from->readable || !to->writable) return false;
    ssize_t got = recv(from->fd, buffer, CHUNK, MSG_PEEK);
    if (got < 0) {
      from->readable = false;
      if (errno == EAGAIN) return false;
      fail(relay, errno);
      relay->cut = true;
      return false;
    }
    if (got == 0) {
      from->over = true;
      shutdown(to->fd, SHUT_WR);
      return false;
    }
    ssize_t put = send(to->fd, buffer, (size_t)got, MSG_NOSIGNAL);
    if (put < 0) {
      to->writable = false;
      if (errno == EAGAIN) return false;
      fail(relay, errno);
      // What the other side had sent before it closed may still be there: the answer to a refused upload, say.
      from->over = true;
      to->readable = true;
      return false;
    }
    if (put < got) to->writable = false;
    from->carried += (double)put;
    if (!take(from->fd, (size_t)put)) {
      fail(relay, ECONNRESET);
      relay->cut = true;
      return false;
    }
  }
  return true;
}

int relay_turn(void) {
  struct relay *turn = ready;
  ready = NULL;
  while (turn != NULL) {
    struct relay *relay = turn;
    struct side *a = &relay->side[0], *b = &relay->side[1];
    turn = relay->next;
    relay->queued = false;
    bool more = move(a, b);
    more |= move(b, a);
    // Sending from `b` may have failed, and then `a` is to be looked at once more.
    if (b->over && !a->over) more |= move(a, b);
    if (relay->cut || (a->over && b->over)) end(relay);
    else if (more) queue(relay);
  }
  return ready != NULL;
}

void relay_event(void *data, uint32_t events) {
  struct side *side = data;
  if (events & ~(uint32_t)EPOLLOUT) side->readable = true;
  if (events & ~(uint32_t)(EPOLLIN | EPOLLRDHUP)) side->writable = true;
  queue(side->relay);
}

void relay_adopt(void) {
  struct relay *relay = atomic_exchange(&arrived, NULL);
  while (relay != NULL) {
    struct relay *next = relay->next;
    for (int i = 0; i < 2; i++) {
      struct side *side = &relay->side[i];
      struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = side};
      if (epoll_ctl(net_epoll, EPOLL_CTL_MOD, side->fd, &event) == 0) continue;
      if (errno == ENOENT && epoll_ctl(net_epoll, EPOLL_CTL_ADD, side->fd, &event) == 0) continue;
      fail(relay, errno);
      relay->cut = true;
      queue(relay);
    }
    relay = next;
  }
}

// Starts a relay, to which both sockets belong from now on, and posts its end for `id`: bytes from `a` and from `b`.
int32_t spacetail_net_relay(int32_t a, int32_t b, double id) {
  struct relay *relay = calloc(1, sizeof *relay);
  if (relay == NULL) return -ENOMEM;
  relay->id = id;
  relay->side[0] = (struct side){.relay = relay, .fd = a};
  relay->side[1] = (struct side){.relay = relay, .fd = b};
  relay->next = atomic_load(&arrived);
  while (!atomic_compare_exchange_weak(&arrived, &relay->next, relay)) {
  }
  net_wake();
  return 0;
}
