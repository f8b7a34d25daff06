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

func TestExpiredNodeIsOff(t *testing.T) {
	w := start(t, control.Settings{})
	node := join(t, w, "run", w.runKey())
	client, err := node.LocalClient()
	if err != nil {
		t.Fatal(err)
	}
	for _, known := range w.Control.Nodes() {
		if known.Name == "run" && !w.Control.Expire(known.ID) {
			t.Fatal("there is no node to expire")
		}
	}
	until(t, func() bool {
		status, err := client.Status(t.Context())
		return err == nil && status.BackendState == ipn.NeedsLogin.String()
	})
}

func TestNodeThatHangsUpIsRegisteredAndStays(t *testing.T) {
	w := start(t, control.Settings{RegisterDelay: 300 * time.Millisecond, EphemeralTimeout: time.Millisecond})
	node := &tsnet.Server{
		Dir: t.TempDir(), Hostname: "run", Store: new(store), AuthKey: w.runKey(),
		ControlURL: w.Info().ControlURL, UserLogf: func(string, ...any) {},
	}
	if err := node.Start(); err != nil {
		t.Fatal(err)
	}
	w.await(t, events.NodeAsked, events.Attributes{"hostname": "run"})
	if err := node.Close(); err != nil {
		t.Fatal(err)
	}
	w.await(t, events.NodeRegistered, events.Attributes{"name": "run"})
	time.Sleep(50 * time.Millisecond)
	if names(w) != "run" {
		t.Errorf("nodes are %q", names(w))
	}
}

func TestKeyAloneDecidesAboutEphemeralNodes(t *testing.T) {
	for _, byKey := range []bool{false, true} {
		w := start(t, control.Settings{EphemeralByKey: byKey})
		key := w.Credentials.MintAuthKey(credential.AuthKeyRequest{Tags: []string{peers.SpaceliftTag}, Preauthorized: true})
		node := &tsnet.Server{
			Dir: t.TempDir(), Hostname: "run", Store: new(store), AuthKey: key.Secret, Ephemeral: true,
			ControlURL: w.Info().ControlURL, UserLogf: func(string, ...any) {},
		}
		t.Cleanup(func() { node.Close() })
		if _, err := node.Up(t.Context()); err != nil {
			t.Fatal(err)
		}
		registered := w.await(t, events.NodeRegistered, events.Attributes{"name": "run"})
		if registered.Attributes["ephemeral"] == byKey {
			t.Errorf("with EphemeralByKey %v, ephemeral is %v", byKey, registered.Attributes["ephemeral"])
		}
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
	for _, one := range w.Control.Nodes() {
		if one.Name == "run" {
			w.Control.Authorize(one.ID)
		}
	}
	until(t, func() bool {
		status, err := client.Status(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return status.BackendState == ipn.Running.String() && len(status.Peer) > 0
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
