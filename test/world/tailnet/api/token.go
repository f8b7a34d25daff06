// SPDX-License-Identifier: Apache-2.0

package api

import (
	"net/http"
	"net/url"
	"strings"

	"spacetail/test/world/tailnet/credential"
)

type tokenResponse struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"`
	Scope       string `json:"scope"`
	Tags        string `json:"tags,omitempty"`
}

// serveToken exchanges an OAuth client's secret for an access token. The
// secret comes in Basic authentication or in the form; Go's OAuth library
// tries one after the other.
func (a *API) serveToken(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	if err := r.ParseForm(); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	// Documented requests leave grant_type out, so only a wrong one is refused.
	if grant := r.PostForm.Get("grant_type"); grant != "" && grant != "client_credentials" {
		refuse(w, http.StatusBadRequest, "unsupported grant_type "+grant)
		return
	}
	secret := r.PostForm.Get("client_secret")
	if _, password, ok := r.BasicAuth(); ok {
		// RFC 6749 2.3.1: both parts are form-encoded inside Basic.
		if unescaped, err := url.QueryUnescape(password); err == nil {
			secret = unescaped
		}
	}
	token, err := a.Credentials.Grant(secret, words(r.PostForm.Get("scope")), words(r.PostForm.Get("tags")))
	if err != nil {
		refuseWith(w, err)
		return
	}
	reply(w, tokenResponse{
		AccessToken: token.Secret,
		TokenType:   "Bearer",
		ExpiresIn:   int(credential.TokenLifetime.Seconds()),
		Scope:       strings.Join(token.Scopes, " "),
		Tags:        strings.Join(token.Tags, " "),
	})
}

// words splits a list that is separated by spaces or commas.
func words(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ' ' || r == ',' })
}
