// SPDX-License-Identifier: Apache-2.0
// Where the process begins. `spacetail guard PARENT PROGRAM ARGS...`, for internal use, becomes the program, to which
// the kernel will send SIGTERM when the parent dies. It is done here because TypeScript takes a millisecond to begin,
// and every tunnel waits for it.
#include "run.h"
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

// The program in TypeScript, which scriptc calls main.
int program(int argc, char **argv);

static int guard(const char *parent, char **words) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  // The parent may have died before the kernel was asked.
  if (getppid() != atoi(parent)) return 143;
  run_restore_signals();
  execv(words[0], words);
  fprintf(stderr, "spacetail: cannot start %s: %s\n", words[0], strerror(errno));
  return 127;
}

static bool is_called_tailscale(const char *name) {
  const char *slash = strrchr(name, '/');
  return strcmp(slash == NULL ? name : slash + 1, "tailscale") == 0;
}

int main(int argc, char **argv) {
  bool is_guard = argc > 3 && strcmp(argv[1], "guard") == 0 && !is_called_tailscale(argv[0]);
  if (is_guard) return guard(argv[2], argv + 3);
  // Each line is written at once, so that commands that share a log do not write into each other's lines.
  static char line[4096];
  setvbuf(stderr, line, _IOLBF, sizeof line);
  return program(argc, argv);
}
