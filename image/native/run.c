// SPDX-License-Identifier: Apache-2.0
// Runs a program in the foreground and passes signals on to it, for `spacetail run`. scriptc's processes have pipes,
// and two signals only.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const int PASSED_ON[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGTSTP, SIGCONT};
enum { SIGNALS = sizeof PASSED_ON / sizeof *PASSED_ON };

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

// The words of a text with a NUL between them. The array ends with NULL, and points into a copy of the text.
static char **split(const uint8_t *text, size_t length) {
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

// Runs the program at `words[0]` with the other words as its arguments, the first of which is its name. `changed` has
// variables as NAME=value. Both are texts with a NUL between their parts.
//
// Returns the exit status of the program, 256 and the number of the signal that ended it, or -errno if it cannot be
// started.
int32_t spacetail_run(const uint8_t *words, size_t words_length, const uint8_t *changed, size_t changed_length) {
  char **argv = split(words, words_length), **variables = split(changed, changed_length);
  char **env = variables == NULL ? NULL : environment(variables);
  int report[2];
  if (argv == NULL || env == NULL) return -ENOMEM;
  if (pipe2(report, O_CLOEXEC) < 0) return -errno;
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
    for (int i = 0; i < SIGNALS; i++) {
      if (earlier[i].sa_handler != SIG_IGN) signal(PASSED_ON[i], SIG_DFL);
    }
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_SETMASK, &before, NULL);
    execve(argv[0], argv + 1, env);
    int error = errno;
    if (write(report[1], &error, sizeof error) < 0) _exit(126);
    _exit(127);
  }
  int result = pid < 0 ? -errno : 0;
  program = pid < 0 ? 0 : pid;
  sigprocmask(SIG_SETMASK, &before, NULL);
  close(report[1]);
  if (pid > 0) {
    int error = 0, status = 0;
    ssize_t got;
    do got = read(report[0], &error, sizeof error);
    while (got < 0 && errno == EINTR);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    program = 0;
    if (got == sizeof error) result = -error;
    else result = WIFSIGNALED(status) ? 256 + WTERMSIG(status) : WEXITSTATUS(status);
  }
  close(report[0]);
  for (int i = 0; i < SIGNALS; i++) sigaction(PASSED_ON[i], &earlier[i], NULL);
  free(env);
  free(variables);
  free(argv);
  return result;
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
