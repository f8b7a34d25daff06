// SPDX-License-Identifier: Apache-2.0

// Package control is the control server of the embedded tailnet. It speaks the
// protocol of Tailscale 1.102 (ts2021: HTTP/2 inside Noise) to unmodified
// nodes: they register with auth keys, poll their network map and log out.
//
// It is strict where the real service is strict, and it has the real service's
// unpleasant property that peers learn of a new node later than the node
// learns of them. A server that told everybody at once would hide the lost
// first handshake that follows from it.
package control

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
	"sync"
	"time"

	"golang.org/x/net/http2"
	"tailscale.com/control/controlhttp/controlhttpserver"
	"tailscale.com/tailcfg"
	"tailscale.com/types/key"
	"tailscale.com/types/logger"

	"spacetail/test/world/tailnet/credential"
	"spacetail/test/world/tailnet/events"
	"spacetail/test/world/tailnet/fault"
	"spacetail/test/world/tailnet/policy"
)

// Settings are the delays of the server. They may change while it runs.
type Settings struct {
	// JoinDelay is how much later than possible peers are told of a new node.
	JoinDelay time.Duration
	// RegisterDelay is how long every register request, logouts included, takes.
	// A node that hangs up meanwhile is registered all the same, as on headscale,
	// which needs one to two seconds.
	RegisterDelay time.Duration
	// EphemeralByKey makes the auth key alone decide whether a node is ephemeral,
	// as headscale does; the real service also listens to the node.
	EphemeralByKey bool
	// EphemeralTimeout is how long an ephemeral node may be offline before it
	// is deleted.
	EphemeralTimeout time.Duration
}

// Config is what a server needs from the rest of the tailnet.
type Config struct {
	// Domain is the MagicDNS suffix, without a dot at either end.
	Domain   string
	Keys     *credential.Store
	Access   policy.Access
	DERPMap  *tailcfg.DERPMap
	Events   *events.Log
	Faults   *fault.Set
	Logf     logger.Logf
	Settings Settings
	// LoginURL is the start of the web address that a node without an auth key
	// is told to visit. Nothing answers there: LogIn does what a person would do.
	LoginURL string
}

// Server is a control server. Make one with New and mount Handler.
type Server struct {
	config  Config
	private key.MachinePrivate // lives as long as the process: nodes do not come back to another key

	mu       sync.Mutex
	settings Settings
	network  Network
	nodes    map[tailcfg.NodeID]*node
	lastID   tailcfg.NodeID
	logins   map[string]*login // by the addresses of their pages
	proofs   map[string]string // what nodes have had published, by absolute names
}

// New returns a server without nodes.
func New(config Config) *Server {
	return &Server{
		config:   config,
		private:  key.NewMachine(),
		settings: config.Settings,
		nodes:    map[tailcfg.NodeID]*node{},
		logins:   map[string]*login{},
		proofs:   map[string]string{},
	}
}

// Settings returns the present delays.
func (s *Server) Settings() Settings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.settings
}

// SetSettings changes the delays. A new ephemeral timeout also counts for the
// nodes that are offline already, from now on.
func (s *Server) SetSettings(settings Settings) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settings = settings
	for _, n := range s.nodes {
		if n.inactivity != nil {
			s.startInactivityLocked(n)
		}
	}
}

// Handler serves the outer HTTP requests of nodes: the server's key and the
// upgrade to the encrypted connection. It needs HTTP/1.1.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /key", s.serveKey)
	mux.HandleFunc("POST /ts2021", s.serveUpgrade)
	return mux
}

func (s *Server) serveKey(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, &tailcfg.OverTLSPublicKeyResponse{PublicKey: s.private.Public()})
}

func (s *Server) serveUpgrade(w http.ResponseWriter, r *http.Request) {
	conn, err := controlhttpserver.AcceptHTTP(r.Context(), w, r, s.private, nil)
	if err != nil {
		s.config.Logf("control: upgrade: %v", err)
		return
	}
	defer conn.Close()
	machine := conn.Peer()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /machine/register", func(w http.ResponseWriter, r *http.Request) {
		s.serveRegister(w, r, machine)
	})
	mux.HandleFunc("POST /machine/map", func(w http.ResponseWriter, r *http.Request) {
		s.serveMap(w, r, machine)
	})
	mux.HandleFunc("POST /machine/set-dns", func(w http.ResponseWriter, r *http.Request) {
		s.serveSetDNS(w, r, machine)
	})
	mux.HandleFunc("POST /machine/update-health", func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusNoContent)
	})
	new(http2.Server).ServeConn(conn, &http2.ServeConnOpts{
		Context:    r.Context(),
		BaseConfig: &http.Server{ErrorLog: log.New(io.Discard, "", 0)},
		Handler:    events.Requests(s.config.Events, "noise", mux),
	})
}

func readJSON(w http.ResponseWriter, r *http.Request, into any) bool {
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(into)
	if err != nil {
		http.Error(w, "bad request body: "+err.Error(), http.StatusBadRequest)
	}
	return err == nil
}

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(value)
}
