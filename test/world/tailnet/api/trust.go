// SPDX-License-Identifier: Apache-2.0

package api

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"spacetail/test/world/tailnet/credential"
	"spacetail/test/world/tailnet/federation"
)

// Trust credentials are OAuth clients and federated identities: both are keys
// with scopes and tags that get access tokens (tailscale.com/kb/1623).

func (a *API) createClient(token credential.Token, request keyRequest) (any, error) {
	if err := a.judgeClient(token, request); err != nil {
		return nil, err
	}
	client := a.Credentials.MintClient(clientOf(request))
	return a.describe(client, client.Secret), nil
}

func (a *API) createIdentity(token credential.Token, request keyRequest) (any, error) {
	if err := a.judgeIdentity(token, request); err != nil {
		return nil, err
	}
	return a.describe(a.Credentials.MintIdentity(identityOf(request)), ""), nil
}

func (a *API) updateKey(token credential.Token, r *http.Request) (any, error) {
	key, err := a.find(token, r, "")
	if err != nil {
		return nil, err
	}
	var request keyRequest
	if err := decode(r, &request); err != nil {
		return nil, err
	}
	if key.Kind == credential.KindAuth || request.KeyType != "" && request.KeyType != key.Kind {
		return nil, badRequest("only OAuth clients and federated identities can be updated, and only as such")
	}
	update := a.updateClient
	if key.Kind == credential.KindFederated {
		update = a.updateIdentity
	}
	updated, ok, err := update(token, key.ID, request)
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return nil, notFound("key not found")
	}
	return a.describe(updated, ""), nil
}

func (a *API) updateClient(token credential.Token, id string, request keyRequest) (credential.Key, bool, error) {
	if err := a.judgeClient(token, request); err != nil {
		return credential.Key{}, false, err
	}
	updated, ok := a.Credentials.UpdateClient(id, clientOf(request))
	return updated, ok, nil
}

func (a *API) updateIdentity(token credential.Token, id string, request keyRequest) (credential.Key, bool, error) {
	if err := a.judgeIdentity(token, request); err != nil {
		return credential.Key{}, false, err
	}
	updated, ok := a.Credentials.UpdateIdentity(id, identityOf(request))
	return updated, ok, nil
}

func (a *API) judgeClient(token credential.Token, request keyRequest) error {
	return a.judgeTrust(token, "oauth_keys", "an OAuth client", request)
}

// judgeTrust decides whether the token may make a trust credential with the
// requested scopes and tags, or turn one into that.
func (a *API) judgeTrust(token credential.Token, scope, what string, request keyRequest) error {
	if err := require(token, scope); err != nil {
		return err
	}
	if err := checkDescription(request.Description); err != nil {
		return err
	}
	if len(request.Scopes) == 0 {
		return badRequest(what + " must have at least one scope")
	}
	for _, scope := range []string{"auth_keys", "devices:core"} {
		if slices.Contains(request.Scopes, scope) && len(request.Tags) == 0 {
			return badRequest(fmt.Sprintf("%s with scope %s must have tags", what, scope))
		}
	}
	if len(request.Tags) == 0 {
		return nil
	}
	return a.Credentials.Permit(token, request.Tags)
}

// judgeIdentity has the provider's rules besides; the real service's words are
// not known.
func (a *API) judgeIdentity(token credential.Token, request keyRequest) error {
	if err := a.judgeTrust(token, "federated_keys", "a federated identity", request); err != nil {
		return err
	}
	if err := federation.CheckIssuer(request.Issuer); err != nil {
		return badRequest(err.Error())
	}
	if request.Subject == "" {
		return badRequest("subject must not be empty")
	}
	if err := checkClaimRules(request.CustomClaimRules); err != nil {
		return badRequest(err.Error())
	}
	return nil
}

func checkClaimRules(rules map[string]string) error {
	for _, reserved := range []string{"aud", "iss", "sub"} {
		if _, ok := rules[reserved]; ok {
			return fmt.Errorf("customClaimRules must not have %s, which has a field of its own", reserved)
		}
	}
	if _, ok := rules[""]; ok {
		return errors.New("customClaimRules must not have an empty name")
	}
	return nil
}

func clientOf(request keyRequest) credential.ClientRequest {
	return credential.ClientRequest{Description: request.Description, Scopes: request.Scopes, Tags: request.Tags}
}

func identityOf(request keyRequest) credential.IdentityRequest {
	return credential.IdentityRequest{
		Description:      request.Description,
		Scopes:           request.Scopes,
		Tags:             request.Tags,
		Issuer:           request.Issuer,
		Subject:          request.Subject,
		Audience:         request.Audience,
		CustomClaimRules: request.CustomClaimRules,
	}
}

func trustOf(identity credential.Key) federation.Trust {
	return federation.Trust{
		Issuer:   identity.Issuer,
		Audience: identity.Audience,
		Subject:  identity.Subject,
		Claims:   identity.CustomClaimRules,
	}
}
