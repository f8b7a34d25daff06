// SPDX-License-Identifier: Apache-2.0

// Package events keeps the ordered record of everything that happened on the
// embedded tailnet. Tests assert on it instead of sleeping: a node that left,
// a key that was used or a request that was made is a fact with a sequence
// number and a time.
package events

import (
	"encoding/json"
	"maps"
	"sync"
	"time"
)

// Types of events. The attributes of each are named beside it.
const (
	KeyMinted      = "key-minted"      // id, kind, tags, ephemeral, reusable, preauthorized, expirySeconds
	KeyUsed        = "key-used"        // id, node
	KeyRefused     = "key-refused"     // id, reason
	TokenExchanged = "token-exchanged" // id, subject, scopes, tags: an identity token became an access token
	TokenRefused   = "token-refused"   // id, reason
	NodeAsked      = "node-asked"      // hostname: a register request has come, logouts and repetitions included
	NodeRegistered = "node-registered" // name, dnsName, addresses, tags, ephemeral, authorized
	NodeRenamed    = "node-renamed"    // name, was
	NodeKnown      = "node-known"      // peer, node: the update that first shows node was written to peer
	NodeOnline     = "node-online"     // name
	NodeOffline    = "node-offline"    // name
	NodeLoggedOut  = "node-logged-out" // name
	NodeDeleted    = "node-deleted"    // name, reason
	NameSet        = "name-set"        // name, value: a record that a certificate authority asks for
	HTTPRequest    = "http-request"    // method, path, status, listener
)

// Attributes are the fields of one event beside its number, time and type.
type Attributes map[string]any

// Event is one entry of the record. Its JSON form is flat: the attributes sit
// beside seq, time and type.
type Event struct {
	Seq        uint64
	Time       time.Time
	Type       string
	Attributes Attributes
}

// MarshalJSON writes the event as one flat object.
func (e Event) MarshalJSON() ([]byte, error) {
	flat := make(map[string]any, len(e.Attributes)+3)
	maps.Copy(flat, e.Attributes)
	flat["seq"] = e.Seq
	flat["time"] = e.Time.UTC().Format(time.RFC3339Nano)
	flat["type"] = e.Type
	return json.Marshal(flat)
}

// Log is an append-only record that many goroutines may write and follow. The
// zero value is ready for use.
type Log struct {
	mu      sync.Mutex
	entries []Event
	grown   chan struct{} // closed and replaced whenever entries grows
}

// Append adds an event that happened now. The attributes must not be changed
// afterwards.
func (l *Log) Append(kind string, attributes Attributes) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, Event{
		Seq:        uint64(len(l.entries)) + 1,
		Time:       time.Now(),
		Type:       kind,
		Attributes: attributes,
	})
	if l.grown != nil {
		close(l.grown)
		l.grown = nil
	}
}

// Since returns the events with a sequence number above seq, and a channel
// that is closed when there are more.
func (l *Log) Since(seq uint64) ([]Event, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.grown == nil {
		l.grown = make(chan struct{})
	}
	// The entries are never changed in place, so the caller may read the
	// shared array without the lock.
	start := min(seq, uint64(len(l.entries)))
	return l.entries[start:len(l.entries):len(l.entries)], l.grown
}
