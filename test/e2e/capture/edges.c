// SPDX-License-Identifier: Apache-2.0
// What connect(2) does in cases that programs rely on, one line each. Run against services that the kernel itself makes
// (`edges kernel`), it says what is right; run with capture against services of a tailnet (`edges IP`), it must say the
// same.
//
// The services: an echo; one that accepts a connection late; one that refuses it late; one that never answers; a port
// at which nobody listens. The kernel's are listeners whose queue is full, until somebody takes a connection from it or
// closes them: the client's next packet, a second later, then finds what it finds.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum kind { ECHO, LATE, LATE_REFUSAL, SILENT, CLOSED };

static const char *ip;
static bool is_kernel;

static const char *name_of(int error) {
  static char number[12];
  static const struct {
    int error;
    const char *name;
  } NAMES[] = {{0, "0"},
               {EAGAIN, "EAGAIN"},
               {EINTR, "EINTR"},
               {EPIPE, "EPIPE"},
               {EINVAL, "EINVAL"},
               {EAFNOSUPPORT, "EAFNOSUPPORT"},
               {EISCONN, "EISCONN"},
               {EALREADY, "EALREADY"},
               {EINPROGRESS, "EINPROGRESS"},
               {ECONNREFUSED, "ECONNREFUSED"},
               {ECONNRESET, "ECONNRESET"},
               {ETIMEDOUT, "ETIMEDOUT"}};
  for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
    if (NAMES[i].error == error) return NAMES[i].name;
  }
  snprintf(number, sizeof number, "%d", error);
  return number;
}

static struct sockaddr_in address(const char *host, int port) {
  struct sockaddr_in result = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  inet_pton(AF_INET, host, &result.sin_addr);
  return result;
}

static void echo(int fd) {
  char bytes[4096];
  ssize_t got;
  while ((got = read(fd, bytes, sizeof bytes)) > 0 && write(fd, bytes, (size_t)got) == got) {
  }
  close(fd);
}

// A listener of the kernel's, in a process of its own.
static struct sockaddr_in kernel_service(enum kind kind) {
  struct sockaddr_in at = address("127.0.0.1", 0), filler_at;
  socklen_t size = sizeof at;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bind(listener, (struct sockaddr *)&at, size);
  getsockname(listener, (struct sockaddr *)&at, &size);
  if (kind == CLOSED) return at;
  listen(listener, kind == ECHO ? 4096 : 0);
  int filler = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (kind != ECHO) {
    filler_at = at;
    connect(filler, (struct sockaddr *)&filler_at, sizeof filler_at);
  }
  if (fork() == 0) {
    // It must not outlive the cases, whose output it would keep open.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGCHLD, SIG_IGN);
    if (kind == SILENT) pause();
    if (kind != ECHO) usleep(300000);
    if (kind == LATE_REFUSAL) _exit(0);
    if (kind == LATE) close(accept(listener, NULL, NULL));
    for (;;) {
      int fd = accept(listener, NULL, NULL);
      if (fork() == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        echo(fd);
        _exit(0);
      }
      close(fd);
    }
  }
  close(listener);
  if (kind != ECHO) close(filler);
  return at;
}

static struct sockaddr_in service(enum kind kind) {
  if (is_kernel) return kernel_service(kind);
  switch (kind) {
    case ECHO:
      return address(ip, 20000);
    case LATE:
      return address(ip, 20300);
    case LATE_REFUSAL:
      return address(ip, 30300);
    case SILENT:
      return address(ip, 29999);
    default:
      return address(ip, 30000);
  }
}

static int tcp(int flags) {
  return socket(AF_INET, SOCK_STREAM | flags, 0);
}

static const char *to(int fd, struct sockaddr_in at) {
  return connect(fd, (struct sockaddr *)&at, sizeof at) < 0 ? name_of(errno) : "0";
}

static const char *so_error(int fd) {
  int error = -1;
  socklen_t size = sizeof error;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return name_of(error);
}

// Whether bytes go to the service and come back.
static const char *echoes(int fd) {
  char bytes[5] = "";
  struct pollfd one = {.fd = fd, .events = POLLIN};
  fcntl(fd, F_SETFL, 0);
  if (write(fd, "ping", 4) != 4) return name_of(errno);
  if (poll(&one, 1, 60000) != 1) return "nothing";
  return read(fd, bytes, 4) == 4 && strcmp(bytes, "ping") == 0 ? "ping" : "garbage";
}

static int writable(int fd, int ms) {
  struct pollfd one = {.fd = fd, .events = POLLOUT};
  return poll(&one, 1, ms);
}

static volatile sig_atomic_t signals;

static void count(int number) {
  (void)number;
  signals++;
}

static void alarm_in(int ms, int flags) {
  struct sigaction action = {.sa_handler = count, .sa_flags = flags};
  struct itimerval time = {.it_value = {.tv_usec = ms * 1000}};
  signals = 0;
  sigaction(SIGALRM, &action, NULL);
  setitimer(ITIMER_REAL, &time, NULL);
}

static void one_by_one(void) {
  int on = 1, fd = tcp(0);
  printf("blocking: %s", to(fd, service(ECHO)));
  printf(" %s\n", echoes(fd));
  fd = tcp(0);
  printf("blocking, late: %s", to(fd, service(LATE)));
  printf(" %s\n", echoes(fd));
  fd = tcp(0);
  printf("blocking, refused: %s", to(fd, service(CLOSED)));
  printf(", SO_ERROR %s", so_error(fd));
  printf(", again: %s", to(fd, service(ECHO)));
  printf(" %s\n", echoes(fd));
  fd = tcp(0);
  printf("blocking, refused late: %s", to(fd, service(LATE_REFUSAL)));
  printf(", SO_ERROR %s\n", so_error(fd));
  fd = tcp(SOCK_NONBLOCK);
  printf("connect called again: %s", to(fd, service(LATE)));
  printf(" %s", to(fd, address("127.0.0.1", 1)));
  writable(fd, 60000);
  printf(" %s", to(fd, address("127.0.0.1", 1)));
  printf(" %s", to(fd, address("127.0.0.1", 1)));
  printf(" %s\n", echoes(fd));
  fd = tcp(SOCK_NONBLOCK);
  printf("not blocking, late: %s", to(fd, service(LATE)));
  printf(", writable %d", writable(fd, 60000));
  printf(", SO_ERROR %s", so_error(fd));
  printf(", %s\n", echoes(fd));
  fd = tcp(SOCK_NONBLOCK);
  printf("not blocking, refused late: %s", to(fd, service(LATE_REFUSAL)));
  printf(", events %d", writable(fd, 60000));
  printf(", SO_ERROR %s", so_error(fd));
  printf(", then %s\n", so_error(fd));
  fd = tcp(SOCK_NONBLOCK);
  printf("not blocking, never: %s", to(fd, service(SILENT)));
  printf(", writable %d", writable(fd, 500));
  printf(", SO_ERROR %s\n", so_error(fd));
  close(fd);
  fd = tcp(0);
  setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &on, sizeof on);
  printf("fast open: %s", to(fd, service(ECHO)));
  printf(" %s\n", echoes(fd));
  fd = tcp(0);
  struct sockaddr_in any = address("0.0.0.0", 0);
  bind(fd, (struct sockaddr *)&any, sizeof any);
  printf("bound: %s", to(fd, service(ECHO)));
  printf(" %s\n", echoes(fd));
  fd = tcp(SOCK_NONBLOCK);
  struct sockaddr none = {.sa_family = AF_UNSPEC};
  printf("taken back: %s", to(fd, service(LATE)));
  printf(" %d", connect(fd, &none, sizeof none));
  fcntl(fd, F_SETFL, 0);
  printf(" %s", to(fd, service(ECHO)));
  printf(" %s\n", echoes(fd));
}

static void addresses(void) {
  struct sockaddr_in four = service(ECHO);
  struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(80)};
  inet_pton(AF_INET6, "fd7a:115c:a1e0::1", &six.sin6_addr);
  int fd = tcp(0);
  printf("address too short: %s\n", connect(fd, (struct sockaddr *)&four, 8) < 0 ? name_of(errno) : "0");
  printf("address of the other family: %s", connect(fd, (struct sockaddr *)&six, sizeof six) < 0 ? name_of(errno) : "0");
  printf(", then %s", to(fd, four));
  printf(" %s\n", echoes(fd));
}

static void descriptors(void) {
  int fd = tcp(SOCK_NONBLOCK), copy = dup(fd), status;
  to(fd, service(LATE));
  writable(copy, 60000);
  close(fd);
  printf("dup: %s\n", echoes(copy));
  fd = tcp(0);
  struct sockaddr_in at = service(LATE);
  pid_t child = fork();
  if (child == 0) _exit(strcmp(to(fd, at), "0"));
  waitpid(child, &status, 0);
  printf("fork: child %d", status);
  printf(", parent %s\n", echoes(fd));
  fd = tcp(SOCK_CLOEXEC | SOCK_NONBLOCK);
  to(fd, service(LATE));
  writable(fd, 60000);
  printf("flags: %d", fcntl(fd, F_GETFD));
  printf(" %d\n", (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
  int on = 1, keep = 0;
  struct timeval time = {.tv_sec = 7}, found = {0};
  socklen_t size = sizeof keep, time_size = sizeof found;
  fd = tcp(0);
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  to(fd, service(ECHO));
  getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &keep, &size);
  getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &found, &time_size);
  printf("options: %d", keep);
  printf(" %d\n", (int)found.tv_sec);
  fd = tcp(SOCK_NONBLOCK);
  to(fd, service(LATE));
  printf("closed at once: %d\n", close(fd));
}

static void *make_in_thread(void *fd) {
  int on = 1;
  *(int *)fd = tcp(SOCK_NONBLOCK);
  setsockopt(*(int *)fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  return NULL;
}

// Other sockets are made between a socket and its connect, and the thread that has made it has ended.
static void made_by_a_thread(void) {
  int fd = -1, keep = 0, epoll = epoll_create1(0);
  socklen_t size = sizeof keep;
  pthread_t thread;
  if (pthread_create(&thread, NULL, make_in_thread, &fd) != 0 || pthread_join(thread, NULL) != 0) return;
  struct epoll_event event = {.events = EPOLLOUT | EPOLLET}, got;
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
  epoll_wait(epoll, &got, 1, 0);
  for (int i = 0; i < 200; i++) close(tcp(0));
  printf("made by a thread: %s", to(fd, service(LATE)));
  printf(", events %d", epoll_wait(epoll, &got, 1, 60000));
  getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &keep, &size);
  printf(", options %d", keep);
  printf(", %s\n", echoes(fd));
}

static void events(void) {
  int epoll = epoll_create1(0), fd = tcp(SOCK_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.fd = fd}, got = {0};
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
  epoll_wait(epoll, &got, 1, 0);
  printf("epoll before connect: %s", to(fd, service(LATE)));
  int count = epoll_wait(epoll, &got, 1, 60000);
  printf(", %d", count);
  printf(" event, SO_ERROR %s", so_error(fd));
  if (write(fd, "ping", 4) != 4) printf(" cannot write");
  got.events = 0;
  while (!(got.events & EPOLLIN)) {
    if (epoll_wait(epoll, &got, 1, 60000) <= 0) break;
  }
  printf(", reply %d\n", (got.events & EPOLLIN) != 0);
}

static void limits(void) {
  struct timeval limit = {.tv_usec = 200000};
  int fd = tcp(0), status;
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  printf("SO_SNDTIMEO: %s", to(fd, service(LATE)));
  printf(", writable %d", writable(fd, 60000));
  printf(", %s\n", echoes(fd));
  fd = tcp(0);
  struct sockaddr_in at = service(LATE);
  alarm_in(100, 0);
  printf("signal: %s", to(fd, at));
  printf(" after %d", (int)signals);
  printf(", writable %d", writable(fd, 60000));
  printf(", %s\n", echoes(fd));
  fd = tcp(0);
  at = service(LATE);
  alarm_in(100, SA_RESTART);
  printf("signal, restarted: %s", to(fd, at));
  printf(" after %d", (int)signals);
  printf(", %s\n", echoes(fd));
  at = service(SILENT);
  for (int i = 0; i < 2; i++) {
    int number = i == 0 ? SIGTERM : SIGKILL;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
      to(tcp(0), at);
      _exit(0);
    }
    usleep(100000);
    kill(child, number);
    waitpid(child, &status, 0);
    printf("killed by %d", number);
    printf(": %d\n", WIFSIGNALED(status) ? WTERMSIG(status) : -1);
  }
}

static void listeners(void) {
  struct sockaddr_in at = address("127.0.0.1", 0);
  socklen_t size = sizeof at;
  int fd = tcp(0);
  bind(fd, (struct sockaddr *)&at, size);
  getsockname(fd, (struct sockaddr *)&at, &size);
  listen(fd, 1);
  int client = tcp(0);
  printf("loopback: %s\n", to(client, at));
  close(client);
  close(fd);
  fd = tcp(0);
  int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  printf("port free again: %d\n", bind(fd, (struct sockaddr *)&at, size));
  client = tcp(0);
  struct sockaddr_in nowhere = address("127.0.0.1", 1);
  printf("loopback, refused: %s\n", to(client, nowhere));
}

static void orphan(void) {
  int report[2];
  char result[16] = "";
  struct sockaddr_in at = service(ECHO);
  if (pipe(report) < 0) return;
  if (fork() == 0) {
    setsid();
    if (fork() == 0) {
      int fd = tcp(0);
      to(fd, at);
      const char *text = echoes(fd);
      _exit(write(report[1], text, strlen(text)) < 0);
    }
    _exit(0);
  }
  if (read(report[0], result, sizeof result - 1) < 0) return;
  printf("orphan: %s\n", result);
}

// Programs that wait look at their sockets the moment that there is something to see.
static void many(int count, enum kind kind) {
  int epoll = epoll_create1(0), connected = 0, refused = 0, ended = 0;
  struct sockaddr_in at = service(kind);
  for (int i = 0; i < count; i++) {
    int fd = tcp(SOCK_NONBLOCK);
    struct epoll_event event = {.events = EPOLLOUT | EPOLLONESHOT, .data.fd = fd};
    to(fd, at);
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
  }
  while (ended < count) {
    struct epoll_event event;
    if (epoll_wait(epoll, &event, 1, 100000) != 1) break;
    ended++;
    const char *error = so_error(event.data.fd);
    const char *text = strcmp(error, "0") == 0 ? echoes(event.data.fd) : error;
    close(event.data.fd);
    if (strcmp(text, "ECONNREFUSED") == 0) refused++;
    else if (strcmp(text, "ping") == 0) connected++;
    else printf("%s after %d\n", text, ended);
  }
  printf("%d at once: %d connected, %d refused\n", count, connected, refused);
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  is_kernel = strcmp(argv[1], "kernel") == 0;
  ip = argv[1];
  setvbuf(stdout, NULL, _IONBF, 0);
  signal(SIGPIPE, SIG_IGN);
  if (argc > 2) {
    many(atoi(argv[2]), ECHO);
    return 0;
  }
  one_by_one();
  addresses();
  many(20, LATE_REFUSAL);
  descriptors();
  made_by_a_thread();
  events();
  limits();
  listeners();
  orphan();
  return 0;
}
