// SPDX-License-Identifier: Apache-2.0

package control

import (
	"net/http"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
	"tailscale.com/tailcfg"
	"tailscale.com/types/key"

	"spacetail/test/world/tailnet/dnsserver"
	"spacetail/test/world/tailnet/events"
)

// serveSetDNS publishes the record by which a node proves to a certificate
// authority that its name is its own. Nodes may publish nothing else.
func (s *Server) serveSetDNS(w http.ResponseWriter, r *http.Request, machine key.MachinePublic) {
	var request tailcfg.SetDNSRequest
	if !readJSON(w, r, &request) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.findLocked(func(n *node) bool { return n.nodeKey == request.NodeKey && n.machine == machine })
	if n == nil || !s.network.HTTPS || request.Type != "TXT" || request.Name != "_acme-challenge."+s.dnsName(n) {
		http.Error(w, "not a record that this node may set", http.StatusForbidden)
		return
	}
	s.proofs[strings.ToLower(request.Name)+"."] = request.Value
	s.config.Events.Append(events.NameSet, events.Attributes{"name": request.Name, "value": request.Value})
	writeJSON(w, &tailcfg.SetDNSResponse{})
}

// AnswerProof answers a question for these records as the name servers of the
// tailnet's public domain do. It returns nil if the query is malformed.
func (s *Server) AnswerProof(query []byte) []byte {
	return dnsserver.Answer(query, func(question dnsmessage.Question, reply *dnsmessage.Message) {
		s.mu.Lock()
		value, found := s.proofs[strings.ToLower(question.Name.String())]
		s.mu.Unlock()
		if !found {
			reply.RCode = dnsmessage.RCodeNameError
		} else if question.Type == dnsmessage.TypeTXT {
			reply.Answers = []dnsmessage.Resource{{
				Header: dnsmessage.ResourceHeader{Name: question.Name, Type: dnsmessage.TypeTXT, Class: dnsmessage.ClassINET},
				Body:   &dnsmessage.TXTResource{TXT: []string{value}},
			}}
		}
	})
}
