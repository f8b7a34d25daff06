// SPDX-License-Identifier: Apache-2.0
// The event thread of the native build, which does the work of relays (relay.c), of handovers (handover.c) and of
// capture: a busy or blocked script never holds up traffic. It is started when there is such work.
#include "capture.h"
#include "net.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

typedef void callback(double id, int32_t result, const uint8_t *text, size_t length, void *context);

int net_epoll = -1;
bool net_held;
static int wake = -1;
static callback *_Atomic target;
static void *_Atomic target_context;

void net_post(double id, int32_t result, const char *text) {
  size_t length = 0;
  while (text[length] != '\0') length++;
  // Copies its arguments and queues the call for the script's thread; dropped if TypeScript has released the callback.
  target(id, result, (const uint8_t *)text, length, target_context);
}

int net_thread(void *(*run)(void *)) {
  sigset_t all, before;
  pthread_attr_t attributes;
  pthread_t thread;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  int error = pthread_create(&thread, &attributes, run, NULL);
  pthread_attr_destroy(&attributes);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return -error;
}

void net_wake(void) {
  uint64_t one = 1;
  ssize_t written = write(wake, &one, sizeof one);
  (void)written;
}

// The data of an event is 0 for `wake`, the address of a source plus one, and else the address of a relay's side.
static void *run(void *unused) {
  (void)unused;
  struct epoll_event events[64];
  int busy = 0;
  for (;;) {
    int count = epoll_wait(net_epoll, events, 64, busy ? 0 : -1);
    for (int i = 0; i < count; i++) {
      uint64_t data = events[i].data.u64;
      if (data == 0) {
        uint64_t wakes;
        ssize_t got = read(wake, &wakes, sizeof wakes);
        (void)got;
        relay_adopt();
      } else if (data & 1) {
        struct net_source *source = (struct net_source *)(uintptr_t)(data - 1);
        source->happened(source, events[i].events);
      } else {
        relay_event(events[i].data.ptr, events[i].events);
      }
    }
    // Only here do relays and captured dials end, so no event above is for one that has. Handovers wait for one event
    // of one socket at a time, and may end with it.
    busy = relay_turn();
    dials_bury();
  }
  return NULL;
}

int net_start(void) {
  if (net_epoll >= 0) return 0;
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) return -errno;
  wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN};
  int error = wake < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, wake, &event) < 0 ? -errno : 0;
  net_epoll = epoll;
  if (error == 0) error = net_thread(run);
  if (error < 0) {
    close(epoll);
    if (wake >= 0) close(wake);
    net_epoll = -1;
  }
  return error;
}

// TypeScript waits for something, so the process does not end by itself until spacetail_net_release.
void spacetail_net_hold(callback *function, void *context) {
  target = function;
  target_context = context;
  net_held = true;
}

// TypeScript waits for nothing any more.
void spacetail_net_release(callback *function, void *context) {
  (void)function;
  (void)context;
  net_held = false;
}

int net_wait_for(int epoll, int fd, struct epoll_event event) {
  if (epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event) == 0) return 0;
  if (errno != ENOENT) return -errno;
  return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

int net_listen_to(int fd, struct net_source *source, uint32_t events) {
  int error = net_start();
  if (error < 0) return error;
  return net_wait_for(net_epoll, fd, (struct epoll_event){.events = events, .data.u64 = (uintptr_t)source + 1});
}

void net_unwatch(int epoll, int fd) {
  epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL);
}

void net_forget(int fd) {
  net_unwatch(net_epoll, fd);
  close(fd);
}
