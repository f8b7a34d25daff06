// SPDX-License-Identifier: Apache-2.0
// Sockets that never block and that children do not inherit.
#include "net.h"
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int net_address(const uint8_t *ip, size_t length, int32_t port, struct sockaddr_storage *address) {
  char host[64], service[16];
  if (length >= sizeof host) return -EINVAL;
  memcpy(host, ip, length);
  host[length] = '\0';
  snprintf(service, sizeof service, "%d", port);
  struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM}, *found;
  if (getaddrinfo(host, service, &hints, &found) != 0) return -EINVAL;
  int size = (int)found->ai_addrlen;
  memcpy(address, found->ai_addr, found->ai_addrlen);
  freeaddrinfo(found);
  return size;
}

static int failed(int fd) {
  int error = errno;
  close(fd);
  return -error;
}

// Proxies pass on what they get at once, and notice when the other machine is gone.
static void tune(int fd) {
  int on = 1, idle = 30;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
}

static int begin(int family) {
  int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  return fd < 0 ? -errno : fd;
}

// Listens on an IP address.
int32_t spacetail_net_listen(const uint8_t *ip, size_t length, int32_t port) {
  struct sockaddr_storage address;
  int size = net_address(ip, length, port, &address);
  if (size < 0) return size;
  int fd = begin(address.ss_family);
  if (fd < 0) return fd;
  int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, (struct sockaddr *)&address, (socklen_t)size) < 0) return failed(fd);
  return listen(fd, SOMAXCONN) < 0 ? failed(fd) : fd;
}

// The port that a socket listens on.
int32_t spacetail_net_port(int32_t fd) {
  struct sockaddr_storage address;
  socklen_t size = sizeof address;
  if (getsockname(fd, (struct sockaddr *)&address, &size) < 0) return -errno;
  // Both families have it in the same place.
  return ntohs(((struct sockaddr_in *)&address)->sin_port);
}

// Takes a new connection. When there are no descriptors left, gives up a reserved one for a moment, in order to take
// the connection and to close it, and returns -EMFILE: the connection would stay in the queue, and the listening socket
// would be ready for ever. Returns -ENOBUFS if not even that was possible, because another thread was faster.
int32_t spacetail_net_accept(int32_t fd) {
  static int reserve = -1;
  if (reserve < 0) reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
  int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (connection >= 0) {
    tune(connection);
    return connection;
  }
  if (errno != EMFILE && errno != ENFILE) return -errno;
  if (reserve < 0) return -ENOBUFS;
  close(reserve);
  connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
  int error = connection >= 0 ? EMFILE : errno == EMFILE ? ENOBUFS : errno;
  if (connection >= 0) close(connection);
  reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
  return -error;
}

// Starts to connect to an IP address. The socket is ready to write when it has connected, or failed.
int32_t spacetail_net_connect(const uint8_t *ip, size_t length, int32_t port) {
  struct sockaddr_storage address;
  int size = net_address(ip, length, port, &address);
  if (size < 0) return size;
  int fd = begin(address.ss_family);
  if (fd < 0) return fd;
  tune(fd);
  if (connect(fd, (struct sockaddr *)&address, (socklen_t)size) < 0 && errno != EINPROGRESS) return failed(fd);
  return fd;
}

// How connecting has ended.
int32_t spacetail_net_connected(int32_t fd) {
  int error = 0;
  socklen_t size = sizeof error;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 ? -errno : -error;
}

// Connects to a unix socket, which is done or has failed at once.
int32_t spacetail_net_connect_unix(const uint8_t *path, size_t length) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (length >= sizeof address.sun_path) return -ENAMETOOLONG;
  memcpy(address.sun_path, path, length);
  int fd = begin(AF_UNIX);
  if (fd < 0) return fd;
  return connect(fd, (struct sockaddr *)&address, sizeof address) < 0 ? failed(fd) : fd;
}

// Reads into a buffer of TypeScript; 0 at the end of the stream.
int32_t spacetail_net_read(int32_t fd, const uint8_t *buffer, size_t length) {
  ssize_t got = recv(fd, (void *)(uintptr_t)buffer, length, 0);
  return got < 0 ? -errno : (int32_t)got;
}

// Writes as much as there is room for.
int32_t spacetail_net_write(int32_t fd, const uint8_t *bytes, size_t length) {
  ssize_t put = send(fd, bytes, length, MSG_NOSIGNAL);
  return put < 0 ? -errno : (int32_t)put;
}

// Closing the socket will reset the connection, so that the other side does not take a cut stream for a complete one.
int32_t spacetail_net_cut(int32_t fd) {
  struct linger reset = {.l_onoff = 1};
  return setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset) < 0 ? -errno : 0;
}

// Ends the stream to the other side.
int32_t spacetail_net_shutdown(int32_t fd) {
  return shutdown(fd, SHUT_WR) < 0 ? -errno : 0;
}
