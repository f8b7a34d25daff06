// SPDX-License-Identifier: Apache-2.0

package control

import (
	"encoding/json"
	"net/netip"
	"time"

	"tailscale.com/tailcfg"

	"spacetail/test/world/tailnet/policy"
)

// The two owners that nodes can have. Tagged nodes belong to nobody and show
// up under this name on the real service too.
var (
	taggedDevices = tailcfg.UserProfile{ID: 1, LoginName: "tagged-devices", DisplayName: "Tagged Devices"}
	administrator = tailcfg.UserProfile{ID: 2, LoginName: "admin@tail.test", DisplayName: "Administrator"}
)

func ownerOf(n *node) tailcfg.UserProfile {
	if len(n.tags) > 0 {
		return taggedDevices
	}
	return administrator
}

// next returns what has changed for a stream since the last call, and the
// peers in it that the stream had not seen. It returns nil if there is nothing
// to send.
func (s *Server) next(poll *stream) (response *tailcfg.MapResponse, shown []tailcfg.NodeID) {
	s.mu.Lock()
	self := s.selfLocked(poll.node)
	filter := s.filterLocked(poll.node)
	peers := s.peersLocked(poll.node)
	dns, relays, ssh := s.dnsLocked(poll.node), s.derpMapLocked(poll.node), s.sshLocked()
	s.mu.Unlock()

	first := poll.self == ""
	response = &tailcfg.MapResponse{}
	changed := first
	if encoded := encode(self); encoded != poll.self {
		poll.self = encoded
		response.Node = self
		changed = true
	}
	if encoded := encode(filter); encoded != poll.filter {
		poll.filter = encoded
		response.PacketFilters = map[string][]tailcfg.FilterRule{"base": filter}
		changed = true
	}
	if encoded := encode(dns); encoded != poll.dns {
		poll.dns = encoded
		response.DNSConfig = dns
		changed = true
	}
	if encoded := encode(relays); encoded != poll.relays {
		poll.relays = encoded
		response.DERPMap = relays
		changed = true
	}
	if encoded := encode(ssh); encoded != poll.ssh {
		poll.ssh = encoded
		response.SSHPolicy = ssh
		changed = true
	}
	present := map[tailcfg.NodeID]bool{}
	var updated []*tailcfg.Node
	for _, peer := range peers {
		present[peer.ID] = true
		encoded := encode(peer)
		if encoded == poll.peers[peer.ID] {
			continue
		}
		if poll.peers[peer.ID] == "" {
			shown = append(shown, peer.ID)
		}
		poll.peers[peer.ID] = encoded
		updated = append(updated, peer)
		changed = true
	}
	for id := range poll.peers {
		if !present[id] {
			delete(poll.peers, id)
			response.PeersRemoved = append(response.PeersRemoved, id)
			changed = true
		}
	}
	if !changed {
		return nil, nil
	}
	if first {
		response.Peers = updated
		s.describeTailnet(response)
	} else {
		response.PeersChanged = updated
	}
	return response, shown
}

// describeTailnet adds what only the first response of a stream carries.
func (s *Server) describeTailnet(response *tailcfg.MapResponse) {
	response.Domain = s.config.Domain
	response.UserProfiles = []tailcfg.UserProfile{taggedDevices, administrator}
	response.CollectServices = "false"
	// Nodes of a test must not upload their logs.
	response.Debug = &tailcfg.Debug{DisableLogTail: true}
}

// selfLocked is what a node is told about itself. What it said itself is left
// out, so that its own updates do not come back and make it rebuild its map.
func (s *Server) selfLocked(n *node) *tailcfg.Node {
	self := s.describeLocked(n)
	// Nodes of a test must not ask public servers whether they are online.
	self.CapMap = tailcfg.NodeCapMap{tailcfg.NodeAttrDisableCaptivePortalDetection: nil}
	if s.network.HTTPS {
		self.CapMap[tailcfg.CapabilityHTTPS] = nil
	}
	if s.network.SSH != nil {
		self.CapMap[tailcfg.CapabilitySSH] = nil
	}
	return self
}

// peersLocked is what a node sees of the others. A node that is not authorized
// sees nobody and is seen by nobody.
func (s *Server) peersLocked(viewer *node) []*tailcfg.Node {
	if !viewer.authorized {
		return nil
	}
	var peers []*tailcfg.Node
	for _, n := range s.sortedLocked() {
		if n == viewer || !n.announced || !n.authorized {
			continue
		}
		peer := s.describeLocked(n)
		peer.DiscoKey = n.disco
		peer.Endpoints = n.endpoints
		if n.hostinfo.NetInfo != nil {
			peer.HomeDERP = n.hostinfo.NetInfo.PreferredDERP
		}
		hostinfo := *n.hostinfo
		hostinfo.NetInfo = nil
		peer.Hostinfo = hostinfo.View()
		online := n.online()
		peer.Online = &online
		if !online {
			lastSeen := n.lastSeen.UTC()
			peer.LastSeen = &lastSeen
		}
		peers = append(peers, peer)
	}
	return peers
}

func (s *Server) describeLocked(n *node) *tailcfg.Node {
	return &tailcfg.Node{
		ID:                n.id,
		StableID:          n.stableID(),
		Name:              s.dnsName(n) + ".",
		User:              ownerOf(n).ID,
		Key:               n.nodeKey,
		KeyExpiry:         n.keyExpiry.UTC(),
		Expired:           n.expired(time.Now()),
		Machine:           n.machine,
		Addresses:         n.addresses,
		AllowedIPs:        s.allowedLocked(n),
		PrimaryRoutes:     s.network.Routes[n.name],
		Created:           n.created.UTC(),
		Cap:               n.version,
		Tags:              n.tags,
		MachineAuthorized: n.authorized,
	}
}

func (s *Server) filterLocked(n *node) []tailcfg.FilterRule {
	var members []policy.Member
	for _, other := range s.sortedLocked() {
		if other != n && other.authorized {
			members = append(members, policy.Member{Name: other.name, Tags: other.tags, Addresses: other.addresses})
		}
	}
	return s.config.Access.Filter(n.name, members)
}

func encode(value any) string {
	encoded, err := json.Marshal(value)
	if err != nil {
		panic(err) // the types are the protocol's own
	}
	return string(encoded)
}

func addressStrings(prefixes []netip.Prefix) []string {
	texts := make([]string, 0, len(prefixes))
	for _, prefix := range prefixes {
		texts = append(texts, prefix.Addr().String())
	}
	return texts
}
