// SPDX-License-Identifier: Apache-2.0
// Running a program in the foreground, shared by run.c and capture-job.c.
#ifndef SPACETAIL_RUN_H
#define SPACETAIL_RUN_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

extern char **environ;

// The signals that are passed on to the program.
enum { SIGNALS = 8 };
extern const int PASSED_ON[SIGNALS];

// The words of a text with a NUL between them. The array ends with NULL, and points into a copy of the text.
char **run_split(const uint8_t *text, size_t length);

// Becomes the program in a child: its signals are as this process has found them. If that fails, reports errno and
// ends.
void run_become(char **words, char **env, const sigset_t *mask, const struct sigaction *found, int report);

// native.c: before another program takes the place of this one. SIGCHLD is ignored if it was at the start.
void run_restore_signals(void);

// What `spacetail capture` says to `spacetail run`.
struct message {
  enum { STARTED, ENDED, FAILED, TEXT } kind;
  // The process ID, the status as wait(2) gives it, or errno.
  int32_t value;
  char text[240];
};

#endif
