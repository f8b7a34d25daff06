// SPDX-License-Identifier: Apache-2.0
// Relays: bytes between two sockets in both directions, moved by the event thread alone.
//
// Bytes go from a socket into a pipe and from there into the other socket, so the kernel need not copy them. A
// direction has a pipe only while its reader is slower than its writer. Where there is none to be had, bytes are copied
// instead: looked at, sent as far as there is room, and only then taken. Either way a slow reader holds up its writer,
// and a thousand relays need hardly more memory than one.
#include "capture.h"
#include "net.h"
#include "pipes.h"
#include <errno.h>
#include <fcntl.h>
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
  // Nothing more can be sent to the other side. What comes is thrown away, as this side may stop until it is read.
  bool unheard;
  // What has come from here and is not yet sent is in the pipe; NULL if that is nothing.
  struct pipe *pipe;
  size_t held;
  double carried;
};

struct relay {
  struct side side[2];
  double id;
  // The first error, and whether nothing more can come from one of the sides after it.
  int error;
  bool cut;
  bool queued;
  // Counted as unsent.
  bool unsent;
  struct relay *next;
};

// What a direction may carry before it is the turn of others.
enum { CHUNK = 256 * 1024, CHUNKS = 8 };

// What is copied at once.
static uint8_t buffer[64 * 1024];

// New relays, which the script's thread puts here for the event thread.
static struct relay *_Atomic arrived;
// Relays that may have something to do.
static struct relay *ready;

static int unsent;
static double moved;

int relay_unsent(void) {
  return unsent;
}

double relay_moved(void) {
  return moved;
}

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
    struct side *side = &relay->side[i];
    if (relay->error != 0) setsockopt(side->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    net_forget(side->fd);
    pipe_return(side->pipe, side->held);
  }
  unsent -= relay->unsent;
  if (relay->id == 0) {
    job_relayed(relay->side[0].carried, relay->side[1].carried);
  } else {
    char text[64];
    snprintf(text, sizeof text, "%.0f %.0f", relay->side[0].carried, relay->side[1].carried);
    net_post(relay->id, -relay->error, text);
  }
  free(relay);
}

static void fail(struct relay *relay, int error) {
  if (relay->error == 0) relay->error = error;
}

// What a call on `from` that took nothing from it means: the end, an error, or nothing to take.
static void stop_reading(struct side *from, struct side *to, ssize_t result) {
  from->readable = false;
  if (result == 0) {
    from->over = true;
    // A connection reports its error only once. If a write got it, this is not a proper end.
    if (from->relay->error == 0) shutdown(to->fd, SHUT_WR);
  } else if (errno != EAGAIN) {
    fail(from->relay, errno);
    from->relay->cut = true;
  }
}

// What a call that sent nothing to `to` means: no room, or an error.
static void stop_writing(struct side *from, struct side *to) {
  to->writable = false;
  if (errno == EAGAIN) return;
  // Otherwise the other side ended its stream properly before it closed the connection.
  if (errno != EPIPE) fail(from->relay, errno);
  // What the other side had sent before it closed may still be there: the answer to a refused upload, say.
  from->over = true;
  from->unheard = true;
  to->readable = true;
}

// Copies a chunk; returns false if that was all for now.
static bool copy(struct side *from, struct side *to) {
  ssize_t got = recv(from->fd, buffer, sizeof buffer, MSG_PEEK);
  if (got <= 0) {
    stop_reading(from, to, got);
    return false;
  }
  ssize_t put = send(to->fd, buffer, (size_t)got, MSG_NOSIGNAL);
  if (put < 0) {
    stop_writing(from, to);
    return false;
  }
  from->carried += (double)put;
  moved += (double)put;
  // TCP drops what is sent without copying; other sockets read it once more.
  for (size_t left = (size_t)put; left > 0;) {
    ssize_t taken = recv(from->fd, buffer, left, MSG_TRUNC);
    if (taken > 0) {
      left -= (size_t)taken;
    } else {
      fail(from->relay, ECONNRESET);
      from->relay->cut = true;
      return false;
    }
  }
  return true;
}

// Returns true if there may be more.
static bool discard(struct side *from) {
  for (int i = 0; i < CHUNKS; i++) {
    ssize_t got = recv(from->fd, buffer, sizeof buffer, MSG_TRUNC);
    if (got > 0) continue;
    if (got < 0 && errno != EAGAIN) from->relay->cut = true;
    return false;
  }
  return true;
}

// Moves bytes in one direction while there are some, there is room for them, and it is this direction's turn. Returns
// true if the turn is over but not the bytes.
static bool move(struct side *from, struct side *to) {
  if (from->unheard) return discard(from);
  for (int i = 0; i < CHUNKS; i++) {
    if (!to->writable || from->over) return false;
    if (from->held == 0) {
      if (!from->readable) return false;
      if (from->pipe == NULL) from->pipe = pipe_borrow();
      if (from->pipe == NULL) {
        if (!copy(from, to)) return from->unheard;
        continue;
      }
      ssize_t got = splice(from->fd, NULL, from->pipe->in, NULL, CHUNK, SPLICE_F_NONBLOCK);
      if (got <= 0) {
        if (got < 0 && errno == EINVAL) pipes_useless = true;
        else stop_reading(from, to, got);
        pipe_return(from->pipe, 0);
        from->pipe = NULL;
        continue;
      }
      from->held = (size_t)got;
    }
    ssize_t put = splice(from->pipe->out, NULL, to->fd, NULL, from->held, SPLICE_F_NONBLOCK);
    if (put <= 0) {
      // There is something in the pipe, so 0 would be a fault.
      if (put == 0) errno = EIO;
      stop_writing(from, to);
      return from->unheard;
    }
    from->held -= (size_t)put;
    from->carried += (double)put;
    moved += (double)put;
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
    // Sending to `a` may have failed, and then it is to be read once more.
    if (b->over && !a->over) more |= move(a, b);
    // What is readable has been read, unless its reader is slow. After the last byte, its end is to be seen.
    bool is_unsent = a->over || a->held > 0 || a->readable;
    unsent += is_unsent - relay->unsent;
    relay->unsent = is_unsent;
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
      int error = net_wait_for(net_epoll, side->fd, event);
      if (error == 0) continue;
      fail(relay, -error);
      relay->cut = true;
      queue(relay);
    }
    relay = next;
  }
}

int relay_start(int a, int b, double id) {
  int error = net_start();
  if (error < 0) return error;
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
