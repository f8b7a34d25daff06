// SPDX-License-Identifier: Apache-2.0
// When the command makes a TCP socket, this process makes it and keeps a copy until it is known what it is for. So at
// connect it has the same open file as the command, with all its options and registrations, and needs no right to take
// descriptors from others.
#include "capture.h"
#include <stdlib.h>
#include <unistd.h>

enum { BUCKETS = 256, SWEEP = 64, DONE = 1024 };

struct own {
  ino_t inode;
  int fd;
  // Where the command had it first, to notice that it has closed it.
  struct place place;
  struct own *next;
};

static struct own *buckets[BUCKETS];
static unsigned added;

static ino_t done[DONE];
static unsigned dones;

static bool is_open(const struct own *own) {
  const struct place *place = &own->place;
  return target_socket(place->thread, place->at) == own->inode ||
         (place->process != place->thread && target_socket(place->process, place->at) == own->inode);
}

// Closes what the command has closed without having used it.
static void sweep(void) {
  for (int i = 0; i < BUCKETS; i++) {
    for (struct own **place = &buckets[i], *own; (own = *place) != NULL;) {
      if (is_open(own)) {
        place = &own->next;
        continue;
      }
      close(own->fd);
      *place = own->next;
      free(own);
    }
  }
}

void own_put(ino_t inode, int fd, struct place place) {
  struct own *own = malloc(sizeof *own);
  if (own == NULL) {
    close(fd);
    return;
  }
  // Inodes are used again.
  own_drop(inode);
  done_drop(inode);
  struct own **bucket = &buckets[inode % BUCKETS];
  *own = (struct own){inode, fd, place, *bucket};
  *bucket = own;
  if (++added % SWEEP == 0) sweep();
}

int own_take(ino_t inode) {
  for (struct own **place = &buckets[inode % BUCKETS], *own; (own = *place) != NULL; place = &own->next) {
    if (own->inode != inode) continue;
    int fd = own->fd;
    *place = own->next;
    free(own);
    return fd;
  }
  return -1;
}

void own_drop(ino_t inode) {
  int fd = own_take(inode);
  if (fd >= 0) close(fd);
}

void done_put(ino_t inode) {
  done[dones++ % DONE] = inode;
}

void done_drop(ino_t inode) {
  for (int i = 0; i < DONE; i++) {
    if (done[i] == inode) done[i] = 0;
  }
}

bool done_has(ino_t inode) {
  for (int i = 0; i < DONE; i++) {
    if (done[i] == inode) return true;
  }
  return false;
}
