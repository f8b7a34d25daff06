// SPDX-License-Identifier: Apache-2.0

package control

import (
	"net/netip"

	"tailscale.com/tailcfg"
)

// Network is what nodes are told about names, relays and routes, and about who
// may log in to them. It may change while the server runs; nodes learn of a change at once.
type Network struct {
	// DNS is the DNS configuration; nil means MagicDNS alone.
	DNS *tailcfg.DNSConfig `json:"dns"`
	// RelayHost is the name under which ephemeral nodes know the relay, whose
	// addresses are then the next two; empty means its own address.
	RelayHost string `json:"relayHost"`
	RelayIPv4 string `json:"relayIPv4"`
	RelayIPv6 string `json:"relayIPv6"`
	// Routes are the networks behind nodes, by the nodes' names. All addresses
	// make a node an exit node.
	Routes map[string][]netip.Prefix `json:"routes"`
	// HTTPS lets every node get certificates for its own name.
	HTTPS bool `json:"https"`
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

// dnsLocked is the DNS configuration of one node.
func (s *Server) dnsLocked(n *node) *tailcfg.DNSConfig {
	config := &tailcfg.DNSConfig{}
	if s.network.DNS != nil {
		config = s.network.DNS.Clone()
	}
	config.Proxied = true
	config.Domains = append([]string{s.config.Domain}, config.Domains...)
	if s.network.HTTPS {
		config.CertDomains = []string{s.dnsName(n)}
	}
	return config
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
			relay.HostName, relay.IPv4, relay.IPv6 = s.network.RelayHost, s.network.RelayIPv4, s.network.RelayIPv6
			relay.STUNPort = -1 // there is no STUN server at these, and nodes would wait for it
		}
	}
	return named
}

// allowedLocked is what may come from a node, and go to it.
func (s *Server) allowedLocked(n *node) []netip.Prefix {
	return append(append([]netip.Prefix{}, n.addresses...), s.network.Routes[n.name]...)
}
