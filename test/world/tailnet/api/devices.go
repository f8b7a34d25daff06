// SPDX-License-Identifier: Apache-2.0

package api

import (
	"net/http"
	"strconv"

	"spacetail/test/world/tailnet/control"
	"spacetail/test/world/tailnet/credential"
)

type deviceResponse struct {
	ID                 string   `json:"id"`
	NodeID             string   `json:"nodeId"`
	Name               string   `json:"name"`
	Hostname           string   `json:"hostname"`
	Addresses          []string `json:"addresses"`
	User               string   `json:"user"`
	Tags               []string `json:"tags,omitempty"`
	OS                 string   `json:"os"`
	ClientVersion      string   `json:"clientVersion"`
	Created            string   `json:"created"`
	LastSeen           string   `json:"lastSeen"`
	Expires            string   `json:"expires,omitempty"`
	KeyExpiryDisabled  bool     `json:"keyExpiryDisabled"`
	Authorized         bool     `json:"authorized"`
	IsEphemeral        bool     `json:"isEphemeral"`
	IsExternal         bool     `json:"isExternal"`
	ConnectedToControl bool     `json:"connectedToControl"`
	UpdateAvailable    bool     `json:"updateAvailable"`
	MachineKey         string   `json:"machineKey"`
	NodeKey            string   `json:"nodeKey"`
}

func (a *API) listDevices(token credential.Token, r *http.Request) (any, error) {
	if err := require(token, "devices:core:read"); err != nil {
		return nil, err
	}
	devices := []deviceResponse{}
	for _, node := range a.Control.Nodes() {
		devices = append(devices, describeDevice(node))
	}
	return map[string]any{"devices": devices}, nil
}

func (a *API) getDevice(token credential.Token, r *http.Request) (any, error) {
	if err := require(token, "devices:core:read"); err != nil {
		return nil, err
	}
	node, err := a.findDevice(r)
	if err != nil {
		return nil, err
	}
	return describeDevice(node), nil
}

func (a *API) deleteDevice(token credential.Token, r *http.Request) (any, error) {
	if err := require(token, "devices:core"); err != nil {
		return nil, err
	}
	node, err := a.findDevice(r)
	if err != nil {
		return nil, err
	}
	if !a.Control.Delete(node.ID, "api") {
		return nil, notFound("device not found")
	}
	return nil, nil
}

// findDevice takes either of a device's two identifiers.
func (a *API) findDevice(r *http.Request) (control.Node, error) {
	id := r.PathValue("id")
	for _, node := range a.Control.Nodes() {
		if id == deviceID(node) || id == string(node.StableID) {
			return node, nil
		}
	}
	return control.Node{}, notFound("device not found")
}

func deviceID(node control.Node) string { return strconv.FormatInt(int64(node.ID), 10) }

func describeDevice(node control.Node) deviceResponse {
	user := "tagged-devices"
	if len(node.Tags) == 0 {
		user = "admin@tail.test"
	}
	device := deviceResponse{
		ID:                 deviceID(node),
		NodeID:             string(node.StableID),
		Name:               node.DNSName,
		Hostname:           node.Hostinfo.Hostname,
		User:               user,
		Tags:               node.Tags,
		OS:                 node.Hostinfo.OS,
		ClientVersion:      node.Hostinfo.IPNVersion,
		Created:            timestamp(node.Created),
		LastSeen:           timestamp(node.LastSeen),
		Expires:            timestamp(node.KeyExpiry),
		KeyExpiryDisabled:  node.KeyExpiry.IsZero(),
		Authorized:         node.Authorized,
		IsEphemeral:        node.Ephemeral,
		ConnectedToControl: node.Online,
		MachineKey:         node.MachineKey.String(),
		NodeKey:            node.NodeKey.String(),
	}
	for _, address := range node.Addresses {
		device.Addresses = append(device.Addresses, address.Addr().String())
	}
	return device
}
