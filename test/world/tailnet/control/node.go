// SPDX-License-Identifier: Apache-2.0

package control

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"tailscale.com/tailcfg"
	"tailscale.com/types/key"
	"tailscale.com/util/dnsname"

	"spacetail/test/world/tailnet/events"
)

// untaggedKeyLifetime is the real service's default for nodes of people; keys
// of tagged nodes do not expire (tailscale.com/kb/1028).
const untaggedKeyLifetime = 180 * 24 * time.Hour

// node is one registered node. All fields are guarded by Server.mu.
type node struct {
	id         tailcfg.NodeID
	name       string // first DNS label, unique
	addresses  []netip.Prefix
	machine    key.MachinePublic
	nodeKey    key.NodePublic
	keyExpiry  time.Time // zero means never
	tags       []string
	ephemeral  bool
	authorized bool
	version    tailcfg.CapabilityVersion
	created    time.Time
	lastSeen   time.Time

	// From the node's own updates.
	hostinfo  *tailcfg.Hostinfo
	disco     key.DiscoPublic
	endpoints []netip.AddrPort

	// announced is set when peers may be told, JoinDelay after the disco key
	// is known; until then announcing may be a running timer.
	announced  bool
	announcing *time.Timer

	streams map[*stream]bool
	// inactivity runs while an ephemeral node that was online is offline. As on
	// headscale, it never runs for one that was not online yet.
	inactivity *time.Timer
	knows      map[tailcfg.NodeID]bool // peers that were ever written to a stream of this node
}

func (n *node) stableID() tailcfg.StableNodeID {
	return tailcfg.StableNodeID(fmt.Sprintf("n%06dCNTRL", n.id))
}

func (n *node) online() bool { return len(n.streams) > 0 }

func (n *node) expired(now time.Time) bool {
	return !n.keyExpiry.IsZero() && !now.Before(n.keyExpiry)
}

// addressesOf gives a node its two addresses in Tailscale's ranges.
func addressesOf(id tailcfg.NodeID) []netip.Prefix {
	four := netip.AddrFrom4([4]byte{100, 64 + byte(id>>16)&63, byte(id >> 8), byte(id)})
	six := netip.MustParseAddr("fd7a:115c:a1e0::").As16()
	six[13], six[14], six[15] = byte(id>>16), byte(id>>8), byte(id)
	return []netip.Prefix{netip.PrefixFrom(four, 32), netip.PrefixFrom(netip.AddrFrom16(six), 128)}
}

// uniqueNameLocked makes a free DNS label from a host name: db, db-1, db-2.
func (s *Server) uniqueNameLocked(hostname string) string {
	base := dnsname.FirstLabel(dnsname.SanitizeHostname(hostname))
	if base == "" {
		base = "node"
	}
	name := base
	for i := 1; s.findLocked(func(n *node) bool { return n.name == name }) != nil; i++ {
		name = fmt.Sprintf("%s-%d", base, i)
	}
	return name
}

// renameLocked gives a node another name if it calls itself something else than
// before, as the real service does unless an administrator has named the node.
func (s *Server) renameLocked(n *node, hostname string) {
	if n.hostinfo == nil || n.hostinfo.Hostname == hostname {
		return
	}
	was := n.name
	n.name = "" // its own name is free for it
	n.name = s.uniqueNameLocked(hostname)
	if n.name != was {
		s.config.Events.Append(events.NodeRenamed, events.Attributes{"name": n.name, "was": was})
	}
}

func (s *Server) findLocked(match func(*node) bool) *node {
	for _, n := range s.nodes {
		if match(n) {
			return n
		}
	}
	return nil
}

// sortedLocked returns all nodes in order of their ids.
func (s *Server) sortedLocked() []*node {
	sorted := make([]*node, 0, len(s.nodes))
	for _, n := range s.nodes {
		sorted = append(sorted, n)
	}
	slices.SortFunc(sorted, func(a, b *node) int { return int(a.id - b.id) })
	return sorted
}

// deleteLocked removes a node for good: its streams end, its peers forget it.
func (s *Server) deleteLocked(n *node, reason string) {
	delete(s.nodes, n.id)
	for _, timer := range []*time.Timer{n.announcing, n.inactivity} {
		if timer != nil {
			timer.Stop()
		}
	}
	for stream := range n.streams {
		close(stream.ended)
	}
	clear(n.streams)
	for _, other := range s.nodes {
		delete(other.knows, n.id)
	}
	s.config.Events.Append(events.NodeDeleted, events.Attributes{"name": n.name, "reason": reason})
	s.wakeAllLocked()
}

// startInactivityLocked (re)starts the time an ephemeral node has left while
// it is offline.
func (s *Server) startInactivityLocked(n *node) {
	if n.inactivity != nil {
		n.inactivity.Stop()
	}
	var timer *time.Timer
	timer = time.AfterFunc(s.settings.EphemeralTimeout, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		// A timer that was stopped a moment too late must not delete.
		if n.inactivity == timer && s.nodes[n.id] == n && !n.online() {
			s.deleteLocked(n, "inactive")
		}
	})
	n.inactivity = timer
}

// Node is a snapshot of a registered node.
type Node struct {
	ID         tailcfg.NodeID
	StableID   tailcfg.StableNodeID
	Name       string
	DNSName    string // with the domain, without a trailing dot
	Addresses  []netip.Prefix
	Tags       []string
	Ephemeral  bool
	Authorized bool
	Online     bool
	Created    time.Time
	LastSeen   time.Time
	KeyExpiry  time.Time
	NodeKey    key.NodePublic
	MachineKey key.MachinePublic
	Hostinfo   *tailcfg.Hostinfo // not to be changed
}

// Nodes returns all nodes in order of registration.
func (s *Server) Nodes() []Node {
	s.mu.Lock()
	defer s.mu.Unlock()
	var snapshots []Node
	for _, n := range s.sortedLocked() {
		snapshots = append(snapshots, Node{
			ID:         n.id,
			StableID:   n.stableID(),
			Name:       n.name,
			DNSName:    s.dnsName(n),
			Addresses:  n.addresses,
			Tags:       n.tags,
			Ephemeral:  n.ephemeral,
			Authorized: n.authorized,
			Online:     n.online(),
			Created:    n.created,
			LastSeen:   n.lastSeen,
			KeyExpiry:  n.keyExpiry,
			NodeKey:    n.nodeKey,
			MachineKey: n.machine,
			Hostinfo:   n.hostinfo,
		})
	}
	return snapshots
}

// Expire ends the validity of a node's key, as an administrator can.
func (s *Server) Expire(id tailcfg.NodeID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.nodes[id]
	if ok {
		n.keyExpiry = time.Now()
		s.wakeAllLocked()
	}
	return ok
}

// Authorize is the approval of an administrator.
func (s *Server) Authorize(id tailcfg.NodeID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.nodes[id]
	if ok {
		n.authorized = true
		s.wakeAllLocked()
	}
	return ok
}

// Delete removes the node with this id. The reason goes into the event.
func (s *Server) Delete(id tailcfg.NodeID, reason string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.nodes[id]
	if ok {
		s.deleteLocked(n, reason)
	}
	return ok
}

func (s *Server) dnsName(n *node) string { return n.name + "." + s.config.Domain }
