// SPDX-License-Identifier: Apache-2.0
// Sockets of the native build, shared by events.c, script.c, sockets.c, relay.c, handover.c and lookup.c. Functions
// that are bound to TypeScript return -errno on failure.
#ifndef SPACETAIL_NET_H
#define SPACETAIL_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>

// Passes an event to TypeScript, from any thread: what `id` names has come to an end, or something has happened to it.
// TypeScript ignores events for what it does not wait for any more.
void net_post(double id, int32_t result, const char *text);

// Starts a thread that takes no signals and that nobody waits for.
int net_thread(void *(*run)(void *));

// Whether TypeScript waits for something.
extern bool net_held;

// The epoll instance of the event thread; -1 before that is started.
extern int net_epoll;

// Starts the event thread, unless it runs. First called by the script's thread.
int net_start(void);

// Has an epoll instance wait for events of a descriptor, or for others than before.
int net_wait_for(int epoll, int fd, struct epoll_event event);

// Has it wait no more. Closing is not enough: a child that has not yet started its program may have a copy.
void net_unwatch(int epoll, int fd);

// Wakes the event thread, so that it calls relay_adopt.
void net_wake(void);

// Something that the event thread waits for on behalf of C: `happened` is called there with each event.
struct net_source {
  void (*happened)(struct net_source *source, uint32_t events);
};

// Waits for events of a descriptor; with EPOLLONESHOT for one. Starts the event thread.
int net_listen_to(int fd, struct net_source *source, uint32_t events);

// Closes a descriptor that may have been waited for.
void net_forget(int fd);

// Writes the address of an IP and a port to `address`, and returns its length.
int net_address(const uint8_t *ip, size_t length, int32_t port, struct sockaddr_storage *address);

// Starts a relay, to which both sockets belong from now on. Its end is posted for `id`; if that is 0, it is reported to
// capture-job.c instead.
int relay_start(int a, int b, double id);

// Starts to hand a client over to tailscaled, on the connection that asked for the service. Both sockets belong to the
// handover from now on, whose end is posted for `id`.
int handover_start(int client, int daemon, double id);

// For the event thread: how many relays have not passed on all that has come from their first side, or not yet seen the
// other end after the last of it; and how many bytes all have passed on.
int relay_unsent(void);
double relay_moved(void);

// What the event thread calls in relay.c: for an event, for new relays, and to move bytes. relay_turn returns 1 if
// there is more to do at once.
void relay_event(void *side, uint32_t events);
void relay_adopt(void);
int relay_turn(void);

#endif
