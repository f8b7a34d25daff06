// SPDX-License-Identifier: Apache-2.0
// Memory for the whole program: malloc and its relatives, which take the place of musl's.
//
// musl gives memory back to the system as soon as it can. This program makes and drops small things all the time, and
// so a third of its time went into asking for a page and returning it. Here what is freed is kept for the next that
// needs its size. Only blocks above 32 KB are given back.
//
// A block lies in a room of 128 KB, whose beginning tells the size of all blocks in it, so a block has no head of its
// own. Pages that nobody has used take no memory. Freeing a block twice, or an address in no room, ends the process,
// and nobody can forge a list of free blocks without a secret of this process.
#ifndef __SANITIZE_ADDRESS__
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>

enum { ROOM = 128 * 1024, ROOMS = 15, PAGE = 4096, LARGEST = 32 * 1024, UNIT = 16, HEAD = 64 };

// Sizes are multiples of 16 up to 128, and then powers of two and what is half way between them. More would waste less
// of each block, but each size that is in use takes a page at least.
enum { EVEN = 8, SIZES = EVEN + 2 * 8 };

struct room {
  // Says that this is a room, in this process.
  uintptr_t sign;
  // Of each block; 0 for a single large one, which may extend beyond the room.
  size_t size;
  // What has never been used. `end` is also the end of a large block.
  uint8_t *fresh, *end;
  // Of a large block.
  void *map;
  size_t length;
};

// A block that is free.
struct hole {
  uintptr_t next, sign;
};

static struct {
  struct hole *free;
  struct room *room;
} sizes[SIZES];

static uint8_t *rooms, *rooms_end;
static uintptr_t secret;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void enter(void) {
  pthread_mutex_lock(&lock);
}

static void leave(void) {
  pthread_mutex_unlock(&lock);
}

static void begin(void) {
  // The kernel gives every process 16 random bytes, the first of which protect the stack.
  memcpy(&secret, (uint8_t *)getauxval(AT_RANDOM) + 8, sizeof secret);
  secret |= 1;
  pthread_atfork(enter, leave, leave);
}

static int index_of(size_t size) {
  if (size <= EVEN * UNIT) return size == 0 ? 0 : (int)((size - 1) / UNIT);
  int log = 63 - __builtin_clzl(size - 1);
  return EVEN + 2 * (log - 7) + (int)(((size - 1) >> (log - 1)) & 1);
}

static size_t size_at(int index) {
  if (index < EVEN) return (size_t)(index + 1) * UNIT;
  int step = index - EVEN;
  return (size_t)(3 + step % 2) << (6 + step / 2);
}

static struct room *room_of(const void *block) {
  struct room *room = (struct room *)((uintptr_t)block & ~(uintptr_t)(ROOM - 1));
  if (room->sign != ((uintptr_t)room ^ secret)) abort();
  return room;
}

static uint8_t *aligned(uint8_t *at) {
  return (uint8_t *)(((uintptr_t)at + ROOM - 1) & ~(uintptr_t)(ROOM - 1));
}

static void *map(size_t length) {
  void *got = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return got == MAP_FAILED ? NULL : got;
}

static struct room *new_room(size_t size) {
  if (rooms == rooms_end) {
    uint8_t *got = map((ROOMS + 1) * (size_t)ROOM);
    if (got == NULL) return NULL;
    // One block would take 2 MB where the kernel prefers large pages.
    madvise(got, (ROOMS + 1) * (size_t)ROOM, MADV_NOHUGEPAGE);
    rooms = aligned(got);
    rooms_end = rooms + ROOMS * (size_t)ROOM;
  }
  struct room *room = (struct room *)rooms;
  rooms += ROOM;
  *room = (struct room){(uintptr_t)room ^ secret, size, (uint8_t *)room + HEAD, rooms, NULL, 0};
  return room;
}

// A block; `is_clean` tells whether it is all zeros.
static void *take(size_t size, bool *is_clean) {
  int index = index_of(size);
  struct hole *hole = sizes[index].free;
  if (hole != NULL) {
    sizes[index].free = (struct hole *)(hole->next ^ secret);
    if (hole->sign != ((uintptr_t)hole ^ secret)) abort();
    hole->sign = 0;
    return hole;
  }
  struct room *room = sizes[index].room;
  size_t real = size_at(index);
  if (room == NULL || (size_t)(room->end - room->fresh) < real) {
    room = new_room(real);
    if (room == NULL) return NULL;
    sizes[index].room = room;
  }
  void *block = room->fresh;
  room->fresh += real;
  *is_clean = true;
  return block;
}

static void *take_large(size_t size) {
  if (size > PTRDIFF_MAX - 2 * (size_t)ROOM) return NULL;
  size_t length = ((size + HEAD + PAGE - 1) & ~(size_t)(PAGE - 1)) + ROOM;
  uint8_t *got = map(length);
  if (got == NULL) return NULL;
  struct room *room = (struct room *)aligned(got);
  *room = (struct room){(uintptr_t)room ^ secret, 0, NULL, got + length, got, length};
  return (uint8_t *)room + HEAD;
}

static void *get(size_t size, bool *is_clean) {
  void *block;
  *is_clean = false;
  if (secret == 0) begin();
  if (size > LARGEST) {
    block = take_large(size);
    *is_clean = true;
  } else {
    enter();
    block = take(size, is_clean);
    leave();
  }
  if (block == NULL) errno = ENOMEM;
  return block;
}

void *malloc(size_t size) {
  bool is_clean;
  return get(size, &is_clean);
}

void *calloc(size_t count, size_t each) {
  size_t size;
  bool is_clean;
  if (__builtin_mul_overflow(count, each, &size)) size = SIZE_MAX;
  void *block = get(size, &is_clean);
  return block == NULL || is_clean ? block : memset(block, 0, size);
}

void free(void *at) {
  if (at == NULL) return;
  int error = errno;
  struct room *room = room_of(at);
  if (room->size == 0) {
    room->sign = 0;
    munmap(room->map, room->length);
    errno = error;
    return;
  }
  uint8_t *first = (uint8_t *)room + HEAD;
  struct hole *hole = (struct hole *)(first + ((size_t)((uint8_t *)at - first) / room->size) * room->size);
  uintptr_t sign = (uintptr_t)hole ^ secret;
  enter();
  if (hole->sign == sign) abort();
  int index = index_of(room->size);
  hole->sign = sign;
  hole->next = (uintptr_t)sizes[index].free ^ secret;
  sizes[index].free = hole;
  leave();
}

// How many bytes there are from `at` to the end of its block.
size_t malloc_usable_size(void *at) {
  if (at == NULL) return 0;
  struct room *room = room_of(at);
  if (room->size == 0) return (size_t)(room->end - (uint8_t *)at);
  size_t offset = (size_t)((uint8_t *)at - (uint8_t *)room) - HEAD;
  return room->size - offset % room->size;
}

void *realloc(void *at, size_t size) {
  if (at == NULL) return malloc(size);
  size_t present = malloc_usable_size(at);
  // A block that would waste more than half of itself is replaced.
  if (size <= present && (size > present / 2 || present <= UNIT)) return at;
  void *block = malloc(size);
  if (block == NULL) return size <= present ? at : NULL;
  memcpy(block, at, size < present ? size : present);
  free(at);
  return block;
}

void *aligned_alloc(size_t alignment, size_t size) {
  if (alignment == 0 || (alignment & (alignment - 1)) != 0 || alignment > ROOM / 2) {
    errno = EINVAL;
    return NULL;
  }
  if (alignment <= UNIT || size > PTRDIFF_MAX) return malloc(size);
  uint8_t *block = malloc(size + alignment - 1);
  return block == NULL ? NULL : (void *)(((uintptr_t)block + alignment - 1) & ~(uintptr_t)(alignment - 1));
}

void *memalign(size_t alignment, size_t size) {
  return aligned_alloc(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
  int before = errno;
  void *block = aligned_alloc(alignment, size);
  int error = errno;
  errno = before;
  if (block == NULL) return error;
  *result = block;
  return 0;
}
#endif
