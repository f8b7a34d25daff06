// SPDX-License-Identifier: Apache-2.0
// Looks names up as programs with musl do, and prints an IPv4 address for each, or `none`.
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found;
    char text[INET_ADDRSTRLEN];
    if (getaddrinfo(argv[i], NULL, &hints, &found) != 0) {
      puts("none");
      continue;
    }
    puts(inet_ntop(AF_INET, &((struct sockaddr_in *)found->ai_addr)->sin_addr, text, sizeof text));
    freeaddrinfo(found);
  }
  return 0;
}
