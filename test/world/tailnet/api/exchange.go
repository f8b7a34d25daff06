// SPDX-License-Identifier: Apache-2.0

package api

import (
	"net/http"
	"strings"

	"spacetail/test/world/tailnet/credential"
	"spacetail/test/world/tailnet/events"
)

// serveExchange exchanges an identity token for an access token. The form has
// client_id and jwt; Go's OAuth library adds grant_type=authorization_code.
func (a *API) serveExchange(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	if err := r.ParseForm(); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	if grant := r.PostForm.Get("grant_type"); grant != "" && grant != "authorization_code" {
		refuse(w, http.StatusBadRequest, "unsupported grant_type "+grant)
		return
	}
	token, err := a.exchange(r)
	if err != nil {
		refuseWith(w, err)
		return
	}
	reply(w, tokenResponse{
		AccessToken: token.Secret,
		TokenType:   "Bearer",
		ExpiresIn:   int(credential.TokenLifetime.Seconds()),
		Scope:       strings.Join(token.Scopes, " "),
	})
}

// exchange judges the identity token of a request. Callers are not told what
// was wrong with it, as by the real service
// (github.com/tailscale/github-action/issues/227); the record of events is.
func (a *API) exchange(r *http.Request) (credential.Token, error) {
	id := r.PostForm.Get("client_id")
	unauthorized := func(reason string) error {
		a.Events.Append(events.TokenRefused, events.Attributes{"id": id, "reason": reason})
		return &credential.Error{Status: http.StatusForbidden, Message: "Unauthorized"}
	}
	identity, ok := a.Credentials.Get(id)
	if !ok || identity.Kind != credential.KindFederated {
		return credential.Token{}, unauthorized("there is no such federated identity")
	}
	claims, err := a.Issuers.Verify(r.Context(), r.PostForm.Get("jwt"), trustOf(identity), a.Credentials.Now())
	if err != nil {
		return credential.Token{}, unauthorized(err.Error())
	}
	token, ok := a.Credentials.GrantIdentity(id)
	if !ok {
		return credential.Token{}, unauthorized("the federated identity was deleted")
	}
	a.Events.Append(events.TokenExchanged, events.Attributes{
		"id":      id,
		"subject": claims["sub"],
		"scopes":  token.Scopes,
		"tags":    token.Tags,
	})
	return token, nil
}
