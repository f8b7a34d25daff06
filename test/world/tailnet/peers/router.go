// SPDX-License-Identifier: Apache-2.0

package peers

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"time"

	"tailscale.com/ipn"
	"tailscale.com/tsnet"

	"spacetail/test/world/tailnet/dnsserver"
)

// routable are the networks that DB forwards to if the control server says that
// they are behind it: a few of its own, and everything, as an exit node.
var routable = []netip.Prefix{
	netip.MustParsePrefix("10.99.0.0/24"),
	netip.MustParsePrefix("fd00:99::/64"),
	netip.MustParsePrefix("0.0.0.0/0"),
	netip.MustParsePrefix("::/0"),
}

// forward makes a peer accept all connections to addresses that are not its
// own. It connects them to nothing: it says what they are for, and sends back
// what it receives.
func forward(ctx context.Context, server *tsnet.Server) error {
	server.RegisterFallbackTCPHandler(func(_, to netip.AddrPort) (func(net.Conn), bool) {
		four, six := server.TailscaleIPs()
		if to.Addr() == four || to.Addr() == six {
			return late(to.Port())
		}
		return func(conn net.Conn) {
			fmt.Fprintf(conn, "behind db: %s\n", to)
			echo(conn)
		}, true
	})
	client, err := server.LocalClient()
	if err != nil {
		return err
	}
	// What is not advertised does not pass the node's own filter.
	_, err = client.EditPrefs(ctx, &ipn.MaskedPrefs{
		Prefs:              ipn.Prefs{AdvertiseRoutes: routable},
		AdvertiseRoutesSet: true,
	})
	return err
}

// late serves ports of which a machine far away could be: a connection to
// 20000 is accepted at once and to 21500 after 1.5 seconds, and sends back what
// it receives; one to 30000 is refused at once, and to 31500 after 1.5 seconds.
func late(port uint16) (func(net.Conn), bool) {
	if port < 20000 || port >= 40000 {
		return nil, false
	}
	// The handshake waits for this function.
	time.Sleep(time.Duration(port%10000) * time.Millisecond)
	if port >= 30000 {
		return nil, true
	}
	return echo, true
}

// serveNames starts the name server on a peer's own addresses.
func serveNames(names *NameServer, server *tsnet.Server) error {
	four, six := server.TailscaleIPs()
	for _, address := range []netip.Addr{four, six} {
		endpoint := netip.AddrPortFrom(address, 53).String()
		packets, err := server.ListenPacket("udp", endpoint)
		if err != nil {
			return err
		}
		go names.serveUDP(packets)
	}
	listener, err := server.Listen("tcp", ":53")
	if err != nil {
		return err
	}
	go dnsserver.ServeTCP(listener, names.answer)
	return nil
}
