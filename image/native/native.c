// SPDX-License-Identifier: Apache-2.0
// The system calls that the native build needs and scriptc's run-time library does not offer. Each answers -errno on
// failure. Strings come as pointer and length, without a NUL at the end; they are borrowed for the call.
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

// Connects to a unix stream socket. The descriptor neither blocks nor passes to children.
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

// 0 if somebody accepts a TCP connection on port `port` of ::1, which the machine itself answers at once.
int32_t spacetail_loopback6_connect(int32_t port) {
  struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  int error = connect(fd, (struct sockaddr *)&address, sizeof address) < 0 ? -errno : 0;
  close(fd);
  return error;
}

// lstat for a path that is no C string.
static int find(const uint8_t *path, size_t length, struct stat *found) {
  char text[4096];
  if (length >= sizeof text) return -ENAMETOOLONG;
  memcpy(text, path, length);
  text[length] = '\0';
  return lstat(text, found) < 0 ? -errno : 0;
}

// The user id that owns a path; symbolic links are not followed.
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

// scriptc hands on SIGTERM and SIGINT alone.
static void hang_up(int number) {
  (void)number;
  kill(getpid(), SIGTERM);
}

// A terminal that hangs up asks us to end, unless nohup told us not to mind. A reader of our output who went away asks
// nothing: what is under way goes on, as it does on Node.
__attribute__((constructor)) static void choose_signals(void) {
  signal(SIGPIPE, SIG_IGN);
  if (signal(SIGHUP, hang_up) == SIG_IGN) signal(SIGHUP, SIG_IGN);
}

// Asks for SIGTERM when the parent dies. Stays in force across execve.
int32_t spacetail_die_with_parent(void) {
  return prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 ? -errno : 0;
}

// Replaces this process by the program whose words stand in the text with a NUL between two. Returns only on failure.
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
