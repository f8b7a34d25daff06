// SPDX-License-Identifier: Apache-2.0
// Uses image/native/heap.c as programs do, and as they must not. Ends with status 0 if everything was as it should be.
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SLOTS = 512, ROUNDS = 30000, THREADS = 4, ROOM = 4096, ARENA = 32 << 20, BEYOND = 1000 };

#ifdef PAGE
// A system whose pages are larger: like madvise there, drops all of a page that a part of it belongs to.
#include <sys/auxv.h>
#include <sys/mman.h>

unsigned long __real_getauxval(unsigned long type);
int __real_madvise(void *at, size_t length, int advice);

unsigned long __wrap_getauxval(unsigned long type) {
  return type == AT_PAGESZ ? PAGE : __real_getauxval(type);
}

int __wrap_madvise(void *at, size_t length, int advice) {
  errno = EINVAL;
  return (uintptr_t)at % PAGE != 0 ? -1 : __real_madvise(at, (length + PAGE - 1) & ~(size_t)(PAGE - 1), advice);
}
#endif

static void require(bool holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "%s\n", what);
  _exit(1);
}

static uint64_t random_of(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  return *state ^= *state << 17;
}

static size_t size_of(uint64_t chance) {
  // Mostly small, some large, and what lies around the largest size of the arena.
  switch (chance % 8) {
  case 0:
    return (chance >> 8) % 200000;
  case 1:
    return 2048 - 8 + (chance >> 8) % 16;
  default:
    return (chance >> 8) % 700;
  }
}

static bool is_filled(const uint8_t *at, size_t size, uint8_t with) {
  for (size_t i = 0; i < size; i++)
    if (at[i] != with) return false;
  return true;
}

// Blocks never overlap and keep their content; what calloc returns is clean.
static void *stress(void *seed) {
  uint64_t state = (uint64_t)(uintptr_t)seed * 2654435761u + 1;
  struct { uint8_t *at; size_t size; uint8_t with; } slots[SLOTS] = {0};
  for (int i = 0; i < ROUNDS; i++) {
    uint64_t chance = random_of(&state);
    int n = (int)(chance % SLOTS);
    size_t size = size_of(random_of(&state));
    uint8_t *at = slots[n].at;
    require(is_filled(at, slots[n].size, slots[n].with), "a block has changed");
    switch ((chance >> 32) % 4) {
    case 0:
      free(at);
      at = malloc(size);
      break;
    case 1:
      free(at);
      at = calloc(1, size);
      require(is_filled(at, size, 0), "calloc returned a block that is not clean");
      break;
    case 2: {
      size_t kept = size < slots[n].size ? size : slots[n].size;
      // Some C libraries free a block whose size becomes 0.
      at = realloc(at, size == 0 ? 1 : size);
      require(is_filled(at, kept, slots[n].with), "realloc lost content");
      break;
    }
    default: {
      size_t alignment = (size_t)16 << (chance >> 40) % 9;
      free(at);
      at = aligned_alloc(alignment, size);
      require((uintptr_t)at % alignment == 0, "aligned_alloc did not align");
    }
    }
    require(at != NULL && (uintptr_t)at % 16 == 0, "a block is not aligned");
    slots[n].at = at;
    slots[n].size = size;
    slots[n].with = (uint8_t)(chance >> 24);
    memset(at, slots[n].with, size);
  }
  for (int n = 0; n < SLOTS; n++) free(slots[n].at);
  return NULL;
}

static void threads(void) {
  pthread_t ids[THREADS];
  for (uintptr_t i = 0; i < THREADS; i++) pthread_create(&ids[i], NULL, stress, (void *)(i + 1));
  for (int i = 0; i < THREADS; i++) pthread_join(ids[i], NULL);
}

static void limits(void) {
  require(malloc(SIZE_MAX) == NULL && malloc(PTRDIFF_MAX) == NULL, "malloc has no limit");
  require(calloc(SIZE_MAX / 2, 3) == NULL, "calloc does not see an overflow");
  uint8_t *small = malloc(100);
  memset(small, 7, 100);
  require(realloc(small, SIZE_MAX - 100) == NULL && is_filled(small, 100, 7), "realloc dropped a block");
  free(small);
}

static void keep_errno(void) {
  void *blocks[] = {malloc(100), malloc(10000), malloc(1000000)};
  errno = ENOTTY;
  for (int i = 0; i < 3; i++) free(blocks[i]);
  require(errno == ENOTTY, "free changed errno");
}

// Whether the arena takes as many blocks of a size as it has places, and the library the others. All are freed.
static bool is_used_up(size_t size, bool is_written) {
  static uint8_t *blocks[ARENA / 64 + BEYOND];
  int places = (ARENA / ROOM - 1) * (int)(ROOM / size), many = places + BEYOND;
  // The first room has this one all the time.
  static uint8_t *first;
  if (first == NULL) first = malloc(16);
  int count = 0;
  for (int i = 0; i < many; i++) {
    blocks[i] = malloc(size);
    require(blocks[i] != NULL, "malloc failed");
    count += (uintptr_t)blocks[i] - (uintptr_t)first < ARENA;
  }
  // The only place that there is.
  void *freed = blocks[1];
  free(freed);
  blocks[1] = malloc(size);
  require(blocks[1] == freed, "a place was lost");
  for (int i = 0; is_written && i < many; i++) memset(blocks[i], i, size);
  for (int i = 0; is_written && i < many; i++) require(is_filled(blocks[i], size, (uint8_t)i), "blocks overlap");
  // In another order.
  for (int i = 0; i < many; i += 2) free(blocks[i]);
  for (int i = 1; i < many; i += 2) free(blocks[i]);
  return count == places;
}

static long resident(void) {
  long total, pages;
  FILE *file = fopen("/proc/self/statm", "r");
  require(file != NULL && fscanf(file, "%ld %ld", &total, &pages) == 2, "no statm");
  fclose(file);
  return pages;
}

static void full(void) {
  for (int i = 0; i < 3; i++) require(is_used_up(128, true), "the arena was not used");
}

static void turns(void) {
  // Sizes of which a whole number fills a room. Blocks that nobody writes to keep what earlier ones have left there.
  for (size_t size = 2048; size >= 64; size /= 2) {
    require(is_used_up(size, false), "a size keeps places of another");
    require(is_used_up(size, true), "a size keeps places of its own");
  }
}

static void give_back(void) {
  // Also makes the test's own pages resident.
  is_used_up(64, true);
  long before = resident();
  is_used_up(64, true);
  require(resident() <= before + 16 && before < (16 << 20) / ROOM, "the pages of a burst stay");
}

// Not known at compile time, which would warn.
static void *volatile block, *volatile other, *volatile kept;

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  if (strcmp(what, "threads") == 0) return threads(), 0;
  if (strcmp(what, "limits") == 0) return limits(), 0;
  if (strcmp(what, "errno") == 0) return keep_errno(), 0;
  if (strcmp(what, "full") == 0) return full(), 0;
  if (strcmp(what, "turns") == 0) return turns(), 0;
  if (strcmp(what, "give-back") == 0) return give_back(), 0;
  block = malloc(100);
  other = malloc(100);
  kept = malloc(100);
  if (strcmp(what, "free-twice") == 0) free(block), free(block);
  else if (strcmp(what, "free-later") == 0) free(block), free(other), other = malloc(100), free(block);
  else if (strcmp(what, "free-inside") == 0) free((uint8_t *)block + 16);
  else if (strcmp(what, "free-fresh") == 0) free((uint8_t *)block + 4 * 112);
  else if (strcmp(what, "use-freed") == 0) free(block), memset(block, 'A', 16), block = malloc(100);
  else return 2;
  return 0;
}
