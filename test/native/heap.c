// SPDX-License-Identifier: Apache-2.0
// Uses image/native/heap.c as programs do, and as they must not. Ends with status 0 if everything was as it should be.
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SLOTS = 512, ROUNDS = 30000, THREADS = 4 };

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
  // Mostly small, some large, and what lies around the limits of each kind.
  switch (chance % 8) {
  case 0:
    return (chance >> 8) % 200000;
  case 1:
    return 32768 - 8 + (chance >> 8) % 16;
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
      at = realloc(at, size);
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
    require(malloc_usable_size(at) >= size, "a block is too small");
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

static void *churn(void *stop) {
  while (!*(atomic_bool *)stop) free(malloc(100));
  return NULL;
}

// A child can use the heap whatever other threads of its parent were doing.
static void forks(void) {
  static atomic_bool stop;
  pthread_t id;
  pthread_create(&id, NULL, churn, &stop);
  for (int i = 0; i < 200; i++) {
    pid_t child = fork();
    if (child == 0) {
      alarm(10);
      for (int n = 0; n < 100; n++) free(malloc(100));
      _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    require(status == 0, "a child could not use the heap");
  }
  stop = true;
  pthread_join(id, NULL);
}

static void limits(void) {
  require(malloc(SIZE_MAX) == NULL && malloc(PTRDIFF_MAX) == NULL, "malloc has no limit");
  require(calloc(SIZE_MAX / 2, 3) == NULL, "calloc does not see an overflow");
  require(aligned_alloc(48, 100) == NULL, "aligned_alloc takes any alignment");
  uint8_t *large = malloc(5000000);
  memset(large, 7, 5000000);
  require(realloc(large, SIZE_MAX - 100) == NULL && is_filled(large, 5000000, 7), "realloc dropped a block");
  free(large);
}

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  // Not known at compile time, which would warn.
  void *volatile block = malloc(argc > 2 ? (size_t)atoi(argv[2]) : 100);
  if (strcmp(what, "threads") == 0) threads();
  else if (strcmp(what, "forks") == 0) forks();
  else if (strcmp(what, "limits") == 0) limits();
  else if (strcmp(what, "free-twice") == 0) free(block), free(block);
  else if (strcmp(what, "free-foreign") == 0) free(calloc);
  else if (strcmp(what, "use-freed") == 0) free(block), memset(block, 'A', 16), block = malloc(100);
  else return 2;
  return 0;
}
