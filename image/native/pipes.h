// SPDX-License-Identifier: Apache-2.0
// Pipes for the relays, lent by pipes.c. For the event thread alone.
#ifndef SPACETAIL_PIPES_H
#define SPACETAIL_PIPES_H

#include <stdbool.h>
#include <stddef.h>

struct pipe {
  int in, out;
  struct pipe *next;
};

// Set if this kernel cannot splice sockets, as some sandboxes cannot.
extern bool pipes_useless;

// An empty pipe, or NULL if there is none.
struct pipe *pipe_borrow(void);

// Takes a pipe back in which `held` bytes are left.
void pipe_return(struct pipe *pipe, size_t held);

#endif
