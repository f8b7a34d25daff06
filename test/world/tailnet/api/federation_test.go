// SPDX-License-Identifier: Apache-2.0

package api

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"spacetail/test/world/tailnet/credential"
	"spacetail/test/world/tailnet/events"
	"spacetail/test/world/tailnet/federation/issuertest"
)

// recordedIdentity is what the real provider was seen to send, with another
// subject.
const recordedIdentity = `{"keyType":"federated","scopes":["auth_keys"],"tags":["tag:a"],` +
	`"audience":"example.app.spacelift.io","issuer":"https://example.app.spacelift.io",` +
	`"subject":"space:root:stack:*:run_type:*:scope:read","customClaimRules":{"callerType":"stack"},"description":""}`

func (s *server) issuer() *issuertest.Issuer {
	issuer := issuertest.Start(s.t)
	if err := s.issuers.Locate(issuertest.Name, issuer.URL); err != nil {
		s.t.Fatal(err)
	}
	return issuer
}

func (s *server) identity() string {
	s.t.Helper()
	status, created := s.call(s.token("all", ""), "POST", "/api/v2/tailnet/-/keys", recordedIdentity)
	if status != 200 {
		s.t.Fatalf("%d %v", status, created)
	}
	return created["id"].(string)
}

func (s *server) exchange(form url.Values) (int, map[string]any) {
	s.t.Helper()
	request, err := http.NewRequest("POST", s.url+"/api/v2/oauth/token-exchange", strings.NewReader(form.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.do(request)
}

// last is the latest event of a type.
func (s *server) last(kind string) events.Attributes {
	list, _ := s.log.Since(0)
	for _, event := range slices.Backward(list) {
		if event.Type == kind {
			return event.Attributes
		}
	}
	return nil
}

func TestFederatedIdentityLifecycle(t *testing.T) {
	s := newServer(t)
	const path = "/api/v2/tailnet/-/keys"
	admin := s.token("all", "")
	status, created := s.call(admin, "POST", path, recordedIdentity)
	if status != 200 || created["keyType"] != "federated" || created["userId"] == "" || created["created"] == "" {
		t.Fatalf("%d %v", status, created)
	}
	if created["key"] != nil || created["capabilities"] != nil || created["expires"] != nil {
		t.Errorf("an identity has no secret and does not expire: %v", created)
	}
	id := created["id"].(string)
	want := map[string]any{
		"audience": "example.app.spacelift.io",
		"issuer":   "https://example.app.spacelift.io",
		"subject":  "space:root:stack:*:run_type:*:scope:read",
	}
	_, read := s.call(admin, "GET", path+"/"+id, "")
	maps.DeleteFunc(read, func(name string, _ any) bool { return want[name] == nil })
	if !maps.Equal(read, want) {
		t.Errorf("read: %v", read)
	}
	status, updated := s.call(admin, "PUT", path+"/"+id,
		`{"scopes":["auth_keys"],"tags":["tag:b"],"audience":"","issuer":"https://other.example","subject":"*","description":"two"}`)
	if status != 200 || updated["issuer"] != "https://other.example" || updated["customClaimRules"] != nil || updated["description"] != "two" {
		t.Errorf("update: %d %v", status, updated)
	}
	if updated["audience"] != "api.tailscale.com/"+id {
		t.Errorf("the default audience is %v", updated["audience"])
	}
	if _, list := s.call(admin, "GET", path, ""); len(list["keys"].([]any)) != 2 {
		t.Errorf("listed: %v", list)
	}
	s.refused(400, "only OAuth clients and federated identities can be updated, and only as such")(
		s.call(admin, "PUT", path+"/"+id, `{"keyType":"client","scopes":["auth_keys"],"tags":["tag:b"]}`))
	if status, _ := s.call(admin, "DELETE", path+"/"+id, ""); status != 200 {
		t.Errorf("delete: %d", status)
	}
	s.refused(404, "key not found")(s.call(admin, "GET", path+"/"+id, ""))
}

func TestRefusedIdentities(t *testing.T) {
	s := newServer(t)
	const path = "/api/v2/tailnet/-/keys"
	admin := s.token("all", "")
	id := s.identity()
	for _, test := range []struct{ old, new, message string }{
		{`"https://example.app.spacelift.io"`, `"http://example.app.spacelift.io"`, `issuer must be a valid https:// URL, but "http://example.app.spacelift.io" was given`},
		{`"https://example.app.spacelift.io"`, `""`, `issuer must be a valid https:// URL, but "" was given`},
		{`"space:root:stack:*:run_type:*:scope:read"`, `""`, "subject must not be empty"},
		{`"callerType"`, `"sub"`, "customClaimRules must not have sub, which has a field of its own"},
		{`"callerType"`, `""`, "customClaimRules must not have an empty name"},
		{`["auth_keys"]`, `[]`, "a federated identity must have at least one scope"},
		{`["tag:a"]`, `[]`, "a federated identity with scope auth_keys must have tags"},
		{`["tag:a"]`, `["a"]`, "requested tags [a] are invalid or not permitted"},
		{`"description":""`, `"description":"` + strings.Repeat("é", 51) + `"`, "description must be at most 50 characters, but has 51"},
	} {
		body := strings.Replace(recordedIdentity, test.old, test.new, 1)
		s.refused(400, test.message)(s.call(admin, "POST", path, body))
		s.refused(400, test.message)(s.call(admin, "PUT", path+"/"+id, body))
	}
	limited := s.token("auth_keys oauth_keys", "tag:a")
	const denied = "calling actor does not have enough permissions to perform this function"
	s.refused(403, denied)(s.call(limited, "POST", path, recordedIdentity))
	s.refused(403, denied)(s.call(limited, "GET", path+"/"+id, ""))
	s.refused(403, denied)(s.call(s.token("federated_keys:read", ""), "DELETE", path+"/"+id, ""))
	if status, _ := s.call(s.token("federated_keys", "tag:a"), "POST", path, recordedIdentity); status != 200 {
		t.Errorf("federated_keys cannot make one: %d", status)
	}
}

func TestExchange(t *testing.T) {
	s := newServer(t)
	issuer, id := s.issuer(), s.identity()
	jwt := issuer.Token(issuertest.Claims(nil))
	for name, form := range map[string]url.Values{
		"as Terraform's provider does": {"client_id": {id}, "jwt": {jwt}},
		"as Tailscale's CLI does":      {"client_id": {id}, "jwt": {jwt}, "grant_type": {"authorization_code"}, "code": {""}},
	} {
		status, token := s.exchange(form)
		if status != 200 || token["token_type"] != "Bearer" || token["expires_in"] != 3600.0 || token["scope"] != "auth_keys" || len(token) != 4 {
			t.Errorf("%s: %d %v", name, status, token)
		}
		access := token["access_token"].(string)
		if status, key := s.call(access, "POST", "/api/v2/tailnet/-/keys", authKey("tag:a")); status != 200 {
			t.Errorf("%s: minting: %d %v", name, status, key)
		}
		s.refused(400, "requested tags [tag:b] are invalid or not permitted")(
			s.call(access, "POST", "/api/v2/tailnet/-/keys", authKey("tag:b")))
		s.refused(403, "calling actor does not have enough permissions to perform this function")(
			s.call(access, "GET", "/api/v2/tailnet/-/devices", ""))
	}
	exchanged := s.last(events.TokenExchanged)
	if exchanged["id"] != id || exchanged["subject"] != "space:root:stack:demo:run_type:TRACKED:scope:read" {
		t.Errorf("recorded %v", exchanged)
	}
}

func TestTheAccessTokenEndsWithItsIdentity(t *testing.T) {
	s := newServer(t)
	issuer, id := s.issuer(), s.identity()
	form := url.Values{"client_id": {id}, "jwt": {issuer.Token(issuertest.Claims(nil))}}
	_, token := s.exchange(form)
	s.credentials.Delete(id)
	s.refused(401, "API token invalid")(
		s.call(token["access_token"].(string), "POST", "/api/v2/tailnet/-/keys", authKey("tag:a")))
	s.refused(403, "Unauthorized")(s.exchange(form))
	if !slices.ContainsFunc(s.credentials.Secrets(), func(issued credential.Issued) bool {
		return issued.Kind == "access-token" && issued.Value == token["access_token"]
	}) {
		t.Error("the scan for secrets would miss the access token")
	}
}

func TestRefusedExchanges(t *testing.T) {
	s := newServer(t)
	issuer, id := s.issuer(), s.identity()
	good := issuer.Token(issuertest.Claims(nil))
	client := s.credentials.MintClient(credential.ClientRequest{Scopes: []string{"all"}}).ID
	past := time.Now().Add(-time.Hour)
	for _, test := range []struct {
		form   url.Values
		reason string
	}{
		{url.Values{"client_id": {"kNobodyCNTRL-kNobodyCNTRL"}, "jwt": {good}}, "there is no such federated identity"},
		{url.Values{"jwt": {good}}, "there is no such federated identity"},
		{url.Values{"client_id": {client}, "jwt": {good}}, "there is no such federated identity"},
		{url.Values{"client_id": {id}}, "a token has 3 parts with dots between them, but this has 1"},
		{
			url.Values{"client_id": {id}, "jwt": {issuer.Token(issuertest.Claims(map[string]any{"exp": past.Unix()}))}},
			"expired at " + past.UTC().Format(time.RFC3339),
		},
		{
			url.Values{"client_id": {id}, "jwt": {issuer.Token(issuertest.Claims(map[string]any{"callerType": "module"}))}},
			`claim callerType is "module", which does not match "stack"`,
		},
	} {
		s.refused(403, "Unauthorized")(s.exchange(test.form))
		refused := s.last(events.TokenRefused)
		if refused["id"] != test.form.Get("client_id") || !strings.HasPrefix(refused["reason"].(string), test.reason) {
			t.Errorf("recorded %v, want %q", refused, test.reason)
		}
		if jwt := test.form.Get("jwt"); jwt != "" && strings.Contains(refused["reason"].(string), jwt) {
			t.Error("the record holds the token")
		}
	}
	s.refused(400, "unsupported grant_type client_credentials")(
		s.exchange(url.Values{"client_id": {id}, "jwt": {good}, "grant_type": {"client_credentials"}}))
}
