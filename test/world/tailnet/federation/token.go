// SPDX-License-Identifier: Apache-2.0

package federation

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
)

// algorithm is the only one that tokens may be signed with: every issuer must
// support it (OpenID Connect Core, 15.1), and Spacelift uses it.
const algorithm = "RS256"

type token struct {
	header struct {
		Algorithm string `json:"alg"`
		KeyID     string `json:"kid"`
	}
	claims    Claims
	signed    string // what the signature is of
	signature []byte
}

// parse reads a signed token in its compact form. It verifies nothing. The
// error is a *Refusal.
func parse(text string) (*token, error) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return nil, refuse("a token has 3 parts with dots between them, but this has %d", len(parts))
	}
	parsed := &token{signed: parts[0] + "." + parts[1]}
	if !decodePart(parts[0], &parsed.header) {
		return nil, refuse("the token's header is not JSON in base64url")
	}
	if !decodePart(parts[1], &parsed.claims) || parsed.claims == nil {
		return nil, refuse("the token's claims are not a JSON object in base64url")
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return nil, refuse("the token's signature is not base64url")
	}
	parsed.signature = signature
	return parsed, nil
}

func decodePart(part string, into any) bool {
	text, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return false
	}
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber()
	return decoder.Decode(into) == nil
}

func (t *token) verify(key *rsa.PublicKey) error {
	digest := sha256.Sum256([]byte(t.signed))
	if rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], t.signature) != nil {
		return refuse("the signature is not by the issuer's key %q", t.header.KeyID)
	}
	return nil
}
