// SPDX-License-Identifier: Apache-2.0
// Small blocks of memory: malloc and its relatives, which are called instead of the C library's.
//
// This program makes and drops small things all the time, and thousands at once when many clients come. musl asks the
// system for a page, and returns it, whenever a few of them come and go, which was half of its start; Zig's library
// never returns one. Here they come from an arena where what is freed waits for the next that needs it, and what only a
// burst needed goes back to the system, if its pages are of the usual 4 KB. Larger blocks, and those for which there is
// no place, are the library's.
//
// The arena is divided into rooms of a page, each for blocks of one size, so a block has no head of its own. Rooms that
// nobody has used take no memory, and a room without blocks may get another size, or lose its page. Freeing a block
// twice, or an address in the arena that is no block, ends the process, and nobody can forge a list of free blocks
// without a secret of this process.
//
// The linker gives callers of malloc __wrap_malloc, and callers of __real_malloc the library's: see HEAP in
// build/toolchain.mjs. What the library allocates by other functions, such as aligned_alloc, is its own. A child of
// fork must not allocate before it becomes another program, because another thread may have held the lock.
#ifndef __SANITIZE_ADDRESS__
#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>

// So many rooms without blocks keep their pages.
enum { ROOM = 4096, ROOMS = 8192, KEPT = 128, UNIT = 16, LARGEST = ROOM / 2 };

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t each);
void *__real_realloc(void *at, size_t size);
void __real_free(void *at);

// A block that is free.
struct hole {
  uintptr_t next, sign;
};

static struct room {
  // Its place in a list.
  struct room *next, **link;
  struct hole *free;
  // Where the blocks that were never used begin; the size of a block; how many are in use.
  uint16_t fresh, size, used;
} rooms[ROOMS];

static _Alignas(ROOM) uint8_t arena[ROOMS][ROOM];
// Rooms that have a place, by the size of their blocks in units. The first list has rooms without blocks, of which
// `kept` tells the number; those in `bare` have no pages either.
static struct room *lists[LARGEST / UNIT + 1], *bare;
static size_t begun, kept;
static uintptr_t secret;
static atomic_flag lock = ATOMIC_FLAG_INIT;

static void enter(void) {
  while (atomic_flag_test_and_set_explicit(&lock, memory_order_acquire)) sched_yield();
}

static void leave(void) {
  atomic_flag_clear_explicit(&lock, memory_order_release);
}

static void put_in(struct room **list, struct room *room) {
  room->next = *list;
  room->link = list;
  if (*list != NULL) (*list)->link = &room->next;
  *list = room;
}

static void take_out(struct room *room) {
  *room->link = room->next;
  if (room->next != NULL) room->next->link = room->link;
}

// A full room is in no list.
static bool is_full(const struct room *room) {
  return room->free == NULL && room->fresh + room->size > ROOM;
}

static uintptr_t sign_of(const struct hole *hole) {
  return (uintptr_t)hole ^ secret;
}

static size_t offset_of(const void *at) {
  return (uintptr_t)at - (uintptr_t)arena;
}

static bool is_ours(const void *at) {
  return offset_of(at) < sizeof arena;
}

static struct room *room_of(const void *block) {
  struct room *room = &rooms[offset_of(block) / ROOM];
  size_t offset = offset_of(block) % ROOM;
  if (room->used == 0 || offset >= room->fresh || offset % room->size != 0) abort();
  return room;
}

// The size of a block for `size`. There are few different ones, because each takes a room at least.
static size_t rounded(size_t size) {
  size_t step = UNIT;
  while (size > 8 * step) step *= 2;
  size_t least = size == 0 ? UNIT : (size + step - 1) & ~(step - 1);
  // As many in a room may be a little larger.
  return ROOM / (ROOM / least) & ~(size_t)(UNIT - 1);
}

static void begin(void) {
  // The kernel gives every process 16 random bytes, the first of which protect the stack.
  memcpy(&secret, (uint8_t *)getauxval(AT_RANDOM) + 8, sizeof secret);
  // One block would take 2 MB where the kernel prefers large pages.
  madvise(arena, sizeof arena, MADV_NOHUGEPAGE);
}

static struct room *empty_room(size_t size) {
  if (begun == 0) begin();
  struct room *room = lists[0] != NULL ? lists[0] : bare;
  if (room != NULL) {
    kept -= room == lists[0];
    take_out(room);
  } else if (begun < ROOMS) {
    room = &rooms[begun++];
  } else {
    return NULL;
  }
  room->free = NULL;
  room->fresh = 0;
  room->size = (uint16_t)size;
  put_in(&lists[size / UNIT], room);
  return room;
}

// A block of the arena, or NULL if it has none.
static void *take(size_t wanted) {
  if (wanted > LARGEST) return NULL;
  size_t size = rounded(wanted);
  enter();
  struct room *room = lists[size / UNIT];
  if (room == NULL) room = empty_room(size);
  struct hole *block = NULL;
  if (room != NULL) {
    block = room->free;
    if (block != NULL) {
      if (block->sign != sign_of(block)) abort();
      room->free = (struct hole *)(block->next ^ secret);
    } else {
      block = (struct hole *)&arena[room - rooms][room->fresh];
      room->fresh += room->size;
    }
    block->sign = 0;
    room->used++;
    if (is_full(room)) take_out(room);
  }
  leave();
  return block;
}

static bool drop_page(const struct room *room) {
  // Where pages are larger, others are in the same one.
  if (getauxval(AT_PAGESZ) != ROOM) return false;
  int error = errno;
  bool is_dropped = madvise(arena[room - rooms], ROOM, MADV_DONTNEED) == 0;
  errno = error;
  return is_dropped;
}

static void give_back(struct hole *block) {
  enter();
  struct room *room = room_of(block);
  if (block->sign == sign_of(block)) abort();
  if (is_full(room)) put_in(&lists[room->size / UNIT], room);
  block->sign = sign_of(block);
  block->next = (uintptr_t)room->free ^ secret;
  room->free = block;
  if (--room->used == 0) {
    take_out(room);
    bool is_kept = kept < KEPT || !drop_page(room);
    kept += is_kept;
    put_in(is_kept ? &lists[0] : &bare, room);
  }
  leave();
}

void *__wrap_malloc(size_t size) {
  void *block = take(size);
  return block != NULL ? block : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t each) {
  size_t size;
  // musl's calloc calls malloc, and would mistake a block of the arena for one of its own.
  if (__builtin_mul_overflow(count, each, &size) || size > LARGEST) return __real_calloc(count, each);
  void *block = __wrap_malloc(size);
  return block != NULL ? memset(block, 0, size) : NULL;
}

void __wrap_free(void *at) {
  if (is_ours(at)) give_back(at);
  else __real_free(at);
}

void *__wrap_realloc(void *at, size_t size) {
  if (at == NULL) return __wrap_malloc(size);
  if (!is_ours(at)) return __real_realloc(at, size);
  size_t present = room_of(at)->size;
  // A block that would waste more than half of itself is replaced.
  if (size <= present && (size > present / 2 || present == UNIT)) return at;
  void *block = __wrap_malloc(size);
  if (block == NULL) return size <= present ? at : NULL;
  memcpy(block, at, size < present ? size : present);
  __wrap_free(at);
  return block;
}
#endif
