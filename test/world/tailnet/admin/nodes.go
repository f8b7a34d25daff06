// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"tailscale.com/tailcfg"

	"spacetail/test/world/tailnet/control"
)

type nodeResponse struct {
	Name       string   `json:"name"`
	DNSName    string   `json:"dnsName"`
	Addresses  []string `json:"addresses"`
	Tags       []string `json:"tags"`
	Hostname   string   `json:"hostname"` // as it calls itself
	Ephemeral  bool     `json:"ephemeral"`
	ShieldsUp  bool     `json:"shieldsUp"`
	Authorized bool     `json:"authorized"`
	Online     bool     `json:"online"`
	Peer       bool     `json:"peer"`
	// What the node says about itself.
	Routes []string `json:"routes"`
}

func (a *Admin) listNodes(*http.Request) (any, error) {
	nodes := []nodeResponse{}
	for _, node := range a.World.Control.Nodes() {
		response := nodeResponse{
			Name:       node.Name,
			DNSName:    node.DNSName,
			Tags:       node.Tags,
			Hostname:   node.Hostinfo.Hostname,
			Ephemeral:  node.Ephemeral,
			ShieldsUp:  node.Hostinfo.ShieldsUp,
			Authorized: node.Authorized,
			Online:     node.Online,
			Peer:       a.World.IsPeer(node),
			Routes:     []string{},
		}
		for _, route := range node.Hostinfo.RoutableIPs {
			response.Routes = append(response.Routes, route.String())
		}
		for _, address := range node.Addresses {
			response.Addresses = append(response.Addresses, address.Addr().String())
		}
		nodes = append(nodes, response)
	}
	return nodes, nil
}

func (a *Admin) deleteNode(r *http.Request) (any, error) {
	return a.withNode(r, func(id tailcfg.NodeID) bool { return a.World.Control.Delete(id, "admin") })
}

func (a *Admin) expireNode(r *http.Request) (any, error) {
	return a.withNode(r, a.World.Control.Expire)
}

func (a *Admin) authorizeNode(r *http.Request) (any, error) {
	return a.withNode(r, a.World.Control.Authorize)
}

// withNode does something with the node that a path names.
func (a *Admin) withNode(r *http.Request, work func(tailcfg.NodeID) bool) (any, error) {
	name := r.PathValue("name")
	for _, node := range a.World.Control.Nodes() {
		if node.Name == name && work(node.ID) {
			return done, nil
		}
	}
	return nil, &refusal{http.StatusNotFound, fmt.Sprintf("no node is called %q", name)}
}

// logIn does what a person does on the page that a node without a key names.
func (a *Admin) logIn(r *http.Request) (any, error) {
	var body struct {
		URL  string   `json:"url"`
		Tags []string `json:"tags"`
	}
	if err := decode(r, &body); err != nil {
		return nil, err
	}
	if err := a.World.Control.LogIn(body.URL, control.Grant{Tags: body.Tags}); err != nil {
		return nil, &refusal{http.StatusNotFound, err.Error()}
	}
	return done, nil
}

// knows answers when the daemon of a peer knows a node, or 504.
func (a *Admin) knows(r *http.Request) (any, error) {
	query := r.URL.Query()
	timeout := 5 * time.Second
	if text := query.Get("timeout"); text != "" {
		var err error
		if timeout, err = time.ParseDuration(text); err != nil {
			return nil, badRequest(fmt.Errorf("timeout: %w", err))
		}
	}
	if a.World.Peers == nil {
		return nil, &refusal{http.StatusNotFound, "this tailnet has no peers"}
	}
	ctx, cancel := context.WithTimeout(r.Context(), timeout)
	defer cancel()
	start := time.Now()
	err := a.World.Peers.Knows(ctx, query.Get("peer"), query.Get("node"))
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		message := fmt.Sprintf("%s does not know %s after %v", query.Get("peer"), query.Get("node"), timeout)
		return nil, &refusal{http.StatusGatewayTimeout, message}
	case err != nil:
		return nil, badRequest(err)
	}
	return map[string]any{"waitedMs": float64(time.Since(start).Microseconds()) / 1000}, nil
}

func (a *Admin) state(*http.Request) (any, error) {
	if a.World.Peers == nil {
		return nil, &refusal{http.StatusNotFound, "this tailnet has no peers"}
	}
	return a.World.Peers.StateBackend.Summary(), nil
}

type settings struct {
	JoinDelayMs        *int64 `json:"joinDelayMs"`
	RegisterDelayMs    *int64 `json:"registerDelayMs"`
	EphemeralTimeoutMs *int64 `json:"ephemeralTimeoutMs"`
	EphemeralByKey     *bool  `json:"ephemeralByKey"`
}

func (s *settings) of(current *control.Settings) map[**int64]*time.Duration {
	return map[**int64]*time.Duration{
		&s.JoinDelayMs:        &current.JoinDelay,
		&s.RegisterDelayMs:    &current.RegisterDelay,
		&s.EphemeralTimeoutMs: &current.EphemeralTimeout,
	}
}

func (a *Admin) getSettings(*http.Request) (any, error) {
	current := a.World.Control.Settings()
	var answer settings
	for field, duration := range answer.of(&current) {
		milliseconds := duration.Milliseconds()
		*field = &milliseconds
	}
	answer.EphemeralByKey = &current.EphemeralByKey
	return answer, nil
}

// setSettings changes the given settings and answers with all.
func (a *Admin) setSettings(r *http.Request) (any, error) {
	var wanted settings
	if err := decode(r, &wanted); err != nil {
		return nil, err
	}
	current := a.World.Control.Settings()
	for field, duration := range wanted.of(&current) {
		switch {
		case *field == nil:
		case **field < 0:
			return nil, badRequest(fmt.Errorf("a delay must not be negative, but %d was given", **field))
		default:
			*duration = time.Duration(**field) * time.Millisecond
		}
	}
	if wanted.EphemeralByKey != nil {
		current.EphemeralByKey = *wanted.EphemeralByKey
	}
	a.World.Control.SetSettings(current)
	return a.getSettings(r)
}
