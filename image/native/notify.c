// SPDX-License-Identifier: Apache-2.0
// The service manager's socket, which scriptc's run-time library cannot write to.
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

// Sends a datagram to a unix socket, given by its path, or by `@` and its abstract name. Never waits: a service manager
// that does not read must not stop us. Source: systemd, sd_notify(3).
int32_t spacetail_notify(const uint8_t *name, size_t length, const uint8_t *text, size_t size) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (length == 0 || length >= sizeof address.sun_path) return -EINVAL;
  memcpy(address.sun_path, name, length);
  if (name[0] == '@') address.sun_path[0] = '\0';
  // An abstract name has no final NUL: all bytes of the address count.
  socklen_t bytes = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  ssize_t sent = sendto(fd, text, size, MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&address, bytes);
  int error = sent < 0 ? errno : 0;
  close(fd);
  return -error;
}
