// SPDX-License-Identifier: Apache-2.0
// Standard input and output as one socket, for `spacetail connect`. They may be anything, files and terminals among
// them, which epoll cannot wait for, and are often shared, so they must not be made non-blocking.
#include "net.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

enum { IN, OUT, CHUNK = 64 * 1024 };

// The end of the pair that belongs to the two threads.
static int inner = -1;
static sem_t written;

static void wait_for(int fd, short events) {
  struct pollfd one = {.fd = fd, .events = events};
  poll(&one, 1, -1);
}

// Reads some bytes, whether the descriptor blocks or not. 0 at the end, and after an error.
static ssize_t take(int fd, uint8_t *buffer) {
  for (;;) {
    ssize_t got = read(fd, buffer, CHUNK);
    if (got >= 0) return got;
    if (errno == EAGAIN) wait_for(fd, POLLIN);
    else if (errno != EINTR) return 0;
  }
}

// Writes all bytes; false if that is impossible.
static bool put(int fd, const uint8_t *bytes, size_t length) {
  while (length > 0) {
    ssize_t count = write(fd, bytes, length);
    if (count < 0 && errno == EAGAIN) wait_for(fd, POLLOUT);
    else if (count < 0 && errno != EINTR) return false;
    else if (count > 0) {
      bytes += count;
      length -= (size_t)count;
    }
  }
  return true;
}

static void *input(void *unused) {
  static uint8_t buffer[CHUNK];
  ssize_t got;
  while ((got = take(IN, buffer)) > 0 && put(inner, buffer, (size_t)got)) {
  }
  shutdown(inner, SHUT_WR);
  return unused;
}

// Ends as every program in a pipeline does whose output nobody reads.
static void end_by_pipe(void) {
  signal(SIGPIPE, SIG_DFL);
  sigset_t one;
  sigemptyset(&one);
  sigaddset(&one, SIGPIPE);
  pthread_sigmask(SIG_UNBLOCK, &one, NULL);
  raise(SIGPIPE);
  _exit(128 + SIGPIPE);
}

static void *output(void *unused) {
  static uint8_t buffer[CHUNK];
  for (;;) {
    // A pipe without a reader is noticed even if there is nothing to write.
    struct pollfd both[] = {{.fd = inner, .events = POLLIN}, {.fd = OUT}};
    if (poll(both, 2, -1) < 0) continue;
    if (both[1].revents != 0) end_by_pipe();
    ssize_t got = take(inner, buffer);
    if (got == 0) break;
    if (!put(OUT, buffer, (size_t)got)) end_by_pipe();
  }
  sem_post(&written);
  return unused;
}

// Starts both threads. Returns the end of the pair that is read and written instead of standard input and output.
int32_t spacetail_stdio(void) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) return -errno;
  fcntl(pair[0], F_SETFL, O_NONBLOCK);
  inner = pair[1];
  sem_init(&written, 0, 0);
  int error = net_thread(input);
  if (error == 0) error = net_thread(output);
  return error == 0 ? pair[0] : error;
}

// Waits until everything has been written to standard output, after the pair has been closed.
int32_t spacetail_stdio_finish(void) {
  while (sem_wait(&written) < 0 && errno == EINTR) {
  }
  return 0;
}
