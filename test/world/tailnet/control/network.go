// SPDX-License-Identifier: Apache-2.0

package control

import (
	"net/http"
	"net/netip"

	"tailscale.com/tailcfg"

	"spacetail/test/world/tailnet/events"
)

// Network is what nodes are told about names, relays and routes, and about who
// may log in to them. It may change while the server runs; nodes learn of a change at once.
type Network struct {
	// DNS is the DNS configuration; nil means MagicDNS alone.
	DNS *tailcfg.DNSConfig `json:"dns"`
	// RelayHost is the name under which ephemeral nodes know the relay, whose
	// address they are not told then; empty means its address.
	RelayHost string `json:"relayHost"`
	// Routes are the networks behind nodes, by the nodes' names. All addresses
	// make a node an exit node.
	Routes map[string][]netip.Prefix `json:"routes"`
	// SSH is the SSH policy of all nodes; nil means that nobody may log in.
	SSH *tailcfg.SSHPolicy `json:"ssh"`
}

// SetNetwork replaces the network.
func (s *Server) SetNetwork(network Network) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.network = network
	s.wakeAllLocked()
}

func (s *Server) dnsLocked() *tailcfg.DNSConfig {
	if s.network.DNS == nil {
		return &tailcfg.DNSConfig{Proxied: true, Domains: []string{s.config.Domain}}
	}
	config := s.network.DNS.Clone()
	config.Proxied = true
	config.Domains = append([]string{s.config.Domain}, config.Domains...)
	return config
}

// serveSetDNS takes the records by which nodes prove to certificate authorities
// that a name is theirs. Nobody can look them up: an authority of a test
// believes every node.
func (s *Server) serveSetDNS(w http.ResponseWriter, r *http.Request) {
	var request tailcfg.SetDNSRequest
	if !readJSON(w, r, &request) {
		return
	}
	s.config.Events.Append(events.NameSet, events.Attributes{"name": request.Name, "type": request.Type})
	writeJSON(w, &tailcfg.SetDNSResponse{})
}

// sshLocked is the SSH policy. Leaving it out would mean that it is as before.
func (s *Server) sshLocked() *tailcfg.SSHPolicy {
	if s.network.SSH == nil {
		return &tailcfg.SSHPolicy{}
	}
	return s.network.SSH
}

// derpMapLocked is the DERP map as one node knows it.
func (s *Server) derpMapLocked(n *node) *tailcfg.DERPMap {
	if s.network.RelayHost == "" || !n.ephemeral {
		return s.config.DERPMap
	}
	named := s.config.DERPMap.Clone()
	for _, region := range named.Regions {
		for _, relay := range region.Nodes {
			relay.HostName, relay.IPv4, relay.IPv6 = s.network.RelayHost, "", ""
			relay.STUNPort = -1 // a name that only a proxy knows leads to no STUN server
		}
	}
	return named
}

// allowedLocked is what may come from a node, and go to it.
func (s *Server) allowedLocked(n *node) []netip.Prefix {
	return append(append([]netip.Prefix{}, n.addresses...), s.network.Routes[n.name]...)
}
