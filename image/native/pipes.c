// SPDX-License-Identifier: Apache-2.0
#include "pipes.h"
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

// The usual 64 KiB would double the cost of a busy relay.
enum { SPARE = 16, SIZE = 256 * 1024 };

bool pipes_useless;
static struct pipe *spare;
static int spares;

struct pipe *pipe_borrow(void) {
  if (pipes_useless) return NULL;
  struct pipe *pipe = spare;
  if (pipe != NULL) {
    spare = pipe->next;
    spares--;
    return pipe;
  }
  int fd[2];
  pipe = malloc(sizeof *pipe);
  if (pipe == NULL || pipe2(fd, O_CLOEXEC | O_NONBLOCK) < 0) {
    free(pipe);
    return NULL;
  }
  // Refused beyond a user's share, and then the pipe is smaller.
  fcntl(fd[0], F_SETPIPE_SZ, SIZE);
  *pipe = (struct pipe){.in = fd[1], .out = fd[0]};
  return pipe;
}

void pipe_return(struct pipe *pipe, size_t held) {
  if (pipe == NULL) return;
  if (held == 0 && spares < SPARE) {
    pipe->next = spare;
    spare = pipe;
    spares++;
    return;
  }
  close(pipe->in);
  close(pipe->out);
  free(pipe);
}
