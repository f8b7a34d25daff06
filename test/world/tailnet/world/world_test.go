// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"tailscale.com/tsnet"

	"spacetail/test/world/tailnet/control"
	"spacetail/test/world/tailnet/credential"
	"spacetail/test/world/tailnet/events"
	"spacetail/test/world/tailnet/fault"
	"spacetail/test/world/tailnet/gate"
	"spacetail/test/world/tailnet/peers"
)

func TestPeersAreReadyAtStart(t *testing.T) {
	w := start(t, control.Settings{JoinDelay: time.Hour})
	info := w.Info()
	var listed []string
	for _, peer := range info.Peers {
		listed = append(listed, peer.DNSName+"="+strings.Join(peer.Tags, ","))
		if peer.Online != (peer.Name != peers.Attic) || len(peer.Addresses) != 2 {
			t.Errorf("got %+v", peer)
		}
	}
	want := "state.tail.test=tag:state db.tail.test=tag:db attic.tail.test=tag:attic vault.tail.test=tag:vault"
	if got := strings.Join(listed, " "); got != want {
		t.Errorf("peers are %s, want %s", got, want)
	}
	if pem, err := os.ReadFile(info.CAFile); err != nil || !strings.Contains(string(pem), "BEGIN CERTIFICATE") {
		t.Errorf("CA file: %v %q", err, pem)
	}
}

func TestRunReachesStateByNameAndIsGoneAfterLogout(t *testing.T) {
	const delay = 2 * time.Second
	w := start(t, control.Settings{JoinDelay: delay})
	node := join(t, w, "run", w.runKey())

	known := w.await(t, events.NodeKnown, events.Attributes{"peer": peers.State, "node": "run"})
	registered := w.await(t, events.NodeRegistered, events.Attributes{"name": "run"})
	if waited := known.Time.Sub(registered.Time); waited < delay {
		t.Errorf("the peer learned of the node after %v, want %v", waited, delay)
	}
	if seen := w.await(t, events.NodeKnown, events.Attributes{"peer": "run", "node": peers.State}); seen.Seq > known.Seq {
		t.Errorf("the node saw its peer only %v after the peer saw it", seen.Time.Sub(known.Time))
	}

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := w.Peers.Knows(ctx, peers.State, "run"); err != nil {
		t.Fatal(err)
	}
	var took []time.Duration
	for _, host := range []string{"state", "state.tail.test"} {
		began := time.Now()
		if got := get(ctx, t, node, "http://"+host+"/hello"); got != "hello from the tailnet\n" {
			t.Errorf("%s: %q", host, got)
		}
		took = append(took, time.Since(began))
	}
	// A lost handshake costs 5 s, and only the first request needs one.
	if took[0] > took[1]+4*time.Second {
		t.Errorf("the first request took %v, the second %v", took[0], took[1])
	}
	if requests := w.Peers.StateBackend.Summary().Requests["GET"]; requests != 2 {
		t.Errorf("the backend counted %d requests, want 2", requests)
	}

	client, err := node.LocalClient()
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Logout(ctx); err != nil {
		t.Fatal(err)
	}
	w.await(t, events.NodeDeleted, events.Attributes{"name": "run", "reason": "logout"})
	if left := names(w); left != "" {
		t.Errorf("left are %s", left)
	}
}

func TestVaultRefusesRunsAlone(t *testing.T) {
	w := start(t, control.Settings{})
	run := join(t, w, "run", w.runKey())
	other := join(t, w, "other", w.Credentials.MintAuthKey(credential.AuthKeyRequest{Tags: []string{"tag:x"}, Preauthorized: true}).Secret)
	dial := func(node *tsnet.Server, limit time.Duration, address string) error {
		ctx, cancel := context.WithTimeout(t.Context(), limit)
		defer cancel()
		conn, err := node.Dial(ctx, "tcp", address)
		if err == nil {
			conn.Close()
		}
		return err
	}
	for _, node := range []string{"run", "other"} {
		for _, peer := range []string{peers.DB, peers.Vault} {
			if err := w.Peers.Knows(t.Context(), peer, node); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := dial(other, patience, "vault:443"); err != nil {
		t.Errorf("other to vault: %v", err)
	}
	if err := dial(run, patience, "db:5432"); err != nil {
		t.Errorf("run to db: %v", err)
	}
	if err := dial(run, patience, "db:5433"); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("run to a closed port of db: %v, want it refused", err)
	}
	if err := dial(run, time.Second, "vault:443"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("run to vault: %v, want a timeout", err)
	}
}

func TestFaultsInsideTheControlConnection(t *testing.T) {
	w := start(t, control.Settings{})
	if err := w.Faults.Add(fault.Fault{Match: fault.ControlRegister, Status: 500}); err != nil {
		t.Fatal(err)
	}
	if err := w.Faults.Add(fault.Fault{Match: fault.ControlMap, Drop: true}); err != nil {
		t.Fatal(err)
	}
	join(t, w, "run", w.runKey())
	for path, status := range map[string]int{"/machine/register": 500, "/machine/map": 0} {
		w.await(t, events.HTTPRequest, events.Attributes{"listener": "noise", "path": path, "status": status})
	}
}

func TestControlGoesAwayAndComesBack(t *testing.T) {
	w := start(t, control.Settings{})
	node := join(t, w, "run", w.runKey())
	if err := w.SetControlState(gate.Refuse); err != nil {
		t.Fatal(err)
	}
	w.await(t, events.NodeOffline, events.Attributes{"name": "run"})
	for _, url := range []string{w.Info().ControlURL, w.Info().HTTPS.ECDSA} {
		if response, err := http.Get(url + "/key"); err == nil {
			t.Errorf("%s answers %s", url, response.Status)
		}
	}
	if err := w.SetControlState(gate.Up); err != nil {
		t.Fatal(err)
	}
	// The data path never needed the control server.
	if got := get(t.Context(), t, node, "http://state/hello"); got == "" {
		t.Error("no answer from state")
	}
	// It comes back by itself, after a while: it has learned to wait.
	until(t, func() bool { return w.online("run") })
}
