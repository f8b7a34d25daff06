// SPDX-License-Identifier: Apache-2.0

package credential

import (
	"crypto/subtle"
	"fmt"
	"time"

	"spacetail/test/world/tailnet/events"
	"spacetail/test/world/tailnet/policy"
)

// AuthKeyRequest describes an auth key to mint.
type AuthKeyRequest struct {
	Description   string
	Tags          []string
	Reusable      bool
	Ephemeral     bool
	Preauthorized bool
	Expiry        time.Duration // zero means DefaultExpiry

	// Spent and Past make keys that tests need and no user can mint: one that
	// was used already, and one whose life is over.
	Spent bool
	Past  bool
}

// MintAuthKey makes an auth key. It does not judge the request: the API does
// that for its callers.
func (s *Store) MintAuthKey(request AuthKeyRequest) Key {
	now := s.now()
	expiry := request.Expiry
	if expiry == 0 {
		expiry = DefaultExpiry
	}
	created := now
	if request.Past {
		created = now.Add(-expiry - time.Second)
	}
	id := newID()
	key := &Key{
		ID:            id,
		Kind:          KindAuth,
		Secret:        newSecret("auth", id),
		Description:   request.Description,
		Tags:          list(request.Tags),
		Created:       created,
		Updated:       created,
		Reusable:      request.Reusable,
		Ephemeral:     request.Ephemeral,
		Preauthorized: request.Preauthorized,
		Expiry:        expiry,
		Expires:       created.Add(expiry),
		Used:          request.Spent,
	}
	s.mu.Lock()
	s.addLocked(key)
	s.issued = append(s.issued, Issued{Kind: "auth-key", ID: id, Value: key.Secret})
	s.mu.Unlock()
	s.log.Append(events.KeyMinted, events.Attributes{
		"id":            id,
		"kind":          KindAuth,
		"tags":          key.Tags,
		"ephemeral":     key.Ephemeral,
		"reusable":      key.Reusable,
		"preauthorized": key.Preauthorized,
		"expirySeconds": int(expiry.Seconds()),
	})
	return *key
}

// Admission is what an auth key grants to the node that registered with it.
type Admission struct {
	KeyID      string
	Tags       []string
	Ephemeral  bool
	Authorized bool
}

// Admit judges the auth key of a registering node and, when it is good, counts
// it as used. The requested tags are those the node advertises; none means the
// key's. The error text goes to the node word for word.
func (s *Store) Admit(secret string, requestedTags []string) (Admission, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key, err := s.findAuthKeyLocked(secret)
	if err == nil && len(requestedTags) > 0 {
		err = s.permitNodeTags(key, requestedTags)
	}
	if err != nil {
		_, id, _ := splitSecret(secret)
		s.log.Append(events.KeyRefused, events.Attributes{"id": id, "reason": err.Error()})
		return Admission{}, err
	}
	key.Used = true
	tags := key.Tags
	if len(requestedTags) > 0 {
		tags = requestedTags
	}
	return Admission{KeyID: key.ID, Tags: tags, Ephemeral: key.Ephemeral, Authorized: key.Preauthorized}, nil
}

// permitNodeTags judges tags that a node advertises. A key without tags is a
// person's, here the administrator's, who may use every tag.
func (s *Store) permitNodeTags(key *Key, requested []string) error {
	if len(key.Tags) == 0 {
		return policy.WellFormed(requested)
	}
	return s.owners.Permit(key.Tags, requested)
}

// findAuthKeyLocked returns a key that may admit a node now. The texts are the
// real service's, as users report them: an unreadable key in
// github.com/tailscale/tailscale/issues/6215, an unknown one in issue 17047,
// one that is used or of another kind in issue 9715. An expired key reads as
// the last until the service forgets it, then as unknown.
func (s *Store) findAuthKeyLocked(secret string) (*Key, error) {
	_, id, ok := splitSecret(secret)
	if !ok {
		return nil, fmt.Errorf("invalid key: unable to validate API key")
	}
	key, ok := s.keys[id]
	switch {
	case !ok:
		return nil, fmt.Errorf("invalid key: API key does not exist")
	case subtle.ConstantTimeCompare([]byte(key.Secret), []byte(secret)) != 1:
		return nil, fmt.Errorf("invalid key: unable to validate API key")
	case key.Kind != KindAuth || key.Invalid(s.now()):
		return nil, fmt.Errorf("invalid key: API key %s not valid", id)
	}
	return key, nil
}
