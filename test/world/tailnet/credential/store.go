// SPDX-License-Identifier: Apache-2.0

// Package credential holds the secrets of the embedded tailnet and judges
// them: auth keys that admit nodes, OAuth clients and federated identities, and
// the access tokens those get. The control server and the API share one Store, so that a key minted
// through the API is the key a node registers with.
package credential

import (
	"slices"
	"sync"
	"time"

	"spacetail/test/world/tailnet/events"
	"spacetail/test/world/tailnet/policy"
)

// Kinds of keys, as the API's keyType has them.
const (
	KindAuth      = "auth"
	KindClient    = "client"
	KindFederated = "federated"
)

// DefaultExpiry is how long an auth key lives unless its request says
// otherwise, and the longest it may live (tailscale.com/kb/1085).
const DefaultExpiry = 90 * 24 * time.Hour

// TokenLifetime is how long an access token lives (tailscale.com/kb/1215).
const TokenLifetime = time.Hour

// Key is an auth key, an OAuth client or a federated identity: the API keeps
// all of them in one collection.
type Key struct {
	ID          string
	Kind        string
	Secret      string
	Description string
	Tags        []string
	Created     time.Time
	Updated     time.Time

	// For auth keys.
	Reusable      bool
	Ephemeral     bool
	Preauthorized bool
	Expiry        time.Duration
	Expires       time.Time
	Used          bool

	// For OAuth clients and federated identities.
	Scopes []string

	// For federated identities, which have no secret.
	Issuer           string
	Subject          string
	Audience         string
	CustomClaimRules map[string]string
}

// Invalid reports whether an auth key can admit no further node.
func (k Key) Invalid(now time.Time) bool {
	return k.Kind == KindAuth && (!now.Before(k.Expires) || k.Used && !k.Reusable)
}

// Issued is a secret value that left the store, with what it is: "auth-key",
// "oauth-client" or "access-token".
type Issued struct {
	Kind  string `json:"kind"`
	ID    string `json:"id"`
	Value string `json:"value"`
}

// Store holds every credential. Make one with NewStore.
type Store struct {
	owners policy.TagOwners
	log    *events.Log
	now    func() time.Time

	mu     sync.Mutex
	keys   map[string]*Key   // by id
	order  []string          // ids in order of creation
	tokens map[string]*Token // by secret
	issued []Issued
}

// NewStore returns an empty store that records key events in log. The clock is
// time.Now unless now is given.
func NewStore(owners policy.TagOwners, log *events.Log, now func() time.Time) *Store {
	if now == nil {
		now = time.Now
	}
	return &Store{
		owners: owners,
		log:    log,
		now:    now,
		keys:   map[string]*Key{},
		tokens: map[string]*Token{},
	}
}

// Now is the store's clock.
func (s *Store) Now() time.Time { return s.now() }

// Get returns the key or client with this id.
func (s *Store) Get(id string) (Key, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key, ok := s.keys[id]
	if !ok {
		return Key{}, false
	}
	return *key, true
}

// List returns all keys and clients in order of creation.
func (s *Store) List() []Key {
	s.mu.Lock()
	defer s.mu.Unlock()
	keys := make([]Key, 0, len(s.order))
	for _, id := range s.order {
		keys = append(keys, *s.keys[id])
	}
	return keys
}

// Delete revokes a key and forgets it. The access tokens of a client or an
// identity end with it; nodes that an auth key admitted stay.
func (s *Store) Delete(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.keys[id]; !ok {
		return false
	}
	delete(s.keys, id)
	s.order = slices.DeleteFunc(s.order, func(other string) bool { return other == id })
	for secret, token := range s.tokens {
		if token.clientID == id {
			delete(s.tokens, secret)
		}
	}
	return true
}

// Secrets returns every secret value ever issued, also of deleted keys.
func (s *Store) Secrets() []Issued {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.issued)
}

func (s *Store) addLocked(key *Key) {
	s.keys[key.ID] = key
	s.order = append(s.order, key.ID)
}

// list copies values so that an empty list is [] in JSON, never null.
func list(values []string) []string { return append([]string{}, values...) }
