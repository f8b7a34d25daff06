// SPDX-License-Identifier: Apache-2.0
#ifndef SPACETAIL_CLOCK_H
#define SPACETAIL_CLOCK_H

#include <stdint.h>
#include <time.h>

// Milliseconds of a clock that nobody sets; never 0.
static inline uint64_t clock_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000 + 1;
}

#endif
