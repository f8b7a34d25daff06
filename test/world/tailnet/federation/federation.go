// SPDX-License-Identifier: Apache-2.0

// Package federation judges the identity tokens of other services, as
// Tailscale's workload identity federation does (tailscale.com/kb/1581): it
// fetches the issuer's public keys, checks signature and times, and compares
// issuer, audience, subject and further claims with what an administrator
// trusts.
package federation

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// leeway is how far clocks may differ. What the real service allows is not
// documented.
const leeway = time.Minute

// Trust is what a federated identity demands of a token.
type Trust struct {
	Issuer   string
	Audience string
	// Subject is a pattern, see Matches.
	Subject string
	// Claims are patterns of further claims by name.
	Claims map[string]string
}

// Refusal says why a token is not trusted. The text never holds the token.
type Refusal struct {
	Reason string
}

func (e *Refusal) Error() string { return e.Reason }

func refuse(format string, arguments ...any) error {
	return &Refusal{Reason: fmt.Sprintf(format, arguments...)}
}

// Verify returns the claims of a token that was signed by the trusted issuer,
// is valid now, and is for the trusted audience, subject and claims. The error
// is a *Refusal.
func (i *Issuers) Verify(ctx context.Context, text string, trust Trust, now time.Time) (Claims, error) {
	token, err := parse(text)
	if err != nil {
		return nil, err
	}
	// The issuer comes first: nobody else's keys are fetched.
	if issuer := token.claims.text("iss"); issuer != trust.Issuer {
		return nil, refuse("iss is %q, but the identity trusts %q", issuer, trust.Issuer)
	}
	if token.header.Algorithm != algorithm {
		return nil, refuse("alg is %q, but %s is wanted", token.header.Algorithm, algorithm)
	}
	key, err := i.key(ctx, trust.Issuer, token.header.KeyID)
	if err != nil {
		return nil, err
	}
	if err := token.verify(key); err != nil {
		return nil, err
	}
	if err := token.claims.checkTimes(now); err != nil {
		return nil, err
	}
	return token.claims, trust.check(token.claims)
}

// check compares the claims that are no affair of the token's own validity.
func (t Trust) check(claims Claims) error {
	if audiences := claims.audiences(); !slices.Contains(audiences, t.Audience) {
		return refuse("aud is %q, but the identity wants %q", audiences, t.Audience)
	}
	if subject := claims.text("sub"); !Matches(t.Subject, subject) {
		return refuse("sub %q does not match %q", subject, t.Subject)
	}
	for _, name := range sortedNames(t.Claims) {
		value, ok := claims.comparable(name)
		if !ok {
			return refuse("claim %s is missing, or no text, number or boolean", name)
		}
		if !Matches(t.Claims[name], value) {
			return refuse("claim %s is %q, which does not match %q", name, value, t.Claims[name])
		}
	}
	return nil
}
