// SPDX-License-Identifier: Apache-2.0

// Package peers runs the nodes that the embedded tailnet is made of: services
// that exist nowhere but on the tailnet, a node that is offline and one that
// the packet filter hides. They are real nodes, in the process of the control
// server so that a test has one program to start and to stop.
package peers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"tailscale.com/envknob"
	"tailscale.com/ipn/store/mem"
	"tailscale.com/tsnet"
	"tailscale.com/types/logger"

	"spacetail/test/world/tailnet/accept"
	"spacetail/test/world/tailnet/events"
)

// Names of the peers.
const (
	State = "state" // Terraform state backend on port 80; on 8000 to 8002 what a proxy could get wrong
	DB    = "db"    // echo on port 5432, git over SSH on 22, databases, name server on 53; a router if it is made one
	Attic = "attic" // registered, but offline
	Vault = "vault" // listens on port 443, but its filter refuses SpaceliftTag
)

// SpaceliftTag is the tag of runs, which Vault accepts nothing from.
const SpaceliftTag = "tag:spacelift"

// tagsOf has the peers in the order in which they are listed.
var tagsOf = []struct{ name, tag string }{
	{State, "tag:state"},
	{DB, "tag:db"},
	{Attic, "tag:attic"},
	{Vault, "tag:vault"},
}

// Config is what the peers need from the rest of the tailnet.
type Config struct {
	// Dir is a directory of the peers' own. They keep no state in it.
	Dir        string
	ControlURL string
	// MintKey returns the secret of an auth key that admits nodes with a tag.
	MintKey func(tag string) string
	Events  *events.Log
	// Logf takes the nodes' logs; nil discards them.
	Logf logger.Logf
}

// Set is the running peers.
type Set struct {
	StateBackend *StateBackend
	NameServer   *NameServer // on DB
	servers      map[string]*tsnet.Server
}

// PrepareProcess sets the environment that nodes inside this process read.
// Call it before anything else runs: Tailscale's packages read most of it
// without locks.
func PrepareProcess() {
	for _, name := range []string{
		"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy",
		"TS_AUTHKEY", "TS_AUTH_KEY", "TS_CONTROL_URL", "TS_CLIENT_ID", "TS_CLIENT_SECRET", "TS_ID_TOKEN", "TS_AUDIENCE",
	} {
		os.Unsetenv(name)
	}
	envknob.Setenv("TS_NO_LOGS_NO_SUPPORT", "true")         // no log upload
	envknob.Setenv("TS_PANIC_IF_HIT_MAIN_CONTROL", "true")  // never the real service
	envknob.Setenv("TS_DISABLE_PORTMAPPER", "true")         // no packets to the local router
	envknob.Setenv("TS_ASSUME_NETWORK_UP_FOR_TEST", "true") // works in a network namespace with loopback alone
}

// Start joins all peers and returns when they see each other and Attic has
// gone offline.
func Start(ctx context.Context, config Config) (*Set, error) {
	set := &Set{
		StateBackend: NewStateBackend(),
		NameServer:   &NameServer{asked: map[string]int{}},
		servers:      map[string]*tsnet.Server{},
	}
	for _, peer := range tagsOf {
		server := &tsnet.Server{
			Dir:        filepath.Join(config.Dir, peer.name),
			Hostname:   peer.name,
			Store:      new(memoryStore),
			AuthKey:    config.MintKey(peer.tag),
			ControlURL: config.ControlURL,
			Logf:       config.Logf,
			UserLogf:   logger.Discard,
		}
		if config.Logf != nil {
			server.Logf = logger.WithPrefix(config.Logf, peer.name+": ")
		}
		set.servers[peer.name] = server
	}
	git := &GitServer{Dir: filepath.Join(config.Dir, "hello.git")}
	services := map[string][]service{
		State: {
			{port: 80, serve: set.StateBackend.serve(config.Events)},
			{port: 8000, serve: serveMirror},
			{port: 8001, serve: serveHead},
			{port: 8002, serve: serveCount},
		},
		DB: {
			{port: 5432, serve: serveEcho},
			{port: 22, serve: git.Serve},
			{port: postgresPort, serve: each(servePostgres)},
			{port: mysqlPort, serve: each(serveMySQL)},
			{port: redisPort, serve: each(serveRedis)},
			{port: ldapPort, serve: each(serveLDAP)},
		},
		Vault: {{port: 443, serve: serveEcho}},
	}
	if err := set.each(func(name string, server *tsnet.Server) error {
		for _, service := range services[name] {
			listener, err := server.Listen("tcp", fmt.Sprintf(":%d", service.port))
			if err != nil {
				return err
			}
			go service.serve(listener)
		}
		if _, err := server.Up(ctx); err != nil || name != DB {
			return err
		}
		return errors.Join(serveNames(set.NameServer, server), forward(ctx, server))
	}); err != nil {
		set.Close()
		return nil, err
	}
	if err := set.Knows(ctx, State, Attic); err != nil {
		set.Close()
		return nil, fmt.Errorf("waiting until %s knows %s: %w", State, Attic, err)
	}
	return set, set.servers[Attic].Close()
}

// Close stops all peers at the same time.
func (s *Set) Close() error {
	return s.each(func(name string, server *tsnet.Server) error {
		if err := server.Close(); !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	})
}

// Names returns the names of all peers, also offline ones.
func (s *Set) Names() []string {
	var names []string
	for _, peer := range tagsOf {
		names = append(names, peer.name)
	}
	return names
}

func (s *Set) each(do func(name string, server *tsnet.Server) error) error {
	var group sync.WaitGroup
	errs := make([]error, 0, len(s.servers))
	var mu sync.Mutex
	for name, server := range s.servers {
		group.Go(func() {
			if err := do(name, server); err != nil {
				mu.Lock()
				defer mu.Unlock()
				errs = append(errs, fmt.Errorf("peer %s: %w", name, err))
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

// memoryStore is tsnet's memory store under a type of its own: tsnet reserves
// mem.Store for ephemeral nodes, and these shall stay listed when offline.
type memoryStore struct{ mem.Store }

type service struct {
	port  int
	serve func(net.Listener)
}

// serveEcho sends back what it receives on every connection.
func serveEcho(listener net.Listener) {
	accept.Each(listener, echo)
}

func echo(conn net.Conn) {
	buffer := make([]byte, 32<<10)
	for {
		conn.SetReadDeadline(time.Now().Add(5 * time.Minute))
		count, err := conn.Read(buffer)
		if err != nil {
			return
		}
		if _, err := conn.Write(buffer[:count]); err != nil {
			return
		}
	}
}
