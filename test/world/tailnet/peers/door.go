// SPDX-License-Identifier: Apache-2.0

package peers

import (
	"context"
	"fmt"
	"io"
	"net"
	"time"

	"spacetail/test/world/tailnet/accept"
)

// doorPatience is how long a connection through a door may take: a node that
// has just joined is not known to its peers yet.
const doorPatience = time.Minute

// Door opens a port of this machine that leads to a service on the tailnet as
// one of the peers reaches it: for clients that are on no tailnet. It stays
// until the program ends. Door returns the port's address.
func (s *Set) Door(peer, target string) (string, error) {
	server, ok := s.servers[peer]
	if !ok {
		return "", fmt.Errorf("no peer is called %q", peer)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	go accept.Each(listener, func(client net.Conn) {
		ctx, cancel := context.WithTimeout(context.Background(), doorPatience)
		defer cancel()
		service, err := server.Dial(ctx, "tcp", target)
		if err != nil {
			return
		}
		defer service.Close()
		go func() {
			io.Copy(service, client)
			service.Close()
		}()
		io.Copy(client, service)
	})
	return listener.Addr().String(), nil
}
