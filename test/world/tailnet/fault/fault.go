// SPDX-License-Identifier: Apache-2.0

// Package fault makes the API and the control server misbehave on request, so
// that tests see how a client takes it: late answers, errors, rate limits and
// dropped connections.
package fault

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Names of requests inside the encrypted control connection, for Fault.Match.
const (
	ControlRegister = "control register"
	ControlMap      = "control map"
)

// Fault is one way to misbehave. DelayMs comes first and alone leaves the
// request to be answered as usual; Drop cuts the connection without an answer;
// otherwise Status is answered.
type Fault struct {
	// Match is "METHOD /path-prefix", or ControlRegister or ControlMap.
	Match string `json:"match"`
	// Times is how many matching requests are met; 0 means 1 and -1 means all
	// until the faults are cleared.
	Times      int    `json:"times,omitempty"`
	Status     int    `json:"status,omitempty"`
	RetryAfter string `json:"retryAfter,omitempty"`
	DelayMs    int    `json:"delayMs,omitempty"`
	Drop       bool   `json:"drop,omitempty"`
	// Body is the response body; the default is the API's error shape.
	Body string `json:"body,omitempty"`
}

// Validate says what is wrong with a fault, if anything.
func (f Fault) Validate() error {
	method, path, ok := strings.Cut(f.Match, " ")
	switch {
	case f.Match == ControlRegister || f.Match == ControlMap:
	case !ok || method == "" || !strings.HasPrefix(path, "/"):
		return fmt.Errorf("match %q: want \"METHOD /path-prefix\", %q or %q", f.Match, ControlRegister, ControlMap)
	}
	switch {
	case f.Times < -1:
		return fmt.Errorf("times %d: want -1, or how many requests to meet", f.Times)
	case f.DelayMs < 0:
		return fmt.Errorf("delayMs %d: want 0 or more", f.DelayMs)
	case f.Status != 0 && (f.Status < 400 || f.Status > 599):
		return fmt.Errorf("status %d: want 400 to 599", f.Status)
	case f.Status == 0 && f.DelayMs == 0 && !f.Drop:
		return fmt.Errorf("fault for %q does nothing: give status, delayMs or drop", f.Match)
	}
	return nil
}

// Set holds the active faults. The zero value has none.
type Set struct {
	mu     sync.Mutex
	faults []*Fault
}

// Add activates a fault. Of several that match a request, the first added one
// with times left is taken.
func (s *Set) Add(fault Fault) error {
	if err := fault.Validate(); err != nil {
		return err
	}
	if fault.Times == 0 {
		fault.Times = 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &fault)
	return nil
}

// Clear removes all faults.
func (s *Set) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// List returns the faults that have times left.
func (s *Set) List() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []Fault{}
	for _, fault := range s.faults {
		if fault.Times != 0 {
			list = append(list, *fault)
		}
	}
	return list
}

func (s *Set) take(matches func(match string) bool) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, fault := range s.faults {
		if fault.Times == 0 || !matches(fault.Match) {
			continue
		}
		if fault.Times > 0 {
			fault.Times--
		}
		return fault
	}
	return nil
}

// Middleware applies the faults that match by method and path before next.
func (s *Set) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fault := s.take(func(match string) bool {
			method, prefix, _ := strings.Cut(match, " ")
			return method == r.Method && strings.HasPrefix(r.URL.Path, prefix)
		})
		if !fault.apply(w, r) {
			next.ServeHTTP(w, r)
		}
	})
}

// Named applies the faults that match a pseudo-method such as ControlMap. It
// reports whether the request is done with.
func (s *Set) Named(name string, w http.ResponseWriter, r *http.Request) bool {
	return s.take(func(match string) bool { return match == name }).apply(w, r)
}

func (f *Fault) apply(w http.ResponseWriter, r *http.Request) (done bool) {
	if f == nil {
		return false
	}
	if f.DelayMs > 0 {
		select {
		case <-time.After(time.Duration(f.DelayMs) * time.Millisecond):
		case <-r.Context().Done():
			return true
		}
	}
	if f.Drop {
		// net/http's documented way to cut a connection (or, inside HTTP/2, a
		// stream) without an answer and without a stack trace in the log.
		panic(http.ErrAbortHandler)
	}
	if f.Status == 0 {
		return false
	}
	if f.RetryAfter != "" {
		w.Header().Set("Retry-After", f.RetryAfter)
	}
	body := f.Body
	if body == "" {
		body = fmt.Sprintf("{\"message\":%q}\n", strings.ToLower(http.StatusText(f.Status)))
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(f.Status)
	io.WriteString(w, body)
	return true
}
