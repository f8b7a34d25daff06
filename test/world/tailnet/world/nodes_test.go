// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"strings"
	"testing"
	"time"

	"tailscale.com/ipn"
	"tailscale.com/tsnet"

	"spacetail/test/world/tailnet/control"
	"spacetail/test/world/tailnet/credential"
	"spacetail/test/world/tailnet/events"
	"spacetail/test/world/tailnet/peers"
)

func TestSilentEphemeralNodeIsDeleted(t *testing.T) {
	w := start(t, control.Settings{EphemeralTimeout: 200 * time.Millisecond})
	node := join(t, w, "run", w.runKey())
	if err := node.Close(); err != nil {
		t.Fatal(err)
	}
	offline := w.await(t, events.NodeOffline, events.Attributes{"name": "run"})
	deleted := w.await(t, events.NodeDeleted, events.Attributes{"name": "run", "reason": "inactive"})
	if waited := deleted.Time.Sub(offline.Time); waited < 200*time.Millisecond {
		t.Errorf("deleted after %v", waited)
	}
}

func TestNodeComesBackWithItsUsedKey(t *testing.T) {
	w := start(t, control.Settings{})
	node := join(t, w, "run", w.runKey())
	client, err := node.LocalClient()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	registrations := func() int { return w.count(events.HTTPRequest, events.Attributes{"path": "/machine/register"}) }
	// A client that comes back fast enough now and then skips the registration, which is what this is about.
	for before, tries := registrations(), 0; registrations() == before; tries++ {
		if tries == 20 {
			t.Fatal("the node never registered again")
		}
		for _, up := range []bool{false, true} {
			if _, err := client.EditPrefs(ctx, &ipn.MaskedPrefs{Prefs: ipn.Prefs{WantRunning: up}, WantRunningSet: true}); err != nil {
				t.Fatal(err)
			}
			until(t, func() bool { return w.online("run") == up })
		}
	}
	if used := w.count(events.KeyUsed, events.Attributes{"node": "run"}); used != 1 || names(w) != "run" {
		t.Errorf("its key was used %d times, nodes are %q", used, names(w))
	}
}

func TestNamesAreUnique(t *testing.T) {
	w := start(t, control.Settings{})
	join(t, w, "db", w.runKey())
	join(t, w, "db", w.runKey())
	if got := names(w); got != "db-1 db-2" {
		t.Errorf("nodes are %q", got)
	}
}

func TestKeyWithoutPreauthorizationNeedsApproval(t *testing.T) {
	w := start(t, control.Settings{})
	key := w.Credentials.MintAuthKey(credential.AuthKeyRequest{Tags: []string{peers.SpaceliftTag}})
	node := &tsnet.Server{
		Dir: t.TempDir(), Hostname: "run", Store: new(store), AuthKey: key.Secret,
		ControlURL: w.Info().ControlURL, UserLogf: func(string, ...any) {},
	}
	defer node.Close()
	client, err := node.LocalClient()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	until(t, func() bool {
		status, err := client.Status(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if len(status.Peer) != 0 {
			t.Fatalf("a node without approval sees %d peers", len(status.Peer))
		}
		return status.BackendState == ipn.NeedsMachineAuth.String()
	})
}

func TestUsedKeyIsRefusedInTheServicesWords(t *testing.T) {
	w := start(t, control.Settings{})
	key := w.Credentials.MintAuthKey(credential.AuthKeyRequest{Spent: true})
	node := &tsnet.Server{
		Dir: t.TempDir(), Hostname: "run", Store: new(store), AuthKey: key.Secret,
		ControlURL: w.Info().ControlURL, UserLogf: func(string, ...any) {},
	}
	defer node.Close()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, err := node.Up(ctx)
	if err == nil || !strings.Contains(err.Error(), "invalid key: API key "+key.ID+" not valid") {
		t.Errorf("got %v", err)
	}
	w.await(t, events.KeyRefused, events.Attributes{"id": key.ID})
}
