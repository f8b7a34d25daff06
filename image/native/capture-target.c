// SPDX-License-Identifier: Apache-2.0
#include "capture.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

ssize_t target_read(pid_t thread, void *to, uint64_t from, size_t length) {
  // Some profiles of container runtimes do not allow the call. The file needs the same permission.
  static bool is_forbidden;
  if (!is_forbidden) {
    struct iovec local = {to, length}, remote = {(void *)(uintptr_t)from, length};
    ssize_t got = process_vm_readv(thread, &local, 1, &remote, 1, 0);
    if (got >= 0 || (errno != EPERM && errno != ENOSYS)) return got;
  }
  char path[40];
  snprintf(path, sizeof path, "/proc/%d/mem", thread);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    if (errno == EACCES) errno = EPERM;
    return -1;
  }
  ssize_t got = pread(fd, to, length, (off_t)from);
  close(fd);
  if (got >= 0) is_forbidden = true;
  return got;
}

ino_t target_socket(pid_t thread, int fd) {
  char path[64], link[64];
  snprintf(path, sizeof path, "/proc/%d/fd/%d", thread, fd);
  ssize_t length = readlink(path, link, sizeof link - 1);
  if (length < 0) return 0;
  link[length] = '\0';
  return strncmp(link, "socket:[", 8) == 0 ? strtoul(link + 8, NULL, 10) : 0;
}

int target_family(pid_t thread, int fd) {
  char path[64], name[16];
  snprintf(path, sizeof path, "/proc/%d/fd/%d", thread, fd);
  ssize_t length = getxattr(path, "system.sockprotoname", name, sizeof name);
  if (length < 0) return 0;
  name[length - (length == sizeof name)] = '\0';
  if (strcmp(name, "TCP") == 0) return AF_INET;
  return strcmp(name, "TCPv6") == 0 ? AF_INET6 : 0;
}

int target_flags(pid_t thread, int fd) {
  char path[64], text[256];
  snprintf(path, sizeof path, "/proc/%d/fdinfo/%d", thread, fd);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  if (length < 0) return -1;
  text[length] = '\0';
  const char *flags = strstr(text, "flags:");
  return flags == NULL ? -1 : (int)strtol(flags + 6, NULL, 8);
}

// The value of a line of /proc/PID/status.
static uint64_t status_value(const char *status, const char *name, int base) {
  const char *line = strstr(status, name);
  return line == NULL ? 0 : strtoull(line + strlen(name), NULL, base);
}

// Reads /proc/PID/status, which has all groups of the process before its signals; NULL if the thread is gone.
static const char *read_status(pid_t thread) {
  static char text[64 * 1024];
  char path[40];
  snprintf(path, sizeof path, "/proc/%d/status", thread);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return NULL;
  ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  if (length < 0) return NULL;
  text[length] = '\0';
  return text;
}

static bool is_of(pid_t thread, pid_t process) {
  return process > 0 && (syscall(SYS_tgkill, process, thread, 0) == 0 || errno == EPERM);
}

// The process of a thread. Most are the only one of theirs, or of the process that was asked for before, which is far
// cheaper to find out than to read.
static pid_t process_of(pid_t thread) {
  static pid_t last;
  if (is_of(thread, thread)) return thread;
  if (is_of(thread, last)) return last;
  const char *text = read_status(thread);
  last = text == NULL ? 0 : (pid_t)status_value(text, "\nTgid:", 10);
  return last;
}

struct place target_place(pid_t thread, int at) {
  return (struct place){thread, process_of(thread), at};
}

bool target_has_signal(pid_t thread) {
  const char *text = read_status(thread);
  if (text == NULL) return false;
  uint64_t pending = status_value(text, "\nSigPnd:", 16);
  // Another thread may take it.
  if (status_value(text, "\nThreads:", 10) == 1) pending |= status_value(text, "\nShdPnd:", 16);
  uint64_t stops = 1ULL << (SIGSTOP - 1) | 1ULL << (SIGTSTP - 1);
  uint64_t meant = status_value(text, "\nSigCgt:", 16) | (stops & ~status_value(text, "\nSigIgn:", 16));
  return (pending & meant & ~status_value(text, "\nSigBlk:", 16)) != 0;
}

bool target_is_elsewhere(pid_t thread) {
  static char ours[40];
  char path[40], theirs[40] = "";
  if (ours[0] == '\0' && readlink("/proc/self/ns/net", ours, sizeof ours - 1) < 0) return false;
  snprintf(path, sizeof path, "/proc/%d/ns/net", thread);
  return readlink(path, theirs, sizeof theirs - 1) > 0 && strcmp(ours, theirs) != 0;
}
