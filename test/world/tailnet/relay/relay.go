// SPDX-License-Identifier: Apache-2.0

// Package relay is the one DERP region of the embedded tailnet: Tailscale's
// own DERP server behind TLS, and STUN. Without a working relay a node has no
// home and its first packets go nowhere.
package relay

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"time"

	"tailscale.com/derp/derpserver"
	"tailscale.com/net/stun"
	"tailscale.com/tailcfg"
	"tailscale.com/types/key"
	"tailscale.com/types/logger"

	"spacetail/test/world/tailnet/gate"
	"spacetail/test/world/tailnet/pki"
)

// RegionID is the number of the only region.
const RegionID = 1

// stunDelay is a network's round trip. A reply that overtakes the return of the
// node's own send call makes it believe that it cannot send, and drop and
// reopen its sockets half a minute later (seen with 1.102.3).
const stunDelay = 2 * time.Millisecond

// Relay is a running DERP and STUN server.
type Relay struct {
	derp *derpserver.Server
	http *http.Server
	stun *net.UDPConn
	gate *gate.Gate
	port int
}

// Start listens on loopback ports of its own.
func Start(logf logger.Logf) (*Relay, error) {
	certificate, err := pki.SelfSigned(net.IPv4(127, 0, 0, 1))
	if err != nil {
		return nil, fmt.Errorf("certificate of the DERP relay: %w", err)
	}
	listener, err := gate.Listen("127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listening for DERP: %w", err)
	}
	stunConn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		listener.Close()
		return nil, fmt.Errorf("listening for STUN: %w", err)
	}
	server := derpserver.New(key.NewNode(), logf)
	mux := http.NewServeMux()
	mux.Handle("/derp", derpserver.Handler(server))
	mux.Handle("/derp/", derpserver.Handler(server))
	mux.HandleFunc("/generate_204", derpserver.ServeNoContent)
	config := &tls.Config{
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &certificate, nil },
		// DERP upgrades its connection, which HTTP/2 cannot do.
		NextProtos: []string{"http/1.1"},
	}
	server.ModifyTLSConfigToAddMetaCert(config) // saves the client a round trip
	relay := &Relay{
		derp: server,
		http: &http.Server{Handler: mux, ErrorLog: log.New(io.Discard, "", 0)},
		stun: stunConn,
		gate: listener,
		port: listener.Addr().(*net.TCPAddr).Port,
	}
	go relay.http.Serve(tls.NewListener(listener, config))
	go relay.serveSTUN()
	return relay, nil
}

// Map is the DERP map to hand to nodes.
func (r *Relay) Map() *tailcfg.DERPMap {
	return &tailcfg.DERPMap{
		OmitDefaultRegions: true,
		Regions: map[int]*tailcfg.DERPRegion{
			RegionID: {
				RegionID:   RegionID,
				RegionCode: "world",
				RegionName: "Embedded tailnet",
				Nodes: []*tailcfg.DERPNode{{
					Name:     "1a",
					RegionID: RegionID,
					HostName: "127.0.0.1",
					IPv4:     "127.0.0.1",
					// An IPv6 address without a STUN server behind it costs
					// every node three seconds before it is running.
					IPv6:             "none",
					DERPPort:         r.port,
					STUNPort:         r.stun.LocalAddr().(*net.UDPAddr).Port,
					InsecureForTests: true,
				}},
			},
		},
	}
}

// Port is the port of DERP.
func (r *Relay) Port() int { return r.port }

// SetState makes DERP refuse connections, freeze, or serve again; see package
// gate. STUN goes on.
func (r *Relay) SetState(state gate.State) error { return r.gate.Set(state) }

// Close stops both servers and cuts the nodes' connections.
func (r *Relay) Close() {
	r.http.Close()
	r.derp.Close()
	r.stun.Close()
}

func (r *Relay) serveSTUN() {
	buffer := make([]byte, 1500)
	for {
		count, source, err := r.stun.ReadFromUDPAddrPort(buffer)
		if err != nil {
			return // closed
		}
		if !stun.Is(buffer[:count]) {
			continue
		}
		transaction, err := stun.ParseBindingRequest(buffer[:count])
		if err != nil {
			continue
		}
		source = netip.AddrPortFrom(source.Addr().Unmap(), source.Port())
		time.AfterFunc(stunDelay, func() {
			r.stun.WriteToUDPAddrPort(stun.Response(transaction, source), source)
		})
	}
}
