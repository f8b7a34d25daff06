// SPDX-License-Identifier: Apache-2.0
// Hands clients over to tailscaled: what a client and its service send each other then passes through no other process.
//
// tailscaled gets the client's socket on the connection on which it was asked for the service, and closes that
// connection when the client is served.
#include "net.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct handover {
  // First, so that an event's source is its handover.
  struct net_source source;
  int client, daemon;
  double id;
};

static int send_socket(int to, int socket) {
  // A stream carries no descriptor without a byte.
  char mark = 0;
  struct iovec bytes = {&mark, sizeof mark};
  union {
    struct cmsghdr head;
    char space[CMSG_SPACE(sizeof(int))];
  } control;
  memset(&control, 0, sizeof control);
  control.head.cmsg_level = SOL_SOCKET;
  control.head.cmsg_type = SCM_RIGHTS;
  control.head.cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(&control.head), &socket, sizeof socket);
  struct msghdr message = {
    .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  return sendmsg(to, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static void end(struct handover *handover, int error) {
  if (handover->client >= 0) close(handover->client);
  net_forget(handover->daemon);
  net_post(handover->id, error, "");
  free(handover);
}

static int wait_for(struct handover *handover, uint32_t events) {
  return net_listen_to(handover->daemon, &handover->source, events | EPOLLONESHOT);
}

// First there is room for the socket, and then the end.
static void happened(struct net_source *source, uint32_t events) {
  struct handover *handover = (struct handover *)source;
  (void)events;
  if (handover->client < 0) {
    end(handover, 0);
    return;
  }
  int error = send_socket(handover->daemon, handover->client);
  if (error == 0) {
    close(handover->client);
    handover->client = -1;
    error = wait_for(handover, EPOLLIN | EPOLLRDHUP);
  } else if (error == -EAGAIN) {
    error = wait_for(handover, EPOLLOUT);
  }
  if (error < 0) end(handover, error);
}

int handover_start(int client, int daemon, double id) {
  // If either process dies meanwhile, the client must not take nothing for all. tailscaled takes this back when the
  // service has ended its side.
  struct linger reset = {.l_onoff = 1};
  setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  struct handover *handover = malloc(sizeof *handover);
  if (handover == NULL) return -ENOMEM;
  *handover = (struct handover){{happened}, client, daemon, id};
  int error = wait_for(handover, EPOLLOUT);
  if (error < 0) free(handover);
  return error;
}
