// SPDX-License-Identifier: Apache-2.0

package control

import (
	"net/http"
	"time"

	"tailscale.com/tailcfg"
	"tailscale.com/types/key"

	"spacetail/test/world/tailnet/credential"
	"spacetail/test/world/tailnet/events"
	"spacetail/test/world/tailnet/fault"
)

// minimumVersion is the first capability version whose stream requests are
// read-only, which this server relies on.
const minimumVersion = 68

func (s *Server) serveRegister(w http.ResponseWriter, r *http.Request, machine key.MachinePublic) {
	if s.config.Faults.Named(fault.ControlRegister, w, r) {
		return
	}
	var request tailcfg.RegisterRequest
	if !readJSON(w, r, &request) {
		return
	}
	if request.Version < minimumVersion || request.Hostinfo == nil || request.NodeKey.IsZero() {
		http.Error(w, "want a register request of version 68 or later with Hostinfo and NodeKey", http.StatusBadRequest)
		return
	}
	s.config.Events.Append(events.NodeAsked, events.Attributes{"hostname": request.Hostinfo.Hostname})
	time.Sleep(s.Settings().RegisterDelay)
	var grant *Grant
	if request.Followup != "" {
		var err error
		if grant, err = s.awaitLogin(r.Context(), request.Followup); err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
	}
	writeJSON(w, s.register(machine, &request, grant))
}

// register decides about a register request. Refusals travel in the response,
// whose HTTP status is 200 then too. The grant is nil unless somebody has logged
// the node in.
func (s *Server) register(machine key.MachinePublic, request *tailcfg.RegisterRequest, grant *Grant) *tailcfg.RegisterResponse {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()

	known := s.findLocked(func(n *node) bool { return n.nodeKey == request.NodeKey })
	if known != nil && known.machine != machine {
		return &tailcfg.RegisterResponse{Error: "node key is in use by another machine"}
	}
	// A logout carries the auth key too, so it has to be looked at first.
	if !request.Expiry.IsZero() && request.Expiry.Before(now) {
		if known != nil {
			s.logOutLocked(known, now)
		}
		return &tailcfg.RegisterResponse{NodeKeyExpired: true}
	}
	// A node that is only coming back (after WantRunning was off, say) sends
	// its one-shot key again, used as it is.
	if known != nil && !known.expired(now) {
		known.version = request.Version
		return s.welcome(known)
	}
	hasKey := request.Auth != nil && request.Auth.AuthKey != ""
	if known != nil && !hasKey && grant == nil {
		return &tailcfg.RegisterResponse{NodeKeyExpired: true}
	}
	if !hasKey && grant == nil {
		return &tailcfg.RegisterResponse{AuthURL: s.offerLoginLocked()}
	}
	var admission credential.Admission
	if grant != nil {
		admission = grant.admission()
	} else {
		var err error
		admission, err = s.config.Keys.Admit(request.Auth.AuthKey, request.Hostinfo.RequestTags)
		if err != nil {
			return &tailcfg.RegisterResponse{Error: err.Error()}
		}
	}
	if known == nil {
		known = s.findLocked(func(n *node) bool { return n.machine == machine })
	}
	if known == nil {
		known = s.addLocked(machine, request.Hostinfo.Hostname, now)
	}
	s.admitLocked(known, request, admission, now)
	return s.welcome(known)
}

func (s *Server) addLocked(machine key.MachinePublic, hostname string, now time.Time) *node {
	s.lastID++
	n := &node{
		id:        s.lastID,
		name:      s.uniqueNameLocked(hostname),
		addresses: addressesOf(s.lastID),
		machine:   machine,
		created:   now,
		lastSeen:  now,
		streams:   map[*stream]bool{},
		knows:     map[tailcfg.NodeID]bool{},
	}
	s.nodes[n.id] = n
	return n
}

// admitLocked gives a new or returning node what its auth key grants.
func (s *Server) admitLocked(n *node, request *tailcfg.RegisterRequest, admission credential.Admission, now time.Time) {
	n.nodeKey = request.NodeKey
	s.renameLocked(n, request.Hostinfo.Hostname)
	n.hostinfo = request.Hostinfo
	n.version = request.Version
	n.tags = admission.Tags
	n.authorized = admission.Authorized
	// A node with `--state=mem:` asks to be ephemeral, whatever its key.
	n.ephemeral = admission.Ephemeral || (request.Ephemeral && !s.settings.EphemeralByKey)
	n.keyExpiry = time.Time{}
	if len(n.tags) == 0 {
		n.keyExpiry = now.Add(untaggedKeyLifetime)
	}
	s.config.Events.Append(events.KeyUsed, events.Attributes{"id": admission.KeyID, "node": n.name})
	s.config.Events.Append(events.NodeRegistered, events.Attributes{
		"name":       n.name,
		"dnsName":    s.dnsName(n),
		"addresses":  addressStrings(n.addresses),
		"tags":       n.tags,
		"ephemeral":  n.ephemeral,
		"authorized": n.authorized,
	})
	s.wakeAllLocked()
}

func (s *Server) logOutLocked(n *node, now time.Time) {
	s.config.Events.Append(events.NodeLoggedOut, events.Attributes{"name": n.name})
	if n.ephemeral {
		s.deleteLocked(n, "logout")
		return
	}
	n.keyExpiry = now
	s.wakeAllLocked()
}

func (s *Server) welcome(n *node) *tailcfg.RegisterResponse {
	owner := ownerOf(n)
	return &tailcfg.RegisterResponse{
		User:              tailcfg.User{ID: owner.ID, DisplayName: owner.DisplayName},
		Login:             tailcfg.Login{ID: tailcfg.LoginID(owner.ID), LoginName: owner.LoginName, DisplayName: owner.DisplayName},
		MachineAuthorized: n.authorized,
	}
}
