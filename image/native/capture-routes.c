// SPDX-License-Identifier: Apache-2.0
// Which addresses are the tailnet's. TypeScript says so when that is first needed, since many commands never need it,
// and is asked again when an address is not among them: a route may have been added.
#include "capture.h"
#include "clock.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// How old the list may be when a private address is not in it, and any other. Milliseconds.
enum { PRIVATE_AGE = 2000, PUBLIC_AGE = 10000 };

// IPv4 networks are kept as IPv6 ones (::ffff:0:0/96).
struct network {
  uint8_t address[16];
  int bits;
  // Never captured, whatever else says so.
  bool is_excluded;
};

static struct network *networks;
static size_t count;
static uint64_t known_at;
static bool is_asked, is_new;

static const uint8_t MAPPED[12] = {[10] = 0xff, [11] = 0xff};

static bool parse(const char *text, struct network *network) {
  char address[64];
  int bits;
  network->is_excluded = text[0] == '!';
  if (sscanf(text + network->is_excluded, "%63[^/]/%d", address, &bits) != 2 || bits < 0) return false;
  if (inet_pton(AF_INET, address, network->address + 12) == 1) {
    memcpy(network->address, MAPPED, sizeof MAPPED);
    network->bits = bits + 96;
  } else if (inet_pton(AF_INET6, address, network->address) == 1) {
    network->bits = bits;
  } else {
    return false;
  }
  return network->bits <= 128;
}

static bool contains(const struct network *network, const uint8_t *address) {
  int bytes = network->bits / 8, rest = network->bits % 8;
  if (memcmp(network->address, address, (size_t)bytes) != 0) return false;
  return rest == 0 || ((network->address[bytes] ^ address[bytes]) >> (8 - rest)) == 0;
}

// Takes over the list: networks as ADDRESS/BITS with a space between them; `!` in front excludes one.
int32_t spacetail_capture_routes(const uint8_t *text, size_t length) {
  size_t size = 1, found = 0;
  for (size_t i = 0; i < length; i++) size += text[i] == ' ';
  char *words = malloc(length + 1);
  struct network *list = calloc(size, sizeof *list);
  if (words == NULL || list == NULL) {
    free(words);
    free(list);
    return -ENOMEM;
  }
  memcpy(words, text, length);
  words[length] = '\0';
  char *rest = words;
  for (char *word; (word = strtok_r(rest, " ", &rest)) != NULL;) found += parse(word, &list[found]);
  free(words);
  capture_lock();
  struct network *before = networks;
  networks = list;
  count = found;
  known_at = clock_now();
  is_asked = false;
  is_new = true;
  capture_unlock();
  free(before);
  job_expect(clock_now());
  return 0;
}

// Asks TypeScript, if it has nothing to answer yet.
static void ask(void) {
  if (!is_asked) job_post(0);
  is_asked = true;
}

bool routes_need(void) {
  capture_lock();
  bool result = known_at == 0;
  if (result) ask();
  capture_unlock();
  return result;
}

bool routes_are_new(void) {
  capture_lock();
  bool result = is_new;
  is_new = false;
  capture_unlock();
  return result;
}

// Networks that routes of a tailnet usually lead to: private and shared addresses, and unique local ones.
static bool is_private(const uint8_t *address) {
  static const struct network PRIVATE[] = {
      {.address = {[10] = 0xff, [11] = 0xff, [12] = 10}, .bits = 104},
      {.address = {[10] = 0xff, [11] = 0xff, [12] = 172, [13] = 16}, .bits = 108},
      {.address = {[10] = 0xff, [11] = 0xff, [12] = 192, [13] = 168}, .bits = 112},
      {.address = {[10] = 0xff, [11] = 0xff, [12] = 100, [13] = 64}, .bits = 106},
      {.address = {0xfc}, .bits = 7},
  };
  for (size_t i = 0; i < sizeof PRIVATE / sizeof *PRIVATE; i++) {
    if (contains(&PRIVATE[i], address)) return true;
  }
  return false;
}

// Programs talk to themselves, and are not to wait for that.
static bool is_loopback(const uint8_t *address) {
  static const struct network LOOPBACK[] = {
      {.address = {[10] = 0xff, [11] = 0xff, [12] = 127}, .bits = 104},
      {.address = {[15] = 1}, .bits = 128},
  };
  return contains(&LOOPBACK[0], address) || contains(&LOOPBACK[1], address);
}

enum verdict route_of(const struct sockaddr *given) {
  uint8_t address[16];
  if (given->sa_family == AF_INET) {
    memcpy(address, MAPPED, sizeof MAPPED);
    memcpy(address + 12, &((const struct sockaddr_in *)given)->sin_addr, 4);
  } else if (given->sa_family == AF_INET6) {
    memcpy(address, &((const struct sockaddr_in6 *)given)->sin6_addr, 16);
  } else {
    return PASS;
  }
  if (is_loopback(address)) return PASS;
  capture_lock();
  enum verdict verdict = PASS;
  bool is_excluded = false;
  for (size_t i = 0; i < count && !is_excluded; i++) {
    if (!contains(&networks[i], address)) continue;
    is_excluded = networks[i].is_excluded;
    verdict = is_excluded ? PASS : CAPTURE;
  }
  if (verdict == PASS && !is_excluded) {
    bool private = is_private(address), is_unknown = known_at == 0;
    bool is_old = is_unknown || clock_now() - known_at > (private ? PRIVATE_AGE : PUBLIC_AGE);
    if (is_old) ask();
    if (is_old && (private || is_unknown)) verdict = UNSURE;
  }
  capture_unlock();
  return verdict;
}
