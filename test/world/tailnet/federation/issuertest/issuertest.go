// SPDX-License-Identifier: Apache-2.0

// Package issuertest is an issuer of identity tokens for tests: a server with
// a discovery document and keys, and whatever tokens a test asks for.
package issuertest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// Name is the issuer's name, which is not where it is reached.
const Name = "https://example.app.spacelift.io"

// Issuer is a running issuer.
type Issuer struct {
	URL string
	// Document replaces the discovery document.
	Document map[string]any

	mu      sync.Mutex
	t       *testing.T
	id      string
	key     *rsa.PrivateKey
	fetches int
}

// Start runs an issuer until the test ends.
func Start(t *testing.T) *Issuer {
	i := &Issuer{t: t, Document: map[string]any{"issuer": Name, "jwks_uri": Name + "/.well-known/jwks"}}
	i.Rotate("first")
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(i.Document)
	})
	mux.HandleFunc("GET /.well-known/jwks", i.serveKeys)
	web := httptest.NewServer(mux)
	t.Cleanup(web.Close)
	i.URL = web.URL
	return i
}

// Rotate replaces the issuer's key by a new one.
func (i *Issuer) Rotate(id string) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		i.t.Fatal(err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.id, i.key = id, key
}

// Fetches is how often the keys were asked for.
func (i *Issuer) Fetches() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.fetches
}

func (i *Issuer) serveKeys(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.fetches++
	json.NewEncoder(w).Encode(map[string]any{"keys": []any{
		map[string]string{"kty": "EC", "kid": "other", "crv": "P-256", "x": "AA", "y": "AA"},
		map[string]string{
			"kty": "RSA",
			"use": "sig",
			"alg": "RS256",
			"kid": i.id,
			"n":   base64.RawURLEncoding.EncodeToString(i.key.N.Bytes()),
			"e":   "AQAB",
		},
	}})
}

// Claims are those of a tracked run's plan; change replaces some, and removes
// those it has nil for.
func Claims(change map[string]any) map[string]any {
	now := time.Now().Unix()
	claims := map[string]any{
		"iss":        Name,
		"aud":        "example.app.spacelift.io",
		"sub":        "space:root:stack:demo:run_type:TRACKED:scope:read",
		"exp":        now + 3600,
		"iat":        now,
		"nbf":        now,
		"callerType": "stack",
		"scope":      "read",
	}
	maps.Copy(claims, change)
	maps.DeleteFunc(claims, func(_ string, value any) bool { return value == nil })
	return claims
}

// Token signs claims with the issuer's key.
func (i *Issuer) Token(claims map[string]any) string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.SignWith(i.key, map[string]any{"alg": "RS256", "kid": i.id, "typ": "JWT"}, claims)
}

// SignWith makes a token with any header and key; without a key it has an
// empty signature.
func (i *Issuer) SignWith(key *rsa.PrivateKey, header, claims map[string]any) string {
	signed := encode(i.t, header) + "." + encode(i.t, claims)
	if key == nil {
		return signed + "."
	}
	digest := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
	if err != nil {
		i.t.Fatal(err)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func encode(t *testing.T, part map[string]any) string {
	text, err := json.Marshal(part)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(text)
}
