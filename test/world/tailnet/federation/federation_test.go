// SPDX-License-Identifier: Apache-2.0

package federation_test

import (
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"strings"
	"testing"
	"time"

	"spacetail/test/world/tailnet/federation"
	"spacetail/test/world/tailnet/federation/issuertest"
)

var trust = federation.Trust{
	Issuer:   issuertest.Name,
	Audience: "example.app.spacelift.io",
	Subject:  "space:root:stack:*:scope:read",
	Claims:   map[string]string{"callerType": "st*"},
}

type claims = map[string]any

func start(t *testing.T) (*issuertest.Issuer, *federation.Issuers) {
	issuer := issuertest.Start(t)
	issuers := new(federation.Issuers)
	if err := issuers.Locate(issuertest.Name, issuer.URL); err != nil {
		t.Fatal(err)
	}
	return issuer, issuers
}

func TestVerify(t *testing.T) {
	issuer, issuers := start(t)
	now := time.Now()
	at := func(offset time.Duration) int64 { return now.Add(offset).Unix() }
	stamp := func(offset time.Duration) string { return now.Add(offset).UTC().Format(time.RFC3339) }
	for name, test := range map[string]struct {
		change claims
		trust  func(*federation.Trust)
		want   string // what the refusal begins with; empty is trusted
	}{
		"as issued":           {},
		"several audiences":   {change: claims{"aud": []string{"other", "example.app.spacelift.io"}}},
		"expired, but hardly": {change: claims{"exp": at(-50 * time.Second)}},
		"a slow clock here":   {change: claims{"iat": at(50 * time.Second), "nbf": at(50 * time.Second)}},
		"no iat, no nbf":      {change: claims{"iat": nil, "nbf": nil}},
		"a number": {
			change: claims{"attempt": 3, "autodeploy": true},
			trust:  func(t *federation.Trust) { t.Claims = map[string]string{"attempt": "3", "autodeploy": "true"} },
		},
		"another issuer": {
			change: claims{"iss": "https://evil.example"},
			want:   `iss is "https://evil.example", but the identity trusts "https://example.app.spacelift.io"`,
		},
		"another audience": {
			change: claims{"aud": "vault.example"},
			want:   `aud is ["vault.example"], but the identity wants "example.app.spacelift.io"`,
		},
		"an audience that begins alike": {
			change: claims{"aud": "example.app.spacelift.io.evil.example"},
			want:   `aud is ["example.app.spacelift.io.evil.example"], but`,
		},
		"no audience": {change: claims{"aud": nil}, want: `aud is [], but`},
		"an audience is no pattern": {
			trust: func(t *federation.Trust) { t.Audience = "*" },
			want:  `aud is ["example.app.spacelift.io"], but the identity wants "*"`,
		},
		"another subject": {
			change: claims{"sub": "space:root:stack:demo:run_type:TRACKED:scope:write"},
			want:   `sub "space:root:stack:demo:run_type:TRACKED:scope:write" does not match "space:root:stack:*:scope:read"`,
		},
		"another claim": {
			change: claims{"callerType": "module"},
			want:   `claim callerType is "module", which does not match "st*"`,
		},
		"no such claim": {change: claims{"callerType": nil}, want: "claim callerType is missing"},
		"a claim that is a list": {
			change: claims{"callerType": []string{"stack"}},
			want:   "claim callerType is missing, or no text, number or boolean",
		},
		"expired": {
			change: claims{"exp": at(-2 * time.Minute)},
			want:   "expired at " + stamp(-2*time.Minute) + ", and it is " + stamp(0),
		},
		"never expires": {change: claims{"exp": nil}, want: "exp is missing or no number"},
		"not valid yet": {
			change: claims{"nbf": at(2 * time.Minute)},
			want:   "nbf is " + stamp(2*time.Minute) + ", but it is only " + stamp(0),
		},
		"issued in the future": {change: claims{"iat": at(time.Hour)}, want: "iat is " + stamp(time.Hour)},
		"a time that is text":  {change: claims{"nbf": "now"}, want: "nbf is no number"},
	} {
		t.Run(name, func(t *testing.T) {
			wanted := trust
			if test.trust != nil {
				test.trust(&wanted)
			}
			token := issuer.Token(issuertest.Claims(test.change))
			got, err := issuers.Verify(t.Context(), token, wanted, now)
			if test.want == "" {
				if err != nil || got["scope"] != "read" {
					t.Errorf("got %v, %v", got, err)
				}
				return
			}
			refused(t, err, test.want)
		})
	}
}

func TestOnlyTheIssuersSignatureCounts(t *testing.T) {
	issuer, issuers := start(t)
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	claims := issuertest.Claims(nil)
	good := issuer.Token(claims)
	parts := strings.Split(good, ".")
	other := strings.Split(issuer.Token(issuertest.Claims(map[string]any{"scope": "write"})), ".")
	for name, test := range map[string]struct{ token, want string }{
		"none":          {issuer.SignWith(nil, header("none", "first"), claims), `alg is "none", but RS256 is wanted`},
		"HS256":         {issuer.SignWith(stranger, header("HS256", "first"), claims), `alg is "HS256", but RS256 is wanted`},
		"a stranger":    {issuer.SignWith(stranger, header("RS256", "first"), claims), `the signature is not by the issuer's key "first"`},
		"no signature":  {issuer.SignWith(nil, header("RS256", "first"), claims), `the signature is not by the issuer's key "first"`},
		"other claims":  {parts[0] + "." + other[1] + "." + parts[2], `the signature is not by the issuer's key "first"`},
		"a key of EC":   {issuer.SignWith(stranger, header("RS256", "other"), claims), `https://example.app.spacelift.io has no RSA key "other" to sign with`},
		"two parts":     {parts[0] + "." + parts[1], "a token has 3 parts with dots between them, but this has 2"},
		"nothing":       {"", "a token has 3 parts with dots between them, but this has 1"},
		"no base64":     {parts[0] + "." + parts[1] + ".?", "the token's signature is not base64url"},
		"no header":     {"e30x." + parts[1] + "." + parts[2], `alg is "", but RS256 is wanted`},
		"null":          {parts[0] + ".bnVsbA." + parts[2], "the token's claims are not a JSON object in base64url"},
		"claims a list": {parts[0] + ".W10." + parts[2], "the token's claims are not a JSON object in base64url"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := issuers.Verify(t.Context(), test.token, trust, time.Now())
			refused(t, err, test.want)
		})
	}
	if _, err := issuers.Verify(t.Context(), good, trust, time.Now()); err != nil {
		t.Errorf("the good one: %v", err)
	}
}

func TestKeysAreKeptAndFetchedOnceMoreForAnUnknownOne(t *testing.T) {
	issuer, issuers := start(t)
	verify := func(token string) error {
		_, err := issuers.Verify(t.Context(), token, trust, time.Now())
		return err
	}
	old := issuer.Token(issuertest.Claims(nil))
	for range 3 {
		if err := verify(old); err != nil {
			t.Fatal(err)
		}
	}
	if issuer.Fetches() != 1 {
		t.Errorf("the keys were fetched %d times for three tokens of one key", issuer.Fetches())
	}
	issuer.Rotate("second")
	if err := verify(issuer.Token(issuertest.Claims(nil))); err != nil || issuer.Fetches() != 2 {
		t.Errorf("after the key changed: %v, %d fetches", err, issuer.Fetches())
	}
	refused(t, verify(old), `https://example.app.spacelift.io has no RSA key "first"`)
	if issuer.Fetches() != 3 {
		t.Errorf("%d fetches, want one more for the key that is gone", issuer.Fetches())
	}
}

func TestDiscovery(t *testing.T) {
	issuer, issuers := start(t)
	token := issuer.Token(issuertest.Claims(nil))
	for name, test := range map[string]struct {
		document map[string]any
		want     string
	}{
		"of another": {
			map[string]any{"issuer": "https://other.example", "jwks_uri": issuertest.Name + "/.well-known/jwks"},
			`its discovery document is that of "https://other.example"`,
		},
		"plain http": {
			map[string]any{"issuer": issuertest.Name, "jwks_uri": "http://example.app.spacelift.io/keys"},
			`jwks_uri "http://example.app.spacelift.io/keys" is not an https URL`,
		},
		"elsewhere": {
			map[string]any{"issuer": issuertest.Name, "jwks_uri": issuertest.Name + "/nowhere"},
			issuer.URL + "/nowhere answers 404 Not Found",
		},
	} {
		t.Run(name, func(t *testing.T) {
			issuer.Document = test.document
			_, err := issuers.Verify(t.Context(), token, trust, time.Now())
			refused(t, err, "the keys of https://example.app.spacelift.io cannot be had: "+test.want)
		})
	}
	if err := issuers.Locate("http://127.0.0.1:1", issuer.URL); err == nil {
		t.Error("an issuer may not have a plain http name")
	}
	if err := issuers.Locate(issuertest.Name, "nowhere"); err == nil {
		t.Error("an issuer cannot be nowhere")
	}
}

func TestMatches(t *testing.T) {
	for _, test := range []struct {
		pattern, text string
		matches       bool
	}{
		{"", "", true},
		{"", "a", false},
		{"*", "", true},
		{"*", "a:b", true},
		{"a", "a", true},
		{"a", "A", false},
		{"a", "ab", false},
		{"a*", "ab", true},
		{"a*", "ba", false},
		{"*a", "ba", true},
		{"*a", "ab", false},
		{"a*a", "a", false},
		{"a*a", "aa", true},
		{"a*b*c", "a--b--c", true},
		{"a*b*c", "abc", true},
		{"a*b*c", "a-c-b", false},
		{"a*bc*c", "abc", false},
		{"a**c", "abc", true},
		{"space:root:stack:*:run_type:*:scope:read", "space:root:stack:a:run_type:TRACKED:scope:read", true},
		{"space:root:stack:*:run_type:*:scope:read", "space:root:stack:a:run_type:TRACKED:scope:write", false},
		{"space:root-*", "space:root-01J", true},
		{"a.c", "abc", false},
		{"a?", "ab", false},
	} {
		if federation.Matches(test.pattern, test.text) != test.matches {
			t.Errorf("%q and %q: want %v", test.pattern, test.text, test.matches)
		}
	}
}

func header(algorithm, key string) map[string]any {
	return map[string]any{"alg": algorithm, "kid": key}
}

func refused(t *testing.T, err error, want string) {
	t.Helper()
	var refusal *federation.Refusal
	if !errors.As(err, &refusal) || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
}
