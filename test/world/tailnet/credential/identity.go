// SPDX-License-Identifier: Apache-2.0

package credential

import (
	"maps"

	"spacetail/test/world/tailnet/events"
)

// IdentityRequest describes a federated identity to make or its new
// properties.
type IdentityRequest struct {
	Description string
	Scopes      []string
	Tags        []string
	Issuer      string
	Subject     string
	// Audience is `api.tailscale.com/<id>` if it is empty.
	Audience         string
	CustomClaimRules map[string]string
}

// MintIdentity makes a federated identity. It does not judge the request.
func (s *Store) MintIdentity(request IdentityRequest) Key {
	now := s.now()
	// The real service's ids have two parts: the id is the client id as well.
	identity := &Key{ID: newID() + "-" + newID(), Kind: KindFederated, Created: now}
	request.applyTo(identity)
	identity.Updated = now
	s.mu.Lock()
	s.addLocked(identity)
	s.mu.Unlock()
	s.log.Append(events.KeyMinted, events.Attributes{
		"id":     identity.ID,
		"kind":   KindFederated,
		"tags":   identity.Tags,
		"scopes": identity.Scopes,
	})
	return *identity
}

// UpdateIdentity gives a federated identity new properties.
func (s *Store) UpdateIdentity(id string, request IdentityRequest) (Key, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	identity, ok := s.keys[id]
	if !ok || identity.Kind != KindFederated {
		return Key{}, false
	}
	request.applyTo(identity)
	identity.Updated = s.now()
	return *identity, true
}

func (r IdentityRequest) applyTo(identity *Key) {
	identity.Description = r.Description
	identity.Scopes = list(r.Scopes)
	identity.Tags = list(r.Tags)
	identity.Issuer = r.Issuer
	identity.Subject = r.Subject
	identity.Audience = r.Audience
	identity.CustomClaimRules = maps.Clone(r.CustomClaimRules)
	if identity.Audience == "" {
		identity.Audience = "api.tailscale.com/" + identity.ID
	}
}

// GrantIdentity returns an access token with all that a federated identity may
// do. The caller has judged the identity token. False means that there is no
// such identity.
func (s *Store) GrantIdentity(id string) (Token, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	identity, ok := s.keys[id]
	if !ok || identity.Kind != KindFederated {
		return Token{}, false
	}
	token := s.newToken(identity)
	s.issueLocked(token)
	return *token, true
}
