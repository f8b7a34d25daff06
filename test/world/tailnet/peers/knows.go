// SPDX-License-Identifier: Apache-2.0

package peers

import (
	"context"
	"fmt"
	"strings"

	"tailscale.com/client/local"
	"tailscale.com/ipn"
)

// Knows waits until a peer has another node in its network map and in the
// socket layer that answers its packets. In Tailscale 1.102 the network map
// comes first and is what WireGuard looks up unknown keys in, so from then on
// a handshake of the node is answered. Being told by the control server is not
// enough: the peer's daemon has to have worked on it.
func (s *Set) Knows(ctx context.Context, peer, node string) error {
	server, ok := s.servers[peer]
	if !ok {
		return fmt.Errorf("no peer is called %q", peer)
	}
	client, err := server.LocalClient()
	if err != nil {
		return err
	}
	// The bus tells of every change after it has been applied. Watching starts
	// before the first look, so that nothing falls between.
	watcher, err := client.WatchIPNBus(ctx, ipn.NotifyPeerChanges)
	if err != nil {
		return err
	}
	defer watcher.Close()
	for {
		known, err := lookUp(ctx, client, node)
		if known || err != nil {
			return err
		}
		if _, err := watcher.Next(); err != nil {
			return err
		}
	}
}

func lookUp(ctx context.Context, client *local.Client, node string) (bool, error) {
	status, err := client.Status(ctx)
	if err != nil {
		return false, err
	}
	for _, peer := range status.Peer {
		name, _, _ := strings.Cut(peer.DNSName, ".")
		if name == node && peer.InNetworkMap && peer.InMagicSock {
			return true, nil
		}
	}
	return false, nil
}
