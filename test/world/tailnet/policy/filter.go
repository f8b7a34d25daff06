// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"net/netip"
	"slices"

	"tailscale.com/tailcfg"
)

// Denial hides the services of one node from all nodes with a tag. The node
// stays visible to them: only its packet filter refuses their packets.
type Denial struct {
	Node string // the node's name, its first DNS label
	Tag  string
}

// Access is the packet policy: everybody reaches everybody, less the denials.
type Access struct {
	Denials []Denial
}

// Member is what the packet policy needs to know of a node.
type Member struct {
	Name      string
	Tags      []string
	Addresses []netip.Prefix
}

// Filter returns the packet filter of one node: the rules for what it accepts
// from the given members. The result is never nil, because a nil filter means
// "unchanged" in the protocol; an empty one refuses everything.
func (a Access) Filter(name string, members []Member) []tailcfg.FilterRule {
	var denied []string
	for _, denial := range a.Denials {
		if denial.Node == name {
			denied = append(denied, denial.Tag)
		}
	}
	anywhere := []tailcfg.NetPortRange{{IP: "*", Ports: tailcfg.PortRangeAny}}
	if denied == nil {
		return []tailcfg.FilterRule{{SrcIPs: []string{"*"}, DstPorts: anywhere}}
	}
	var sources []string
	for _, member := range members {
		if slices.ContainsFunc(member.Tags, func(tag string) bool { return slices.Contains(denied, tag) }) {
			continue
		}
		for _, address := range member.Addresses {
			sources = append(sources, address.Addr().String())
		}
	}
	if sources == nil {
		return []tailcfg.FilterRule{}
	}
	slices.Sort(sources)
	return []tailcfg.FilterRule{{SrcIPs: sources, DstPorts: anywhere}}
}
