// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tailscale.com/ipn/store/mem"
	"tailscale.com/tsnet"

	"spacetail/test/world/tailnet/control"
	"spacetail/test/world/tailnet/credential"
	"spacetail/test/world/tailnet/events"
	"spacetail/test/world/tailnet/peers"
)

func TestMain(m *testing.M) {
	peers.PrepareProcess()
	os.Exit(m.Run())
}

func start(t *testing.T, settings control.Settings) *World {
	t.Helper()
	if settings.EphemeralTimeout == 0 {
		settings.EphemeralTimeout = time.Minute
	}
	w, err := Start(t.Context(), Config{Dir: t.TempDir(), Settings: settings})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

func (w *World) runKey() string {
	return w.Credentials.MintAuthKey(credential.AuthKeyRequest{
		Tags: []string{peers.SpaceliftTag}, Ephemeral: true, Preauthorized: true,
	}).Secret
}

type store struct{ mem.Store }

// join starts a node, which does not log out by itself when it is closed.
func join(t *testing.T, w *World, name, key string) *tsnet.Server {
	t.Helper()
	node := &tsnet.Server{
		Dir:        filepath.Join(t.TempDir(), name),
		Hostname:   name,
		Store:      new(store),
		AuthKey:    key,
		ControlURL: w.Info().ControlURL,
		UserLogf:   func(string, ...any) {},
	}
	t.Cleanup(func() { node.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := node.Up(ctx); err != nil {
		t.Fatal(err)
	}
	return node
}

// await returns the first event that matches.
func (w *World) await(t *testing.T, kind string, attributes events.Attributes) events.Event {
	t.Helper()
	limit := time.After(patience)
	var seen uint64
	for {
		list, grown := w.Events.Since(seen)
		for _, event := range list {
			seen = event.Seq
			if event.Type == kind && matches(event, attributes) {
				return event
			}
		}
		select {
		case <-grown:
		case <-limit:
			t.Fatalf("no event %s %v", kind, attributes)
		}
	}
}

// count returns how many events match.
func (w *World) count(kind string, attributes events.Attributes) int {
	count := 0
	list, _ := w.Events.Since(0)
	for _, event := range list {
		if event.Type == kind && matches(event, attributes) {
			count++
		}
	}
	return count
}

func matches(event events.Event, attributes events.Attributes) bool {
	for name, value := range attributes {
		if event.Attributes[name] != value {
			return false
		}
	}
	return true
}

// patience ends a test that hangs; what it waits for comes when the machine gets
// round to it.
const patience = 2 * time.Minute

// until waits for a condition that no event tells of.
func until(t *testing.T, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("nothing happened for %v", patience)
		}
	}
}

func (w *World) online(name string) bool {
	for _, node := range w.Control.Nodes() {
		if node.Name == name {
			return node.Online
		}
	}
	return false
}

func names(w *World) string {
	var names []string
	for _, node := range w.Control.Nodes() {
		if !w.IsPeer(node) {
			names = append(names, node.Name)
		}
	}
	return strings.Join(names, " ")
}

func get(ctx context.Context, t *testing.T, node *tsnet.Server, url string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := node.HTTPClient().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
