// SPDX-License-Identifier: Apache-2.0
// The system calls that the native build needs and scriptc's run-time library does not offer. Each returns -errno on
// failure. Strings are passed as pointer and length, without a final NUL, and are valid during the call only.
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

// Connects to a unix stream socket. The descriptor does not block and is not inherited by children.
int32_t spacetail_unix_connect(const uint8_t *path, size_t length) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (length >= sizeof address.sun_path) return -ENAMETOOLONG;
  memcpy(address.sun_path, path, length);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -errno;
  if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
    int error = errno;
    close(fd);
    return -error;
  }
  return fd;
}

// 0 if a program accepts TCP connections on port `port` of ::1, which is known at once.
int32_t spacetail_loopback6_connect(int32_t port) {
  struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  int error = connect(fd, (struct sockaddr *)&address, sizeof address) < 0 ? -errno : 0;
  close(fd);
  return error;
}

// lstat for a path without a final NUL.
static int find(const uint8_t *path, size_t length, struct stat *found) {
  char text[4096];
  if (length >= sizeof text) return -ENAMETOOLONG;
  memcpy(text, path, length);
  text[length] = '\0';
  return lstat(text, found) < 0 ? -errno : 0;
}

// The user ID of the owner of a path; symbolic links are not followed.
double spacetail_path_owner(const uint8_t *path, size_t length) {
  struct stat found;
  int error = find(path, length, &found);
  return error < 0 ? error : (double)found.st_uid;
}

// Type and permission bits of a path, as stat(2) has them; symbolic links are not followed.
double spacetail_path_mode(const uint8_t *path, size_t length) {
  struct stat found;
  int error = find(path, length, &found);
  return error < 0 ? error : (double)found.st_mode;
}

// scriptc passes on SIGTERM and SIGINT only.
static void terminate(int number) {
  (void)number;
  kill(getpid(), SIGTERM);
}

// A terminal that hangs up, or a user who quits, ends the program, unless it was started with these signals ignored, as
// by nohup. If a reader of our output goes away, the program continues, as it does with Node.
__attribute__((constructor)) static void choose_signals(void) {
  signal(SIGPIPE, SIG_IGN);
  if (signal(SIGHUP, terminate) == SIG_IGN) signal(SIGHUP, SIG_IGN);
  if (signal(SIGQUIT, terminate) == SIG_IGN) signal(SIGQUIT, SIG_IGN);
}

// Asks for SIGTERM when the parent dies. Survives execve.
int32_t spacetail_die_with_parent(void) {
  return prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 ? -errno : 0;
}

// Replaces this process by a program, given as its words with a NUL between them. Returns only on failure.
int32_t spacetail_exec(const uint8_t *words, size_t length) {
  size_t count = 1;
  for (size_t i = 0; i < length; i++) count += words[i] == '\0';
  char *text = malloc(length + 1);
  char **argv = calloc(count + 1, sizeof *argv);
  if (text == NULL || argv == NULL) return -ENOMEM;
  memcpy(text, words, length);
  text[length] = '\0';
  char *word = text;
  for (size_t i = 0; i < count; i++) {
    argv[i] = word;
    word += strlen(word) + 1;
  }
  // Ignored signals would stay ignored in the program.
  signal(SIGPIPE, SIG_DFL);
  execv(argv[0], argv);
  int error = errno;
  free(argv);
  free(text);
  return -error;
}
