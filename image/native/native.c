// SPDX-License-Identifier: Apache-2.0
// The system calls that the native build needs and scriptc's run-time library does not offer. Each returns -errno on
// failure. Strings are passed as pointer and length, without a final NUL, and are valid during the call only.
#include "run.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

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

// This process was started with SIGCHLD ignored.
static bool children_ignored;

void run_restore_signals(void) {
  // Ignored signals stay ignored in the program.
  signal(SIGPIPE, SIG_DFL);
  if (children_ignored) signal(SIGCHLD, SIG_IGN);
}

// What is opened first must not take the place of a standard stream that is closed: messages would go there. For other
// programs they stay closed.
__attribute__((constructor)) static void fill_streams(void) {
  for (int fd = 0; fd < 3; fd++) {
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR | O_CLOEXEC) != fd) _exit(1);
  }
}

// A terminal that hangs up, or a user who quits, ends the program, unless it was started with these signals ignored, as
// by nohup. If a reader of our output goes away, the program continues, as it does with Node.
__attribute__((constructor)) static void choose_signals(void) {
  signal(SIGPIPE, SIG_IGN);
  // Otherwise the kernel would keep to itself how children end.
  children_ignored = signal(SIGCHLD, SIG_DFL) == SIG_IGN;
  if (signal(SIGHUP, terminate) == SIG_IGN) signal(SIGHUP, SIG_IGN);
  if (signal(SIGQUIT, terminate) == SIG_IGN) signal(SIGQUIT, SIG_IGN);
}

// Raises the limit of descriptors as far as it goes.
int32_t spacetail_raise_descriptors(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
  limit.rlim_cur = limit.rlim_max;
  return setrlimit(RLIMIT_NOFILE, &limit) < 0 ? -errno : 0;
}

// Forbids core dumps of this process and its children: they would hold keys.
int32_t spacetail_forbid_core_dumps(void) {
  struct rlimit none = {0, 0};
  return setrlimit(RLIMIT_CORE, &none) < 0 ? -errno : 0;
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
  run_restore_signals();
  execv(argv[0], argv);
  int error = errno;
  free(argv);
  free(text);
  return -error;
}

// Makes a symbolic link, given what it leads to and its path with a NUL between them.
int32_t spacetail_symlink(const uint8_t *words, size_t length) {
  char *text = malloc(length + 1);
  if (text == NULL) return -ENOMEM;
  memcpy(text, words, length);
  text[length] = '\0';
  const char *path = text + strlen(text);
  int result = path < text + length && symlink(text, path + 1) == 0 ? 0 : -EINVAL;
  free(text);
  return result;
}
