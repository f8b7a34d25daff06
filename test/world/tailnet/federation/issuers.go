// SPDX-License-Identifier: Apache-2.0

package federation

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// keysLifetime is how long fetched keys are used without being fetched again.
const keysLifetime = 5 * time.Minute

// client fetches discovery documents and keys.
var client = &http.Client{Timeout: 5 * time.Second}

// Issuers knows where issuers publish their keys, and the keys that were
// fetched. The zero value is ready for use.
type Issuers struct {
	mu        sync.Mutex
	locations map[string]string
	fetched   map[string]keySet
}

type keySet struct {
	keys map[string]*rsa.PublicKey // by key id
	at   time.Time
}

// CheckIssuer refuses an issuer that is not an https URL. The provider has the
// same rule.
func CheckIssuer(issuer string) error {
	parsed, err := url.ParseRequestURI(issuer)
	if err != nil || parsed.Scheme != "https" || parsed.Host == "" {
		return fmt.Errorf("issuer must be a valid https:// URL, but %q was given", issuer)
	}
	return nil
}

// Locate says that an issuer is reached at another URL, as a hosts file and a
// certificate would: issuers of the embedded world have names like real ones,
// but are on loopback. Keys that were fetched from elsewhere are forgotten.
func (i *Issuers) Locate(issuer, at string) error {
	if err := CheckIssuer(issuer); err != nil {
		return err
	}
	if parsed, err := url.ParseRequestURI(at); err != nil || parsed.Host == "" {
		return fmt.Errorf("url must be an absolute URL, but %q was given", at)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.locations == nil {
		i.locations = map[string]string{}
	}
	i.locations[issuer] = strings.TrimSuffix(at, "/")
	delete(i.fetched, issuer)
	return nil
}

// key returns an issuer's public key. An unknown id makes the keys be fetched
// once more, because issuers change keys. The error is a *Refusal.
func (i *Issuers) key(ctx context.Context, issuer, id string) (*rsa.PublicKey, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	known := i.fetched[issuer]
	if key, ok := known.keys[id]; ok && time.Since(known.at) < keysLifetime {
		return key, nil
	}
	keys, err := i.fetchLocked(ctx, issuer)
	if err != nil {
		return nil, refuse("the keys of %s cannot be had: %v", issuer, err)
	}
	if i.fetched == nil {
		i.fetched = map[string]keySet{}
	}
	i.fetched[issuer] = keySet{keys: keys, at: time.Now()}
	if key, ok := keys[id]; ok {
		return key, nil
	}
	return nil, refuse("%s has no RSA key %q to sign with", issuer, id)
}

// fetchLocked follows the discovery document to the keys (OpenID Connect
// Discovery, 4).
func (i *Issuers) fetchLocked(ctx context.Context, issuer string) (map[string]*rsa.PublicKey, error) {
	var document struct {
		Issuer  string `json:"issuer"`
		JWKSURI string `json:"jwks_uri"`
	}
	if err := i.getLocked(ctx, issuer, strings.TrimSuffix(issuer, "/")+"/.well-known/openid-configuration", &document); err != nil {
		return nil, err
	}
	if document.Issuer != issuer {
		return nil, fmt.Errorf("its discovery document is that of %q", document.Issuer)
	}
	if err := CheckIssuer(document.JWKSURI); err != nil {
		return nil, fmt.Errorf("jwks_uri %q is not an https URL", document.JWKSURI)
	}
	var set struct {
		Keys []jsonWebKey `json:"keys"`
	}
	if err := i.getLocked(ctx, issuer, document.JWKSURI, &set); err != nil {
		return nil, err
	}
	keys := map[string]*rsa.PublicKey{}
	for _, member := range set.Keys {
		if key := member.rsaKey(); key != nil {
			keys[member.ID] = key
		}
	}
	return keys, nil
}

func (i *Issuers) getLocked(ctx context.Context, issuer, address string, into any) error {
	if location, ok := i.locations[issuer]; ok {
		if path, below := strings.CutPrefix(address, strings.TrimSuffix(issuer, "/")); below {
			address = location + path
		}
	}
	request, err := http.NewRequestWithContext(ctx, "GET", address, nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", address, response.Status)
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(into); err != nil {
		return fmt.Errorf("%s: %w", address, err)
	}
	return nil
}

// jsonWebKey is a public key as RFC 7517 writes it.
type jsonWebKey struct {
	ID        string `json:"kid"`
	Type      string `json:"kty"`
	Use       string `json:"use"`
	Algorithm string `json:"alg"`
	Modulus   string `json:"n"`
	Exponent  string `json:"e"`
}

// rsaKey returns the key if tokens may be signed with it, else nil.
func (k jsonWebKey) rsaKey() *rsa.PublicKey {
	if k.Type != "RSA" || k.Use != "" && k.Use != "sig" || k.Algorithm != "" && k.Algorithm != algorithm {
		return nil
	}
	modulus, err := base64.RawURLEncoding.DecodeString(k.Modulus)
	if err != nil {
		return nil
	}
	exponent, err := base64.RawURLEncoding.DecodeString(k.Exponent)
	if err != nil || len(exponent) > 4 {
		return nil
	}
	return &rsa.PublicKey{N: new(big.Int).SetBytes(modulus), E: int(new(big.Int).SetBytes(exponent).Int64())}
}
