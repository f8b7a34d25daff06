// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"net/http"

	"spacetail/test/world/tailnet/control"
	"spacetail/test/world/tailnet/peers"
)

// setNetwork replaces what nodes are told about names, relays and routes.
func (a *Admin) setNetwork(r *http.Request) (any, error) {
	var network control.Network
	if err := decode(r, &network); err != nil {
		return nil, err
	}
	a.World.Control.SetNetwork(network)
	return done, nil
}

// openDoor opens a port that leads to a service as a peer reaches it.
func (a *Admin) openDoor(r *http.Request) (any, error) {
	if a.World.Peers == nil {
		return nil, &refusal{http.StatusNotFound, "this tailnet has no peers"}
	}
	var order struct {
		Peer   string `json:"peer"`
		Target string `json:"target"`
	}
	if err := decode(r, &order); err != nil {
		return nil, err
	}
	address, err := a.World.Peers.Door(order.Peer, order.Target)
	if err != nil {
		return nil, badRequest(err)
	}
	return map[string]string{"address": address}, nil
}

// setRecords replaces what the name server on the tailnet knows.
func (a *Admin) setRecords(r *http.Request) (any, error) {
	if a.World.Peers == nil {
		return nil, &refusal{http.StatusNotFound, "this tailnet has no peers"}
	}
	var records []peers.Record
	if err := decode(r, &records); err != nil {
		return nil, err
	}
	if err := a.World.Peers.NameServer.Set(records); err != nil {
		return nil, badRequest(err)
	}
	return done, nil
}

// questions says what the name server on the tailnet was asked, and how often.
func (a *Admin) questions(*http.Request) (any, error) {
	if a.World.Peers == nil {
		return nil, &refusal{http.StatusNotFound, "this tailnet has no peers"}
	}
	return a.World.Peers.NameServer.Asked(), nil
}
