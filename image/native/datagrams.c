// SPDX-License-Identifier: Apache-2.0
// UDP sockets that never block, for the name server of capture.
#include "net.h"
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

// In front of each datagram that is received or sent by a server: whom it is from or for.
enum { ADDRESS = sizeof(struct sockaddr_in6) };

static int open_socket(const uint8_t *ip, size_t length, int32_t port,
                       int (*use)(int, const struct sockaddr *, socklen_t)) {
  struct sockaddr_storage address;
  int size = net_address(ip, length, port, &address);
  if (size < 0) return size;
  int fd = socket(address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -errno;
  if (use(fd, (struct sockaddr *)&address, (socklen_t)size) == 0) return fd;
  int error = errno;
  close(fd);
  return -error;
}

// A socket for a server.
int32_t spacetail_udp_bind(const uint8_t *ip, size_t length, int32_t port) {
  return open_socket(ip, length, port, bind);
}

// A socket for questions to one server. Reads and writes like others.
int32_t spacetail_udp_connect(const uint8_t *ip, size_t length, int32_t port) {
  return open_socket(ip, length, port, connect);
}

// Reads a datagram with its address into a buffer of TypeScript; returns the length of both.
int32_t spacetail_udp_receive(int32_t fd, const uint8_t *buffer, size_t length) {
  uint8_t *to = (void *)(uintptr_t)buffer;
  socklen_t size = ADDRESS;
  if (length < ADDRESS) return -EINVAL;
  memset(to, 0, ADDRESS);
  ssize_t got = recvfrom(fd, to + ADDRESS, length - ADDRESS, 0, (struct sockaddr *)to, &size);
  return got < 0 ? -errno : (int32_t)got + ADDRESS;
}

// Sends a datagram to the address in front of it.
int32_t spacetail_udp_send(int32_t fd, const uint8_t *bytes, size_t length) {
  struct sockaddr_in6 to;
  if (length < ADDRESS) return -EINVAL;
  memcpy(&to, bytes, sizeof to);
  socklen_t size = to.sin6_family == AF_INET6 ? sizeof to : sizeof(struct sockaddr_in);
  ssize_t put = sendto(fd, bytes + ADDRESS, length - ADDRESS, 0, (struct sockaddr *)&to, size);
  return put < 0 ? -errno : (int32_t)put;
}
