// SPDX-License-Identifier: Apache-2.0

package api

import (
	"fmt"
	"net/http"
	"time"

	"spacetail/test/world/tailnet/credential"
)

// maxDescription is the longest description of a key, in characters
// (github.com/tailscale/terraform-provider-tailscale/pull/336).
const maxDescription = 50

type capabilities struct {
	Devices struct {
		Create struct {
			Reusable      bool     `json:"reusable"`
			Ephemeral     bool     `json:"ephemeral"`
			Preauthorized bool     `json:"preauthorized"`
			Tags          []string `json:"tags,omitempty"`
		} `json:"create"`
	} `json:"devices"`
}

// keyRequest is the body of create and update, for every type of key.
type keyRequest struct {
	KeyType       string       `json:"keyType"`
	Description   string       `json:"description"`
	Capabilities  capabilities `json:"capabilities"`
	ExpirySeconds *int64       `json:"expirySeconds"`
	Scopes        []string     `json:"scopes"`
	Tags          []string     `json:"tags"`

	// Of federated identities.
	Issuer           string            `json:"issuer"`
	Subject          string            `json:"subject"`
	Audience         string            `json:"audience"`
	CustomClaimRules map[string]string `json:"customClaimRules"`
}

type keyResponse struct {
	ID            string        `json:"id"`
	KeyType       string        `json:"keyType"`
	Key           string        `json:"key,omitempty"`
	Description   string        `json:"description"`
	ExpirySeconds int64         `json:"expirySeconds,omitempty"`
	Created       string        `json:"created"`
	Updated       string        `json:"updated,omitempty"`
	Expires       string        `json:"expires,omitempty"`
	Capabilities  *capabilities `json:"capabilities,omitempty"`
	Invalid       bool          `json:"invalid,omitempty"`
	Scopes        []string      `json:"scopes,omitempty"`
	Tags          []string      `json:"tags,omitempty"`
	UserID        string        `json:"userId"`

	Audience         string            `json:"audience,omitempty"`
	Issuer           string            `json:"issuer,omitempty"`
	Subject          string            `json:"subject,omitempty"`
	CustomClaimRules map[string]string `json:"customClaimRules,omitempty"`
}

func (a *API) createKey(token credential.Token, r *http.Request) (any, error) {
	var request keyRequest
	if err := decode(r, &request); err != nil {
		return nil, err
	}
	switch request.KeyType {
	case "", credential.KindAuth:
		return a.createAuthKey(token, request)
	case credential.KindClient:
		return a.createClient(token, request)
	case credential.KindFederated:
		return a.createIdentity(token, request)
	}
	return nil, badRequest(fmt.Sprintf("unknown keyType %q", request.KeyType))
}

func (a *API) createAuthKey(token credential.Token, request keyRequest) (any, error) {
	if err := require(token, "auth_keys"); err != nil {
		return nil, err
	}
	if err := checkDescription(request.Description); err != nil {
		return nil, err
	}
	create := request.Capabilities.Devices.Create
	if len(create.Tags) == 0 {
		// Keys of OAuth clients belong to the tailnet, not to a person. The
		// words are the real service's, see github.com/tailscale/tailscale/pull/7224.
		return nil, badRequest("tailnet-owned auth key must have tags set")
	}
	if err := a.Credentials.Permit(token, create.Tags); err != nil {
		return nil, err
	}
	expiry := credential.DefaultExpiry
	if request.ExpirySeconds != nil {
		expiry = time.Duration(*request.ExpirySeconds) * time.Second
		if *request.ExpirySeconds <= 0 || expiry > credential.DefaultExpiry {
			return nil, badRequest(fmt.Sprintf("expirySeconds must be between 1 and %d, but %d was given",
				int64(credential.DefaultExpiry.Seconds()), *request.ExpirySeconds))
		}
	}
	key := a.Credentials.MintAuthKey(credential.AuthKeyRequest{
		Description:   request.Description,
		Tags:          create.Tags,
		Reusable:      create.Reusable,
		Ephemeral:     create.Ephemeral,
		Preauthorized: create.Preauthorized,
		Expiry:        expiry,
	})
	return a.describe(key, key.Secret), nil
}

func (a *API) listKeys(token credential.Token, r *http.Request) (any, error) {
	keys := []keyResponse{}
	for _, key := range a.Credentials.List() {
		if require(token, scopeOf(key)+":read") == nil {
			keys = append(keys, a.describe(key, ""))
		}
	}
	return map[string]any{"keys": keys}, nil
}

// find returns the key that a request names, if the token has the scope for
// its kind with the suffix.
func (a *API) find(token credential.Token, r *http.Request, suffix string) (credential.Key, error) {
	key, ok := a.Credentials.Get(r.PathValue("id"))
	if !ok {
		return key, notFound("key not found")
	}
	return key, require(token, scopeOf(key)+suffix)
}

func (a *API) getKey(token credential.Token, r *http.Request) (any, error) {
	key, err := a.find(token, r, ":read")
	if err != nil {
		return nil, err
	}
	return a.describe(key, ""), nil
}

func (a *API) deleteKey(token credential.Token, r *http.Request) (any, error) {
	key, err := a.find(token, r, "")
	if err != nil {
		return nil, err
	}
	if !a.Credentials.Delete(key.ID) {
		return nil, notFound("key not found")
	}
	return nil, nil
}

func scopeOf(key credential.Key) string {
	switch key.Kind {
	case credential.KindClient:
		return "oauth_keys"
	case credential.KindFederated:
		return "federated_keys"
	}
	return "auth_keys"
}

func checkDescription(description string) error {
	if length := len([]rune(description)); length > maxDescription {
		return badRequest(fmt.Sprintf("description must be at most %d characters, but has %d", maxDescription, length))
	}
	return nil
}

// describe is the JSON form of a key. The secret is shown at creation alone.
func (a *API) describe(key credential.Key, secret string) keyResponse {
	response := keyResponse{
		ID:          key.ID,
		KeyType:     key.Kind,
		Key:         secret,
		Description: key.Description,
		Created:     timestamp(key.Created),
		Updated:     timestamp(key.Updated),
		UserID:      "uAdministrator",
	}
	if key.Kind != credential.KindAuth {
		response.Scopes = key.Scopes
		response.Tags = key.Tags
		response.Audience = key.Audience
		response.Issuer = key.Issuer
		response.Subject = key.Subject
		response.CustomClaimRules = key.CustomClaimRules
		return response
	}
	response.ExpirySeconds = int64(key.Expiry.Seconds())
	response.Expires = timestamp(key.Expires)
	response.Invalid = key.Invalid(a.Credentials.Now())
	response.Capabilities = &capabilities{}
	create := &response.Capabilities.Devices.Create
	create.Reusable = key.Reusable
	create.Ephemeral = key.Ephemeral
	create.Preauthorized = key.Preauthorized
	create.Tags = key.Tags
	return response
}

func timestamp(moment time.Time) string {
	if moment.IsZero() {
		return ""
	}
	return moment.UTC().Format(time.RFC3339)
}
