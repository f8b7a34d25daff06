// SPDX-License-Identifier: Apache-2.0

// Package world puts the parts of the embedded tailnet together: control
// server, API, relay and peers, behind listeners on loopback.
package world

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"

	"tailscale.com/types/logger"

	"spacetail/test/world/tailnet/api"
	"spacetail/test/world/tailnet/control"
	"spacetail/test/world/tailnet/credential"
	"spacetail/test/world/tailnet/dnsserver"
	"spacetail/test/world/tailnet/events"
	"spacetail/test/world/tailnet/fault"
	"spacetail/test/world/tailnet/federation"
	"spacetail/test/world/tailnet/gate"
	"spacetail/test/world/tailnet/peers"
	"spacetail/test/world/tailnet/pki"
	"spacetail/test/world/tailnet/policy"
	"spacetail/test/world/tailnet/relay"
)

// Domain is the MagicDNS suffix of the tailnet.
const Domain = "tail.test"

// Config says how to build a tailnet.
type Config struct {
	// Dir takes the root certificate and the peers' working files. It must
	// exist.
	Dir string
	// Listen is the address of the plain HTTP listener; an empty one means a
	// free port on loopback. The HTTPS listeners always take free ports.
	Listen    string
	Settings  control.Settings
	TagOwners policy.TagOwners
	NoPeers   bool
	// Logf takes the logs of all parts; nil discards them.
	Logf logger.Logf
}

// World is a running tailnet.
type World struct {
	Events      *events.Log
	Faults      *fault.Set
	Credentials *credential.Store
	Issuers     *federation.Issuers
	Control     *control.Server
	Peers       *peers.Set // nil without peers

	relay     *relay.Relay
	names     net.Listener // the public name server
	listeners listeners
	admin     credential.Key
	caFile    string
	certFile  string
	keyFile   string
}

// Start builds a tailnet and returns when its peers are up.
func Start(ctx context.Context, config Config) (_ *World, err error) {
	w := &World{
		Events:   new(events.Log),
		Faults:   new(fault.Set),
		Issuers:  new(federation.Issuers),
		caFile:   filepath.Join(config.Dir, "ca.pem"),
		certFile: filepath.Join(config.Dir, "localhost.pem"),
		keyFile:  filepath.Join(config.Dir, "localhost.key"),
	}
	defer func() {
		if err != nil {
			w.Close()
		}
	}()
	if w.relay, err = relay.Start(orDiscard(config.Logf)); err != nil {
		return nil, err
	}
	w.Credentials = credential.NewStore(config.TagOwners, w.Events, nil)
	// The client that the deploy loader and the real provider use.
	w.admin = w.Credentials.MintClient(credential.ClientRequest{Description: "Administrator", Scopes: []string{"all"}})

	if w.listeners.plain, err = open(orLoopback(config.Listen), "http"); err != nil {
		return nil, err
	}
	// While the peers join, nobody has to wait to be known: a test starts with
	// a tailnet that is settled.
	settled := config.Settings
	settled.JoinDelay, settled.RegisterDelay = 0, 0
	w.Control = control.New(control.Config{
		Domain:   Domain,
		Keys:     w.Credentials,
		Access:   policy.Access{Denials: []policy.Denial{{Node: peers.Vault, Tag: peers.SpaceliftTag}}},
		DERPMap:  w.relay.Map(),
		Events:   w.Events,
		Faults:   w.Faults,
		Logf:     orDiscard(config.Logf),
		Settings: settled,
		LoginURL: w.listeners.plain.url(),
	})
	if w.names, err = net.Listen("tcp4", "127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("listening for questions about names: %w", err)
	}
	go dnsserver.ServeTCP(w.names, w.Control.AnswerProof)
	handler := w.handler()
	w.listeners.plain.serve(events.Requests(w.Events, "http", handler), nil)

	certificates := make(chan error, 1)
	go func() { certificates <- w.serveHTTPS(handler) }()
	if !config.NoPeers {
		w.Peers, err = peers.Start(ctx, peers.Config{
			Dir:        filepath.Join(config.Dir, "peers"),
			ControlURL: w.listeners.plain.url(),
			MintKey:    w.mintPeerKey,
			Events:     w.Events,
			Logf:       config.Logf,
		})
		if err == nil {
			err = w.awaitOffline(ctx, peers.Attic)
		}
	}
	if certificatesErr := <-certificates; err == nil {
		err = certificatesErr
	}
	w.Control.SetSettings(config.Settings)
	return w, err
}

// handler serves control and API on every listener.
func (w *World) handler() http.Handler {
	mux := http.NewServeMux()
	api := &api.API{Credentials: w.Credentials, Control: w.Control, Issuers: w.Issuers, Events: w.Events}
	mux.Handle("/api/", api.Handler())
	mux.Handle("/", w.Control.Handler())
	return w.Faults.Middleware(mux)
}

func (w *World) serveHTTPS(handler http.Handler) error {
	chains, err := pki.Make()
	if err != nil {
		return err
	}
	chain, key, err := pki.Encode(chains.ECDSA)
	if err != nil {
		return err
	}
	for file, text := range map[string][]byte{w.caFile: chains.RootPEM, w.certFile: chain, w.keyFile: key} {
		if err := os.WriteFile(file, text, 0o644); err != nil {
			return fmt.Errorf("writing certificates: %w", err)
		}
	}
	return w.listeners.serveChains(handler, chains, w.Events)
}

func (w *World) mintPeerKey(tag string) string {
	key := w.Credentials.MintAuthKey(credential.AuthKeyRequest{
		Description:   "Peer",
		Tags:          []string{tag},
		Reusable:      true,
		Preauthorized: true,
	})
	return key.Secret
}

// awaitOffline waits until the control server has noticed that a node is gone.
func (w *World) awaitOffline(ctx context.Context, name string) error {
	var seen uint64
	for {
		list, grown := w.Events.Since(seen)
		seen += uint64(len(list))
		for _, node := range w.Control.Nodes() {
			if node.Name == name && !node.Online {
				return nil
			}
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return fmt.Errorf("waiting until %s is offline: %w", name, ctx.Err())
		}
	}
}

// SetControlState makes control and API refuse connections, freeze, or serve
// again; see package gate. The relay and the peers stay.
func (w *World) SetControlState(state gate.State) error { return w.listeners.set(state) }

// SetRelayState does the same with the relay.
func (w *World) SetRelayState(state gate.State) error { return w.relay.SetState(state) }

// Close stops everything. The peers' last words still find the control server.
func (w *World) Close() {
	if w.Peers != nil {
		w.SetControlState(gate.Up)
		w.Peers.Close()
	}
	w.listeners.close()
	if w.names != nil {
		w.names.Close()
	}
	if w.relay != nil {
		w.relay.Close()
	}
}

func orDiscard(logf logger.Logf) logger.Logf {
	if logf == nil {
		return logger.Discard
	}
	return logf
}

func orLoopback(address string) string {
	if address == "" {
		return "127.0.0.1:0"
	}
	return address
}
