// SPDX-License-Identifier: Apache-2.0

package gate

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"syscall"
	"testing"
	"time"
)

func serve(t *testing.T) (*Gate, string) {
	gate, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "here")
	})}
	go server.Serve(gate)
	t.Cleanup(func() { server.Close() })
	return gate, "http://" + gate.Addr().String()
}

// patience ends a test that hangs; what it waits for comes when the machine gets
// round to it.
const patience = 2 * time.Minute

func get(t *testing.T, client *http.Client, url string, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.ReadAll(response.Body)
	return err
}

func set(t *testing.T, gate *Gate, state State) {
	if err := gate.Set(state); err != nil {
		t.Fatalf("%s: %v", state, err)
	}
}

func TestRefuseAndComeBackOnTheSamePort(t *testing.T) {
	gate, url := serve(t)
	client := &http.Client{Transport: &http.Transport{}}
	for range 5 {
		if err := get(t, client, url, patience); err != nil {
			t.Fatalf("up: %v", err)
		}
		open, err := net.Dial("tcp", gate.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		set(t, gate, Refuse)
		if err := get(t, client, url, patience); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Fatalf("refusing: got %v, want connection refused", err)
		}
		open.SetReadDeadline(time.Now().Add(patience))
		if _, err := open.Read(make([]byte, 1)); err == nil || errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("the open connection was not cut: %v", err)
		}
		set(t, gate, Up)
	}
}

func TestFreezeStallsOldAndNewConnections(t *testing.T) {
	gate, url := serve(t)
	client := &http.Client{Transport: &http.Transport{}}
	if err := get(t, client, url, patience); err != nil {
		t.Fatal(err)
	}
	set(t, gate, Freeze)
	if err := get(t, client, url, 100*time.Millisecond); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("on the kept connection: got %v, want a timeout", err)
	}
	fresh := &http.Client{Transport: &http.Transport{}}
	if err := get(t, fresh, url, 100*time.Millisecond); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("on a new connection: got %v, want a timeout", err)
	}
	late := make(chan error, 1)
	go func() { late <- get(t, fresh, url, patience) }()
	time.Sleep(50 * time.Millisecond)
	set(t, gate, Up)
	if err := <-late; err != nil {
		t.Fatalf("a request that waited through the freeze: %v", err)
	}
}

func TestFreezeThenRefuse(t *testing.T) {
	gate, url := serve(t)
	set(t, gate, Freeze)
	client := &http.Client{Transport: &http.Transport{}}
	stalled := make(chan error, 1)
	go func() { stalled <- get(t, client, url, patience) }()
	time.Sleep(50 * time.Millisecond)
	set(t, gate, Refuse)
	if err := <-stalled; err == nil {
		t.Fatal("the stalled request was answered")
	}
	set(t, gate, Freeze)
	set(t, gate, Up)
	if err := get(t, client, url, patience); err != nil {
		t.Fatal(err)
	}
}

func TestUnknownState(t *testing.T) {
	gate, _ := serve(t)
	if err := gate.Set("gone"); err == nil {
		t.Fatal("accepted")
	}
}
