// SPDX-License-Identifier: Apache-2.0
// Runs a program in the foreground and passes signals on to it, for `spacetail run`. scriptc's processes have pipes,
// and two signals only.
#include "run.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

const int PASSED_ON[SIGNALS] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGTSTP, SIGCONT};

// The program; 0 if there is none.
static volatile pid_t program;

// Stops this process, unless there is nobody to make it go on: the kernel knows.
static void stop(void) {
  struct sigaction before;
  sigset_t one;
  sigaction(SIGTSTP, NULL, &before);
  signal(SIGTSTP, SIG_DFL);
  raise(SIGTSTP);
  sigemptyset(&one);
  sigaddset(&one, SIGTSTP);
  sigprocmask(SIG_UNBLOCK, &one, NULL);
  sigaction(SIGTSTP, &before, NULL);
}

// A terminal sends its signals to all processes of the foreground group, and the program is in the group of this one.
static void pass_on(int number, siginfo_t *info, void *context) {
  (void)context;
  int error = errno;
  if (program > 0 && info->si_code != SI_KERNEL) kill(program, number);
  if (number == SIGTSTP) stop();
  errno = error;
}

char **run_split(const uint8_t *text, size_t length) {
  size_t count = length == 0 ? 0 : 1;
  for (size_t i = 0; i < length; i++) count += text[i] == '\0';
  char **words = malloc((count + 1) * sizeof *words + length + 1);
  if (words == NULL) return NULL;
  char *word = (char *)(words + count + 1);
  memcpy(word, text, length);
  word[length] = '\0';
  for (size_t i = 0; i < count; i++) {
    words[i] = word;
    word += strlen(word) + 1;
  }
  words[count] = NULL;
  return words;
}

static size_t name_length(const char *variable) {
  const char *end = strchr(variable, '=');
  return end == NULL ? strlen(variable) : (size_t)(end - variable);
}

// The environment of this process, in which `changed` takes the place of variables with the same names.
static char **environment(char **changed) {
  size_t own = 0, more = 0;
  while (environ[own] != NULL) own++;
  while (changed[more] != NULL) more++;
  char **all = malloc((own + more + 1) * sizeof *all);
  if (all == NULL) return NULL;
  size_t count = 0;
  for (size_t i = 0; i < own; i++) {
    size_t length = name_length(environ[i]), j = 0;
    while (j < more && (name_length(changed[j]) != length || strncmp(changed[j], environ[i], length) != 0)) j++;
    if (j == more) all[count++] = environ[i];
  }
  memcpy(all + count, changed, (more + 1) * sizeof *all);
  return all;
}

void run_become(char **words, char **env, const sigset_t *mask, const struct sigaction *found, int report) {
  for (int i = 0; i < SIGNALS; i++) {
    if (found[i].sa_handler != SIG_IGN) signal(PASSED_ON[i], SIG_DFL);
  }
  run_restore_signals();
  sigprocmask(SIG_SETMASK, mask, NULL);
  execve(words[0], words + 1, env);
  int error = errno;
  if (write(report, &error, sizeof error) < 0) _exit(126);
  _exit(127);
}

// The result of a program by its status, as wait(2) gives it.
static int32_t result_of(int status) {
  return WIFSIGNALED(status) ? 256 + WTERMSIG(status) : WEXITSTATUS(status);
}

// Waits until the program has been started and has ended.
static int32_t wait_for_program(pid_t pid, int report) {
  int error = 0, status = 0;
  ssize_t got;
  do got = read(report, &error, sizeof error);
  while (got < 0 && errno == EINTR);
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return got == sizeof error ? -error : result_of(status);
}

// The same by what the process says that captures it. That process may stay for what the program has left behind.
static int32_t wait_for_capture(int channel, const sigset_t *mask) {
  struct message message;
  for (;;) {
    ssize_t got = recv(channel, &message, sizeof message, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got != sizeof message) return -ECHILD;
    switch (message.kind) {
      case STARTED:
        program = message.value;
        sigprocmask(SIG_SETMASK, mask, NULL);
        break;
      case TEXT:
        dprintf(2, "spacetail: %s\n", message.text);
        break;
      case FAILED:
        return -message.value;
      default:
        return result_of(message.value);
    }
  }
}

// Runs the program at `words[0]` with the other words as its arguments, the first of which is its name. `changed` has
// variables as NAME=value. Both are texts with a NUL between their parts. If `is_captured`, the program is
// `spacetail capture`: it gets the number of a socket as its third word, and what it says there counts.
//
// Returns the exit status of the program, 256 and the number of the signal that ended it, or -errno if it cannot be
// started.
static int32_t run(char **argv, char **variables, bool is_captured) {
  char **env = variables == NULL ? NULL : environment(variables), number[12];
  int report[2], channel[2] = {-1, -1};
  if (argv == NULL || env == NULL) return -ENOMEM;
  if (pipe2(report, O_CLOEXEC) < 0) return -errno;
  if (is_captured) {
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) < 0) return -errno;
    snprintf(number, sizeof number, "%d", channel[1]);
    argv[3] = number;
  }
  // A signal that comes before the program is known waits.
  sigset_t signals, before;
  sigemptyset(&signals);
  struct sigaction handler = {.sa_sigaction = pass_on, .sa_flags = SA_SIGINFO | SA_RESTART}, earlier[SIGNALS];
  sigemptyset(&handler.sa_mask);
  for (int i = 0; i < SIGNALS; i++) sigaddset(&signals, PASSED_ON[i]);
  sigprocmask(SIG_BLOCK, &signals, &before);
  for (int i = 0; i < SIGNALS; i++) {
    sigaction(PASSED_ON[i], NULL, &earlier[i]);
    // As with nohup: what this process ignores, the program does too.
    if (earlier[i].sa_handler != SIG_IGN) sigaction(PASSED_ON[i], &handler, NULL);
  }
  pid_t pid = fork();
  if (pid == 0) {
    if (is_captured) fcntl(channel[1], F_SETFD, 0);
    run_become(argv, env, &before, earlier, report[1]);
  }
  int result = pid < 0 ? -errno : 0;
  close(report[1]);
  close(channel[1]);
  if (pid > 0 && is_captured) {
    result = wait_for_capture(channel[0], &before);
  } else if (pid > 0) {
    program = pid;
    sigprocmask(SIG_SETMASK, &before, NULL);
    result = wait_for_program(pid, report[0]);
  }
  program = 0;
  sigprocmask(SIG_SETMASK, &before, NULL);
  close(report[0]);
  close(channel[0]);
  for (int i = 0; i < SIGNALS; i++) sigaction(PASSED_ON[i], &earlier[i], NULL);
  free(env);
  free(variables);
  free(argv);
  return result;
}

int32_t spacetail_run(const uint8_t *words, size_t words_length, const uint8_t *changed, size_t changed_length) {
  return run(run_split(words, words_length), run_split(changed, changed_length), false);
}

int32_t spacetail_run_captured(const uint8_t *words, size_t words_length, const uint8_t *changed,
                               size_t changed_length) {
  return run(run_split(words, words_length), run_split(changed, changed_length), true);
}

// Ends this process by a signal, as if it had never been caught, and without another core dump. Returns where signals
// cannot end it: the first process of a container.
int32_t spacetail_die(int32_t number) {
  struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  signal(number, SIG_DFL);
  sigset_t one;
  sigemptyset(&one);
  sigaddset(&one, number);
  sigprocmask(SIG_UNBLOCK, &one, NULL);
  return raise(number) != 0 ? -errno : 0;
}
