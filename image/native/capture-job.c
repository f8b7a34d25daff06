// SPDX-License-Identifier: Apache-2.0
// The command, and its end.
//
// This process (`spacetail capture`) stands between `spacetail run`, which the shell waits for, and the command. It is
// the command's parent because some kernels (yama) allow only ancestors to read memory, and takes over what the command
// leaves behind for the same reason. It stays until nothing is under the filter any more, without holding the phase:
// `spacetail run` ends with the command.
#include "capture.h"
#include "clock.h"
#include "net.h"
#include "run.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
  // How long the end of the command waits for what it has sent. If the command has left nothing behind, it is all from
  // the command itself, and the time starts anew with each byte. Milliseconds.
  DRAIN = 2000,
  // The longest that this takes, and this process stays when the filter is not in use any more.
  LINGER = 30000,
  // How often that is looked at.
  TICK = 5,
};

struct counters capture_counters;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int channel = -1, timer = -1, children = -1;
static double event_id;
static uint64_t armed;
static pid_t job;
static int status;
// When the command ended, and when the filter was left by the last; 0 until then.
static uint64_t ended, unused;
static bool is_reported, is_over;

void capture_lock(void) {
  pthread_mutex_lock(&mutex);
}

void capture_unlock(void) {
  pthread_mutex_unlock(&mutex);
}

static void tell(int kind, int32_t value, const char *text) {
  struct message message = {.kind = kind, .value = value};
  snprintf(message.text, sizeof message.text, "%s", text);
  ssize_t put = send(channel, &message, sizeof message, MSG_NOSIGNAL | MSG_DONTWAIT);
  (void)put;
}

void job_say(const char *text) {
  tell(TEXT, 0, text);
}

void job_post(int32_t what) {
  net_post(event_id, what, "");
}

void job_expect(uint64_t when) {
  capture_lock();
  if (timer >= 0 && (armed == 0 || when < armed)) {
    uint64_t now = clock_now(), left = when > now ? when - now : 0;
    struct itimerspec time = {.it_value = {(time_t)(left / 1000), (long)(left % 1000) * 1000000 + 1}};
    timerfd_settime(timer, 0, &time, NULL);
    armed = when;
  }
  capture_unlock();
}

void job_relayed(double sent, double received) {
  capture_counters.open--;
  capture_counters.sent += sent;
  capture_counters.received += received;
}

// Whether the end of the command waits for what is to be sent.
static bool is_draining(uint64_t now) {
  static double seen;
  static uint64_t since;
  if (relay_unsent() == 0) return false;
  if (since == 0 || (unused != 0 && seen != relay_moved())) {
    seen = relay_moved();
    since = now;
  }
  return now <= since + DRAIN && now <= ended + LINGER;
}

// What is to be done when the command has ended: returns when to look again, or 0.
static uint64_t wind_up(uint64_t now) {
  if (ended == 0) return 0;
  if (!is_reported && !is_draining(now)) {
    is_reported = true;
    tell(ENDED, status, "");
  }
  if (!is_reported) return now + TICK;
  if (unused == 0 || is_over) return 0;
  if (capture_counters.open > 0 && now < unused + LINGER) return now + TICK;
  is_over = true;
  job_post(1);
  return 0;
}

static void on_timer(struct net_source *source, uint32_t events) {
  (void)source;
  (void)events;
  uint64_t times, now = clock_now();
  ssize_t got = read(timer, &times, sizeof times);
  (void)got;
  capture_lock();
  armed = 0;
  capture_unlock();
  if (routes_are_new()) calls_retry();
  uint64_t next[] = {calls_expire(now), dials_expire(now), wind_up(now)};
  for (size_t i = 0; i < sizeof next / sizeof *next; i++) {
    if (next[i] != 0) job_expect(next[i]);
  }
}

static void on_children(struct net_source *source, uint32_t events) {
  (void)source;
  (void)events;
  struct signalfd_siginfo info;
  ssize_t got = read(children, &info, sizeof info);
  (void)got;
  int found;
  for (pid_t pid; (pid = waitpid(-1, &found, WNOHANG)) > 0;) {
    if (pid != job) continue;
    status = found;
    ended = clock_now();
    // The ends of its connections are events of this round.
    job_expect(capture_counters.open > 0 ? ended + 1 : ended);
  }
}

static void on_calls(struct net_source *source, uint32_t events) {
  (void)source;
  if (events & EPOLLIN) {
    call_receive();
  } else if (events & EPOLLHUP) {
    net_forget(capture_listener);
    capture_listener = -1;
    unused = clock_now();
    job_expect(unused);
  }
}

// Starts the command, the words of which are its file, its name and its arguments, and serves its calls from now on.
// `to` is the socket of `spacetail run`. Posts events for `id`: 0 when the routes are to be said, 1 when it is all
// over. Returns 0 or -errno.
int32_t spacetail_capture_start(const uint8_t *words, size_t length, int32_t to, int32_t opens, double id) {
  static struct net_source calls = {on_calls}, timers = {on_timer}, ends = {on_children};
  char **argv = run_split(words, length);
  int report[2], pair[2], error = dial_open();
  channel = to;
  event_id = id;
  if (argv == NULL) return -ENOMEM;
  if (error < 0) return error;
  if (fcntl(to, F_SETFD, FD_CLOEXEC) < 0) return -errno;
  if (pipe2(report, O_CLOEXEC) < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) return -errno;
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  sigset_t one, before;
  sigemptyset(&one);
  sigaddset(&one, SIGCHLD);
  sigprocmask(SIG_BLOCK, &one, &before);
  sigdelset(&before, SIGCHLD);
  struct sigaction found[SIGNALS];
  // They are for the command, which gets them from the terminal or from `spacetail run`.
  for (int i = 0; i < SIGNALS; i++) {
    sigaction(PASSED_ON[i], NULL, &found[i]);
    signal(PASSED_ON[i], SIG_IGN);
  }
  job = fork();
  if (job < 0) return -errno;
  if (job == 0) {
    // Without this process, every call that it answers would fail.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (filter_child(pair[1], opens != 0) < 0) _exit(127);
    run_become(argv, environ, &before, found, report[1]);
  }
  free(argv);
  close(report[1]);
  close(pair[1]);
  capture_listener = filter_receive(pair[0]);
  close(pair[0]);
  ssize_t got = 0;
  error = 0;
  if (capture_listener < 0) {
    error = -capture_listener;
  } else {
    do got = read(report[0], &error, sizeof error);
    while (got < 0 && errno == EINTR);
  }
  close(report[0]);
  if (error != 0) {
    tell(FAILED, error, "");
    return -error;
  }
  tell(STARTED, job, "");
  // Whoever reads the output of the command waits for its end only.
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int i = 0; i < 3; i++) dup2(null, i);
  close(null);
  timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  children = signalfd(-1, &one, SFD_CLOEXEC | SFD_NONBLOCK);
  if (timer < 0 || children < 0) return -errno;
  // The last one is first: nothing may be answered before the timer works.
  error = net_listen_to(timer, &timers, EPOLLIN);
  if (error == 0) error = net_listen_to(children, &ends, EPOLLIN);
  if (error == 0) error = net_listen_to(capture_listener, &calls, EPOLLIN);
  return error;
}

// One of the counters, in the order of their declaration.
double spacetail_capture_count(int32_t which) {
  return ((const double *)&capture_counters)[which];
}
