// SPDX-License-Identifier: Apache-2.0
// Look-ups of host names. getaddrinfo blocks, for many seconds if no server answers, so threads do it, which end when
// there is nothing left to look up.
#include "clock.h"
#include "net.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

// PATIENCE: milliseconds that a name may wait for its turn, the same as LOOKUP_MS in names/tailnet-router.ts. By then
// its caller has given up, and later names must not queue behind it.
enum { THREADS = 32, WAITING = 1024, NAME = 256, TEXT = 4096, PATIENCE = 10000 };

struct lookup {
  double id;
  uint64_t since;
  struct lookup *next;
  char host[NAME];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct lookup *first, **last = &first;
static int waiting, threads;

// The errors that Node has names of its own for.
static const char *name_of(int error) {
  switch (error) {
    case EAI_AGAIN: return "EAI_AGAIN";
    case EAI_MEMORY: return "EAI_MEMORY";
    case EAI_SYSTEM: return "EAI_SYSTEM";
    case EAI_NONAME:
    case EAI_NODATA: return "ENOTFOUND";
    default: return "EAI_FAIL";
  }
}

// Posts the addresses with a blank after each, or with the result -1 the name of the error.
static void find(const struct lookup *wanted) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
  int error = getaddrinfo(wanted->host, NULL, &hints, &found);
  if (error != 0) return net_post(wanted->id, -1, name_of(error));
  char text[TEXT];
  size_t length = 0;
  text[0] = '\0';
  for (struct addrinfo *one = found; one != NULL && length + INET6_ADDRSTRLEN + 16 < TEXT; one = one->ai_next) {
    if (getnameinfo(one->ai_addr, one->ai_addrlen, text + length, INET6_ADDRSTRLEN + 16, NULL, 0, NI_NUMERICHOST) != 0)
      continue;
    length += strlen(text + length);
    text[length++] = ' ';
    text[length] = '\0';
  }
  freeaddrinfo(found);
  net_post(wanted->id, 0, text);
}

static void *work(void *unused) {
  (void)unused;
  for (;;) {
    pthread_mutex_lock(&lock);
    struct lookup *wanted = first;
    if (wanted == NULL) threads--;
    else {
      first = wanted->next;
      if (first == NULL) last = &first;
      waiting--;
    }
    pthread_mutex_unlock(&lock);
    if (wanted == NULL) return NULL;
    if (clock_now() - wanted->since > PATIENCE) net_post(wanted->id, -1, name_of(EAI_AGAIN));
    else find(wanted);
    free(wanted);
  }
}

// Looks a name up, and posts the result for `id`.
int32_t spacetail_net_lookup(const uint8_t *host, size_t length, double id) {
  if (length == 0 || length >= NAME || memchr(host, '\0', length) != NULL) return -EINVAL;
  struct lookup *wanted = malloc(sizeof *wanted);
  if (wanted == NULL) return -ENOMEM;
  wanted->id = id;
  wanted->since = clock_now();
  wanted->next = NULL;
  memcpy(wanted->host, host, length);
  wanted->host[length] = '\0';
  pthread_mutex_lock(&lock);
  int error = waiting >= WAITING ? -EAGAIN : 0;
  // One thread for each that waits, because any may take long.
  if (error == 0 && threads < THREADS) {
    error = net_thread(work);
    if (error == 0) threads++;
    else if (threads > 0) error = 0;
  }
  if (error == 0) {
    *last = wanted;
    last = &wanted->next;
    waiting++;
  }
  pthread_mutex_unlock(&lock);
  if (error != 0) free(wanted);
  return error;
}
