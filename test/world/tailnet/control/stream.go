// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"tailscale.com/tailcfg"
	"tailscale.com/types/key"
	"tailscale.com/util/zstdframe"

	"spacetail/test/world/tailnet/events"
	"spacetail/test/world/tailnet/fault"
)

// keepAliveInterval is well below the 120 s after which a node gives up a
// silent stream.
const keepAliveInterval = 50 * time.Second

// stream is one long poll of a node. A node that goes down and up again has
// two for a moment, so everything is kept by stream, not by node.
type stream struct {
	node  *node
	wake  chan struct{} // holds one: there may be something to send
	ended chan struct{} // closed when the node is deleted

	// What was sent last, as JSON; only the stream's goroutine uses these.
	self   string
	filter string
	dns    string
	relays string
	ssh    string
	peers  map[tailcfg.NodeID]string
}

func (s *Server) serveMap(w http.ResponseWriter, r *http.Request, machine key.MachinePublic) {
	if s.config.Faults.Named(fault.ControlMap, w, r) {
		return
	}
	var request tailcfg.MapRequest
	if !readJSON(w, r, &request) {
		return
	}
	if request.Version < minimumVersion {
		http.Error(w, "want a map request of version 68 or later", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	n := s.findLocked(func(n *node) bool { return n.nodeKey == request.NodeKey && n.machine == machine })
	if n == nil {
		s.mu.Unlock()
		http.Error(w, "node not found", http.StatusNotFound)
		return
	}
	if !request.Stream {
		s.updateLocked(n, &request)
		s.mu.Unlock()
		if !request.OmitPeers {
			poll := &stream{node: n, peers: map[tailcfg.NodeID]string{}}
			response, _ := s.next(poll)
			send(w, response, request.Compress)
		}
		return
	}
	poll := s.openLocked(n)
	s.mu.Unlock()
	defer s.closeStream(poll)
	s.run(r.Context(), w, poll, request.Compress)
}

// updateLocked takes over what a node says about itself.
func (s *Server) updateLocked(n *node, request *tailcfg.MapRequest) {
	if request.Hostinfo != nil {
		s.renameLocked(n, request.Hostinfo.Hostname)
		n.hostinfo = request.Hostinfo
	}
	n.endpoints = request.Endpoints
	n.version = request.Version
	first := n.disco.IsZero() && !request.DiscoKey.IsZero()
	n.disco = request.DiscoKey
	if first {
		s.announceLocked(n)
	}
	s.wakeAllLocked()
}

// announceLocked lets peers know of a new node, JoinDelay from now.
func (s *Server) announceLocked(n *node) {
	if s.settings.JoinDelay <= 0 {
		n.announced = true
		return
	}
	n.announcing = time.AfterFunc(s.settings.JoinDelay, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		n.announced = true
		s.wakeAllLocked()
	})
}

func (s *Server) openLocked(n *node) *stream {
	poll := &stream{
		node:  n,
		wake:  make(chan struct{}, 1),
		ended: make(chan struct{}),
		peers: map[tailcfg.NodeID]string{},
	}
	if !n.online() {
		s.config.Events.Append(events.NodeOnline, events.Attributes{"name": n.name})
	}
	n.streams[poll] = true
	if n.inactivity != nil {
		n.inactivity.Stop()
		n.inactivity = nil
	}
	s.wakeAllLocked()
	return poll
}

func (s *Server) closeStream(poll *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := poll.node
	if !n.streams[poll] {
		return // the node was deleted
	}
	delete(n.streams, poll)
	if n.online() {
		return
	}
	n.lastSeen = time.Now()
	s.config.Events.Append(events.NodeOffline, events.Attributes{"name": n.name})
	if n.ephemeral {
		s.startInactivityLocked(n)
	}
	s.wakeAllLocked()
}

func (s *Server) wakeAllLocked() {
	for _, n := range s.nodes {
		for poll := range n.streams {
			select {
			case poll.wake <- struct{}{}:
			default:
			}
		}
	}
}

// run sends map responses until the node goes away.
func (s *Server) run(ctx context.Context, w http.ResponseWriter, poll *stream, compress string) {
	keepAlive := time.NewTicker(keepAliveInterval)
	defer keepAlive.Stop()
	for {
		if response, shown := s.next(poll); response != nil {
			if !send(w, response, compress) {
				return
			}
			s.noteKnown(poll.node, shown)
		}
		select {
		case <-poll.wake:
		case <-keepAlive.C:
			if !send(w, &tailcfg.MapResponse{KeepAlive: true}, compress) {
				return
			}
		case <-poll.ended:
			return
		case <-ctx.Done():
			return
		}
	}
}

// noteKnown records the peers that a node has been told of for the first time.
func (s *Server) noteKnown(n *node, shown []tailcfg.NodeID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range shown {
		if other, ok := s.nodes[id]; ok && !n.knows[id] {
			n.knows[id] = true
			s.config.Events.Append(events.NodeKnown, events.Attributes{"peer": n.name, "node": other.name})
		}
	}
}

// send writes one map response in the protocol's frame: a four-byte
// little-endian length, then JSON, compressed if the node asked for it.
func send(w http.ResponseWriter, response *tailcfg.MapResponse, compress string) bool {
	message, err := json.Marshal(response)
	if err != nil {
		panic(err) // the types are the protocol's own
	}
	if compress == "zstd" {
		message = zstdframe.AppendEncode(nil, message, zstdframe.FastestCompression)
	}
	frame := binary.LittleEndian.AppendUint32(make([]byte, 0, 4+len(message)), uint32(len(message)))
	if _, err := w.Write(slices.Concat(frame, message)); err != nil {
		return false
	}
	return http.NewResponseController(w).Flush() == nil
}
