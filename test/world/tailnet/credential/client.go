// SPDX-License-Identifier: Apache-2.0

package credential

import (
	"crypto/subtle"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"spacetail/test/world/tailnet/events"
	"spacetail/test/world/tailnet/policy"
)

// Error is a refusal with the HTTP status that the API answers it with.
type Error struct {
	Status  int
	Message string
}

func (e *Error) Error() string { return e.Message }

// ClientRequest describes an OAuth client to make or its new properties.
type ClientRequest struct {
	Description string
	Scopes      []string
	Tags        []string
}

// MintClient makes an OAuth client. It does not judge the request.
func (s *Store) MintClient(request ClientRequest) Key {
	now := s.now()
	id := newID()
	client := &Key{
		ID:          id,
		Kind:        KindClient,
		Secret:      newSecret("client", id),
		Description: request.Description,
		Tags:        list(request.Tags),
		Scopes:      list(request.Scopes),
		Created:     now,
		Updated:     now,
	}
	s.mu.Lock()
	s.addLocked(client)
	s.issued = append(s.issued, Issued{Kind: "oauth-client", ID: id, Value: client.Secret})
	s.mu.Unlock()
	s.log.Append(events.KeyMinted, events.Attributes{
		"id":     id,
		"kind":   KindClient,
		"tags":   client.Tags,
		"scopes": client.Scopes,
	})
	return *client
}

// UpdateClient gives an OAuth client new properties; its secret stays.
func (s *Store) UpdateClient(id string, request ClientRequest) (Key, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	client, ok := s.keys[id]
	if !ok || client.Kind != KindClient {
		return Key{}, false
	}
	client.Description = request.Description
	client.Scopes = list(request.Scopes)
	client.Tags = list(request.Tags)
	client.Updated = s.now()
	return *client, true
}

// Token is an access token: what its bearer may do until it expires.
type Token struct {
	Secret   string
	Scopes   []string
	Tags     []string
	Expires  time.Time
	clientID string
}

// Grant exchanges the secret of an OAuth client for an access token. Scopes
// and tags narrow the token; none means all that the client has. The client id
// is not an argument, because the real service derives it from the secret and
// ignores the one that is sent. Errors are *Error or *policy.TagsError.
func (s *Store) Grant(secret string, scopes, tags []string) (Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, id, _ := splitSecret(secret)
	client, ok := s.keys[id]
	if !ok || client.Kind != KindClient || subtle.ConstantTimeCompare([]byte(client.Secret), []byte(secret)) != 1 {
		return Token{}, invalidToken()
	}
	token := s.newToken(client)
	if len(scopes) > 0 {
		for _, scope := range scopes {
			if !Allows(client.Scopes, scope) {
				// github.com/adinhodovic/tailscale-exporter/issues/34
				message := fmt.Sprintf("OAuth client cannot grant scopes %q", strings.Join(scopes, " "))
				return Token{}, &Error{Status: http.StatusForbidden, Message: message}
			}
		}
		token.Scopes = scopes
	}
	if len(tags) > 0 {
		if !Allows(token.Scopes, "auth_keys") && !Allows(token.Scopes, "devices:core") {
			return Token{}, &Error{
				Status:  http.StatusBadRequest,
				Message: "tags can only be requested together with the scope auth_keys or devices:core",
			}
		}
		if err := s.permitLocked(client.Scopes, client.Tags, tags); err != nil {
			return Token{}, err
		}
		token.Tags = tags
	}
	s.issueLocked(token)
	return *token, nil
}

// newToken returns a token with all that a client or an identity may do.
func (s *Store) newToken(holder *Key) *Token {
	return &Token{
		Secret:   newSecret("api", newID()),
		Scopes:   holder.Scopes,
		Tags:     holder.Tags,
		Expires:  s.now().Add(TokenLifetime),
		clientID: holder.ID,
	}
}

func (s *Store) issueLocked(token *Token) {
	s.tokens[token.Secret] = token
	s.issued = append(s.issued, Issued{Kind: "access-token", ID: token.clientID, Value: token.Secret})
}

// Authenticate returns the access token with this secret.
func (s *Store) Authenticate(secret string) (Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	token, ok := s.tokens[secret]
	if !ok || !s.now().Before(token.Expires) {
		return Token{}, invalidToken()
	}
	return *token, nil
}

// Permit decides whether the bearer of a token may hand out tags. The error is
// a *policy.TagsError.
func (s *Store) Permit(token Token, tags []string) error {
	return s.permitLocked(token.Scopes, token.Tags, tags)
}

func (s *Store) permitLocked(scopes, held, requested []string) error {
	// Only the scope `all` itself grants every tag: a token narrowed from it
	// has none (github.com/tailscale/tailscale/issues/8299).
	if slices.Contains(scopes, "all") {
		return policy.WellFormed(requested)
	}
	return s.owners.Permit(held, requested)
}

// Allows reports whether the scopes include the wanted one. A scope without a
// suffix is read-write and includes its `:read` form; `all` includes every
// scope, `all:read` every `:read` one.
func Allows(scopes []string, wanted string) bool {
	base, isRead := strings.CutSuffix(wanted, ":read")
	return slices.ContainsFunc(scopes, func(scope string) bool {
		return scope == "all" || scope == wanted || isRead && (scope == "all:read" || scope == base)
	})
}

// invalidToken has the real service's words for a bad client secret and for a
// bad token alike (github.com/tailscale/gitops-acl-action/issues/33).
func invalidToken() *Error {
	return &Error{Status: http.StatusUnauthorized, Message: "API token invalid"}
}
