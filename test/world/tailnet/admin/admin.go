// SPDX-License-Identifier: Apache-2.0

// Package admin is the test-only endpoint of the embedded tailnet, on a
// listener of its own: what happened, who is known to whom, and how the rest
// shall misbehave. Nothing that is under test talks to it.
package admin

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"spacetail/test/world/tailnet/gate"
	"spacetail/test/world/tailnet/world"
)

// Admin serves /world/.
type Admin struct {
	World *world.World
	// URL is where Admin is reached, for Info.
	URL string
	// Shutdown is called when the program is asked to end.
	Shutdown func()
}

// Info is the world's, with the admin URL.
func (a *Admin) Info() world.Info {
	info := a.World.Info()
	info.AdminURL = a.URL
	return info
}

// Handler returns the routes.
func (a *Admin) Handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, handle := range map[string]handler{
		"GET /world/info":                    func(*http.Request) (any, error) { return a.Info(), nil },
		"GET /world/nodes":                   a.listNodes,
		"DELETE /world/nodes/{name}":         a.deleteNode,
		"POST /world/nodes/{name}/expire":    a.expireNode,
		"POST /world/nodes/{name}/authorize": a.authorizeNode,
		"GET /world/knows":                   a.knows,
		"GET /world/state":                   a.state,
		"GET /world/secrets":                 func(*http.Request) (any, error) { return a.World.Credentials.Secrets(), nil },
		"POST /world/keys":                   a.createKey,
		"POST /world/logins":                 a.logIn,
		"POST /world/clients":                a.createClient,
		"POST /world/identities":             a.createIdentity,
		"POST /world/issuers":                a.locateIssuer,
		"GET /world/settings":                a.getSettings,
		"POST /world/settings":               a.setSettings,
		"POST /world/network":                a.setNetwork,
		"POST /world/doors":                  a.openDoor,
		"GET /world/questions":               a.questions,
		"POST /world/records":                a.setRecords,
		"GET /world/faults":                  func(*http.Request) (any, error) { return a.World.Faults.List(), nil },
		"POST /world/faults":                 a.addFault,
		"DELETE /world/faults":               a.clearFaults,
		"POST /world/control":                setState(a.World.SetControlState),
		"POST /world/relay":                  setState(a.World.SetRelayState),
	} {
		mux.HandleFunc(pattern, serve(handle))
	}
	mux.HandleFunc("GET /world/events", a.events)
	mux.HandleFunc("POST /world/shutdown", a.shutdown)
	return mux
}

// handler returns the value to answer with, or an error: a *refusal, or
// something unexpected.
type handler func(r *http.Request) (any, error)

type refusal struct {
	status  int
	message string
}

func (e *refusal) Error() string { return e.message }

func badRequest(err error) error { return &refusal{http.StatusBadRequest, err.Error()} }

func serve(handle handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		answer, err := handle(r)
		status := http.StatusOK
		if err != nil {
			status = http.StatusInternalServerError
			if refusal, ok := err.(*refusal); ok {
				status = refusal.status
			}
			answer = map[string]string{"error": err.Error()}
		}
		body, err := json.Marshal(answer)
		if err != nil {
			panic(err) // all answers are made of plain values
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)+1))
		w.WriteHeader(status)
		w.Write(append(body, '\n'))
	}
}

// done is the answer of requests that have nothing to tell.
var done = map[string]bool{"ok": true}

func decode(r *http.Request, into any) error {
	decoder := json.NewDecoder(io.LimitReader(r.Body, 1<<20))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return badRequest(fmt.Errorf("request body: %w", err))
	}
	return nil
}

// setState opens and closes a gate.
func setState(set func(gate.State) error) handler {
	return func(r *http.Request) (any, error) {
		var body struct {
			State gate.State `json:"state"`
		}
		if err := decode(r, &body); err != nil {
			return nil, err
		}
		if err := set(body.State); err != nil {
			return nil, badRequest(err)
		}
		return done, nil
	}
}

// shutdown answers before it ends the program.
func (a *Admin) shutdown(w http.ResponseWriter, r *http.Request) {
	serve(func(*http.Request) (any, error) { return done, nil })(w, r)
	http.NewResponseController(w).Flush()
	a.Shutdown()
}
