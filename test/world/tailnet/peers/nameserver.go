// SPDX-License-Identifier: Apache-2.0

package peers

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"

	"golang.org/x/net/dns/dnsmessage"

	"spacetail/test/world/tailnet/dnsserver"
)

// Record is an entry of the name server on the tailnet.
type Record struct {
	Name string `json:"name"` // with or without the final dot
	Type string `json:"type"` // A, AAAA or CNAME
	// Value is an address, or the name that a CNAME leads to. An empty one
	// makes the name exist without an address.
	Value string `json:"value"`
	TTL   uint32 `json:"ttl"` // seconds
}

// NameServer answers for the records it was given, and says of all other names
// that they do not exist.
type NameServer struct {
	mu      sync.Mutex
	records map[string][]dnsmessage.Resource // by name; none for names without an address
	asked   map[string]int
}

// Set replaces all records.
func (s *NameServer) Set(records []Record) error {
	made := map[string][]dnsmessage.Resource{}
	for _, record := range records {
		name, err := dnsmessage.NewName(absolute(record.Name))
		if err != nil {
			return fmt.Errorf("name %q: %w", record.Name, err)
		}
		key := strings.ToLower(name.String())
		if record.Value == "" {
			made[key] = append(made[key], []dnsmessage.Resource{}...)
			continue
		}
		body, kind, err := record.body()
		if err != nil {
			return err
		}
		header := dnsmessage.ResourceHeader{Name: name, Type: kind, Class: dnsmessage.ClassINET, TTL: record.TTL}
		made[key] = append(made[key], dnsmessage.Resource{Header: header, Body: body})
	}
	for _, record := range records {
		key := strings.ToLower(absolute(record.Name))
		if _, ok := made[key]; !ok {
			made[key] = nil
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.records, s.asked = made, map[string]int{}
	return nil
}

// Asked says how often each question was asked since the last Set, by type and
// name, such as "A db.corp.test.".
func (s *NameServer) Asked() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	copied := map[string]int{}
	for question, count := range s.asked {
		copied[question] = count
	}
	return copied
}

func (r Record) body() (dnsmessage.ResourceBody, dnsmessage.Type, error) {
	if r.Type == "CNAME" {
		target, err := dnsmessage.NewName(absolute(r.Value))
		return &dnsmessage.CNAMEResource{CNAME: target}, dnsmessage.TypeCNAME, err
	}
	address, err := netip.ParseAddr(r.Value)
	switch {
	case err != nil:
		return nil, 0, err
	case r.Type == "A" && address.Is4():
		return &dnsmessage.AResource{A: address.As4()}, dnsmessage.TypeA, nil
	case r.Type == "AAAA" && address.Is6():
		return &dnsmessage.AAAAResource{AAAA: address.As16()}, dnsmessage.TypeAAAA, nil
	}
	return nil, 0, fmt.Errorf("%s is no record of type %s", r.Value, r.Type)
}

// answer returns the reply to a query, or nil if it is malformed.
func (s *NameServer) answer(query []byte) []byte {
	return dnsserver.Answer(query, func(question dnsmessage.Question, reply *dnsmessage.Message) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.asked[strings.TrimPrefix(question.Type.String(), "Type")+" "+question.Name.String()]++
		name := strings.ToLower(question.Name.String())
		if _, ok := s.records[name]; !ok {
			reply.RCode = dnsmessage.RCodeNameError
		}
		// A chain of aliases is followed, as recursive servers do.
		for range 8 {
			next := ""
			for _, record := range s.records[name] {
				if record.Header.Type == question.Type || record.Header.Type == dnsmessage.TypeCNAME {
					reply.Answers = append(reply.Answers, record)
				}
				if alias, ok := record.Body.(*dnsmessage.CNAMEResource); ok {
					next = strings.ToLower(alias.CNAME.String())
				}
			}
			if name = next; name == "" {
				break
			}
		}
	})
}

func (s *NameServer) serveUDP(conn net.PacketConn) {
	buffer := make([]byte, 4096)
	for {
		count, from, err := conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		if reply := s.answer(buffer[:count]); reply != nil {
			conn.WriteTo(reply, from)
		}
	}
}

func absolute(name string) string {
	if strings.HasSuffix(name, ".") {
		return name
	}
	return name + "."
}
