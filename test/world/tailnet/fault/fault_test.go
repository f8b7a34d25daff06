// SPDX-License-Identifier: Apache-2.0

package fault

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func serve(t *testing.T, faults *Set) string {
	server := httptest.NewServer(faults.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "well")
	})))
	t.Cleanup(server.Close)
	return server.URL
}

func TestStatusIsAnsweredAsOftenAsAsked(t *testing.T) {
	faults := &Set{}
	url := serve(t, faults)
	if err := faults.Add(Fault{Match: "GET /api/", Times: 2, Status: 429, RetryAfter: "1"}); err != nil {
		t.Fatal(err)
	}
	var statuses []int
	for range 3 {
		response, err := http.Get(url + "/api/v2/x")
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		statuses = append(statuses, response.StatusCode)
		if response.StatusCode == 429 && (response.Header.Get("Retry-After") != "1" || string(body) != "{\"message\":\"too many requests\"}\n") {
			t.Errorf("429 with Retry-After %q and body %q", response.Header.Get("Retry-After"), body)
		}
	}
	if statuses[0] != 429 || statuses[1] != 429 || statuses[2] != 200 {
		t.Errorf("got %v, want 429 429 200", statuses)
	}
	if left := faults.List(); len(left) != 0 {
		t.Errorf("a used up fault is still listed: %v", left)
	}
}

func TestOtherRequestsAreLeftAlone(t *testing.T) {
	faults := &Set{}
	url := serve(t, faults)
	if err := faults.Add(Fault{Match: "POST /api/", Times: -1, Status: 500}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/api/v2/x", "/key"} {
		response, err := http.Get(url + path)
		if err != nil || response.StatusCode != 200 {
			t.Errorf("GET %s: %v %v", path, response, err)
		}
	}
}

func TestDelayAloneStillAnswers(t *testing.T) {
	faults := &Set{}
	url := serve(t, faults)
	if err := faults.Add(Fault{Match: "GET /", DelayMs: 60}); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	response, err := http.Get(url)
	if err != nil || response.StatusCode != 200 {
		t.Fatalf("%v %v", response, err)
	}
	if took := time.Since(start); took < 60*time.Millisecond {
		t.Errorf("answered after %v", took)
	}
}

func TestDropCutsTheConnection(t *testing.T) {
	faults := &Set{}
	url := serve(t, faults)
	if err := faults.Add(Fault{Match: "POST /", Times: -1, Drop: true}); err != nil {
		t.Fatal(err)
	}
	if response, err := http.Post(url, "text/plain", strings.NewReader("x")); err == nil {
		t.Fatalf("answered %v", response.Status)
	}
	faults.Clear()
	if _, err := http.Post(url, "text/plain", strings.NewReader("x")); err != nil {
		t.Fatalf("after Clear: %v", err)
	}
}

func TestUselessFaultsAreRefused(t *testing.T) {
	for _, fault := range []Fault{
		{Match: "GET /x"},
		{Match: "/x", Status: 500},
		{Match: "control", Status: 500},
		{Match: "GET /x", Status: 200},
		{Match: "GET /x", Status: 500, Times: -2},
		{Match: "GET /x", DelayMs: -1},
	} {
		if err := (&Set{}).Add(fault); err == nil {
			t.Errorf("%+v was accepted", fault)
		}
	}
}
