// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"errors"
	"net/http"
	"time"

	"spacetail/test/world/tailnet/credential"
	"spacetail/test/world/tailnet/fault"
	"spacetail/test/world/tailnet/policy"
)

// createKey makes any auth key, also ones that the API would not make.
func (a *Admin) createKey(r *http.Request) (any, error) {
	var body struct {
		Tags          []string `json:"tags"`
		Reusable      bool     `json:"reusable"`
		Ephemeral     bool     `json:"ephemeral"`
		Preauthorized bool     `json:"preauthorized"`
		ExpirySeconds int64    `json:"expirySeconds"`
		Expired       bool     `json:"expired"`
		Used          bool     `json:"used"`
	}
	if err := decode(r, &body); err != nil {
		return nil, err
	}
	if err := policy.WellFormed(body.Tags); err != nil {
		return nil, badRequest(err)
	}
	if body.ExpirySeconds < 0 {
		return nil, badRequest(errors.New("expirySeconds must not be negative"))
	}
	key := a.World.Credentials.MintAuthKey(credential.AuthKeyRequest{
		Description:   "Test",
		Tags:          body.Tags,
		Reusable:      body.Reusable,
		Ephemeral:     body.Ephemeral,
		Preauthorized: body.Preauthorized,
		Expiry:        time.Duration(body.ExpirySeconds) * time.Second,
		Past:          body.Expired,
		Spent:         body.Used,
	})
	return map[string]string{"id": key.ID, "key": key.Secret}, nil
}

func (a *Admin) createClient(r *http.Request) (any, error) {
	var body struct {
		Scopes []string `json:"scopes"`
		Tags   []string `json:"tags"`
	}
	if err := decode(r, &body); err != nil {
		return nil, err
	}
	if err := policy.WellFormed(body.Tags); err != nil {
		return nil, badRequest(err)
	}
	client := a.World.Credentials.MintClient(credential.ClientRequest{
		Description: "Test",
		Scopes:      body.Scopes,
		Tags:        body.Tags,
	})
	return map[string]string{"id": client.ID, "secret": client.Secret}, nil
}

// createIdentity makes any federated identity, also ones that trust an issuer
// or a subject that the API would not take.
func (a *Admin) createIdentity(r *http.Request) (any, error) {
	var body struct {
		Scopes           []string          `json:"scopes"`
		Tags             []string          `json:"tags"`
		Issuer           string            `json:"issuer"`
		Subject          string            `json:"subject"`
		Audience         string            `json:"audience"`
		CustomClaimRules map[string]string `json:"customClaimRules"`
	}
	if err := decode(r, &body); err != nil {
		return nil, err
	}
	if err := policy.WellFormed(body.Tags); err != nil {
		return nil, badRequest(err)
	}
	identity := a.World.Credentials.MintIdentity(credential.IdentityRequest{
		Description:      "Test",
		Scopes:           body.Scopes,
		Tags:             body.Tags,
		Issuer:           body.Issuer,
		Subject:          body.Subject,
		Audience:         body.Audience,
		CustomClaimRules: body.CustomClaimRules,
	})
	return map[string]string{"id": identity.ID, "audience": identity.Audience}, nil
}

// locateIssuer says where an issuer of identity tokens is really reached, as a
// hosts file and a certificate would.
func (a *Admin) locateIssuer(r *http.Request) (any, error) {
	var body struct {
		Issuer string `json:"issuer"`
		URL    string `json:"url"`
	}
	if err := decode(r, &body); err != nil {
		return nil, err
	}
	if err := a.World.Issuers.Locate(body.Issuer, body.URL); err != nil {
		return nil, badRequest(err)
	}
	return done, nil
}

func (a *Admin) addFault(r *http.Request) (any, error) {
	var body fault.Fault
	if err := decode(r, &body); err != nil {
		return nil, err
	}
	if err := a.World.Faults.Add(body); err != nil {
		return nil, badRequest(err)
	}
	return done, nil
}

func (a *Admin) clearFaults(*http.Request) (any, error) {
	a.World.Faults.Clear()
	return done, nil
}
