// SPDX-License-Identifier: Apache-2.0

// Package api is the part of Tailscale's HTTP API, version 2, that spacetail
// and Terraform's Tailscale provider use: OAuth tokens and the exchange of
// identity tokens, auth keys, OAuth clients, federated identities and devices.
// Shapes follow what the real provider accepts; refusals
// have the real service's words where those are known.
package api

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"spacetail/test/world/tailnet/control"
	"spacetail/test/world/tailnet/credential"
	"spacetail/test/world/tailnet/events"
	"spacetail/test/world/tailnet/federation"
	"spacetail/test/world/tailnet/policy"
)

// API answers requests under /api/v2/. Mount it with Handler.
type API struct {
	Credentials *credential.Store
	Control     *control.Server
	// Issuers has the keys of those whose identity tokens are exchanged.
	Issuers *federation.Issuers
	Events  *events.Log
}

// Handler returns the API's routes.
func (a *API) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v2/oauth/token", a.serveToken)
	mux.HandleFunc("POST /api/v2/oauth/token-exchange", a.serveExchange)
	for pattern, handle := range map[string]authenticated{
		"POST /api/v2/tailnet/{tailnet}/keys":        a.createKey,
		"GET /api/v2/tailnet/{tailnet}/keys":         a.listKeys,
		"GET /api/v2/tailnet/{tailnet}/keys/{id}":    a.getKey,
		"PUT /api/v2/tailnet/{tailnet}/keys/{id}":    a.updateKey,
		"DELETE /api/v2/tailnet/{tailnet}/keys/{id}": a.deleteKey,
		"GET /api/v2/tailnet/{tailnet}/devices":      a.listDevices,
		"GET /api/v2/device/{id}":                    a.getDevice,
		"DELETE /api/v2/device/{id}":                 a.deleteDevice,
	} {
		mux.HandleFunc(pattern, a.authenticate(handle))
	}
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, http.StatusNotFound, "not found")
	})
	return mux
}

// authenticated is a handler that knows whose request it is. It returns the
// value to answer with, or an error.
type authenticated func(token credential.Token, r *http.Request) (any, error)

// authenticate takes the access token from a Bearer header or from the user
// name of Basic authentication, as the real API does.
func (a *API) authenticate(handle authenticated) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		secret, isBearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !isBearer {
			secret, _, _ = r.BasicAuth()
		}
		token, err := a.Credentials.Authenticate(secret)
		if err == nil {
			if tailnet := r.PathValue("tailnet"); tailnet != "" && tailnet != "-" {
				err = notFound("tailnet not found; this one answers to - alone")
			}
		}
		var answer any
		if err == nil {
			answer, err = handle(token, r)
		}
		if err != nil {
			refuseWith(w, err)
			return
		}
		reply(w, answer)
	}
}

// require refuses a token without the scope. The words are the real service's
// (github.com/tailscale/github-action/issues/301).
func require(token credential.Token, scope string) error {
	if credential.Allows(token.Scopes, scope) {
		return nil
	}
	return &credential.Error{
		Status:  http.StatusForbidden,
		Message: "calling actor does not have enough permissions to perform this function",
	}
}

func badRequest(message string) error {
	return &credential.Error{Status: http.StatusBadRequest, Message: message}
}

func notFound(message string) error {
	return &credential.Error{Status: http.StatusNotFound, Message: message}
}

// decode reads a JSON body. Unknown fields are refused, as the real API does
// (github.com/tailscale/tailscale/issues/7145).
func decode(r *http.Request, into any) error {
	decoder := json.NewDecoder(io.LimitReader(r.Body, 1<<20))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return badRequest(err.Error())
	}
	return nil
}

// reply answers 200 with JSON; nil gives `null`, as the provider accepts it
// for deletions.
func reply(w http.ResponseWriter, answer any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(answer)
}

func refuseWith(w http.ResponseWriter, err error) {
	var refusal *credential.Error
	var tags *policy.TagsError
	switch {
	case errors.As(err, &refusal):
		refuse(w, refusal.Status, refusal.Message)
	case errors.As(err, &tags):
		refuse(w, http.StatusBadRequest, tags.Error())
	default:
		refuse(w, http.StatusInternalServerError, err.Error())
	}
}

func refuse(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]string{"message": message})
}
