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
