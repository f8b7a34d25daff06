// SPDX-License-Identifier: Apache-2.0

package peers

import (
	"encoding/json"
	"io"
	"maps"
	"net"
	"net/http"
	"sync"

	"spacetail/test/world/tailnet/events"
)

// maxState is the largest state that is accepted, in bytes.
const maxState = 64 << 20

// StateBackend is a server for Terraform's `http` state backend, with locking,
// under /state/<name>. It keeps states in memory and counts requests, so that
// tests can see that a run really came by.
type StateBackend struct {
	mu       sync.Mutex
	states   map[string][]byte
	locks    map[string][]byte // lock info as the client sent it
	requests map[string]int    // by method
}

// StateSummary is what a StateBackend has seen and holds.
type StateSummary struct {
	Requests map[string]int  `json:"requests"` // by method
	States   map[string]int  `json:"states"`   // name to size in bytes
	Locked   map[string]bool `json:"locked"`   // names of locked states
}

// NewStateBackend returns a backend without states.
func NewStateBackend() *StateBackend {
	return &StateBackend{states: map[string][]byte{}, locks: map[string][]byte{}, requests: map[string]int{}}
}

// Summary returns a snapshot.
func (b *StateBackend) Summary() StateSummary {
	b.mu.Lock()
	defer b.mu.Unlock()
	summary := StateSummary{Requests: maps.Clone(b.requests), States: map[string]int{}, Locked: map[string]bool{}}
	for name, state := range b.states {
		summary.States[name] = len(state)
	}
	for name := range b.locks {
		summary.Locked[name] = true
	}
	return summary
}

// Handler serves the states, and a greeting at /hello.
func (b *StateBackend) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /hello", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "hello from the tailnet\n")
	})
	mux.HandleFunc("GET /state/{name}", b.read)
	mux.HandleFunc("POST /state/{name}", b.write)
	mux.HandleFunc("DELETE /state/{name}", b.remove)
	mux.HandleFunc("LOCK /state/{name}", b.lock)
	mux.HandleFunc("UNLOCK /state/{name}", b.unlock)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.mu.Lock()
		b.requests[r.Method]++
		b.mu.Unlock()
		mux.ServeHTTP(w, r)
	})
}

func (b *StateBackend) serve(log *events.Log) func(net.Listener) {
	return func(listener net.Listener) {
		http.Serve(listener, events.Requests(log, State, b.Handler()))
	}
}

func (b *StateBackend) read(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	state, ok := b.states[r.PathValue("name")]
	b.mu.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(state)
}

func (b *StateBackend) write(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxState))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	name := r.PathValue("name")
	b.mu.Lock()
	defer b.mu.Unlock()
	// Terraform names the lock it holds in the query.
	if lock, locked := b.locks[name]; locked && lockID(lock) != r.URL.Query().Get("ID") {
		answerLocked(w, lock)
		return
	}
	b.states[name] = body
}

func (b *StateBackend) remove(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.states, r.PathValue("name"))
}

func (b *StateBackend) lock(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxState))
	if err != nil || lockID(body) == "" {
		http.Error(w, "want lock info with an ID", http.StatusBadRequest)
		return
	}
	name := r.PathValue("name")
	b.mu.Lock()
	defer b.mu.Unlock()
	if lock, locked := b.locks[name]; locked {
		answerLocked(w, lock)
		return
	}
	b.locks[name] = body
}

func (b *StateBackend) unlock(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxState))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	name := r.PathValue("name")
	b.mu.Lock()
	defer b.mu.Unlock()
	// A forced unlock sends no lock info.
	if lock, locked := b.locks[name]; locked && len(body) > 0 && lockID(body) != lockID(lock) {
		answerLocked(w, lock)
		return
	}
	delete(b.locks, name)
}

func answerLocked(w http.ResponseWriter, lock []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusLocked)
	w.Write(lock)
}

func lockID(info []byte) string {
	var lock struct{ ID string }
	if json.Unmarshal(info, &lock) != nil {
		return ""
	}
	return lock.ID
}
