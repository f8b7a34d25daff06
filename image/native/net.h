// SPDX-License-Identifier: Apache-2.0
// Sockets of the native build, shared by events.c, sockets.c, relay.c and lookup.c. Functions that are bound to
// TypeScript return -errno on failure.
#ifndef SPACETAIL_NET_H
#define SPACETAIL_NET_H

#include <stdint.h>
#include <sys/epoll.h>

// Passes an event to TypeScript, from any thread: what `id` names has come to an end, or something has happened to it.
// TypeScript ignores events for what it does not wait for any more.
void net_post(double id, int32_t result, const char *text);

// Starts a thread that takes no signals and that nobody waits for.
int net_thread(void *(*run)(void *));

// The epoll instance of the event thread; -1 before the first hold.
extern int net_epoll;

// Wakes the event thread, so that it calls relay_adopt.
void net_wake(void);

// What the event thread calls in relay.c: for an event, for new relays, and to move bytes. relay_turn returns 1 if
// there is more to do at once.
void relay_event(void *side, uint32_t events);
void relay_adopt(void);
int relay_turn(void);

#endif
