// SPDX-License-Identifier: Apache-2.0

package events

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestSinceReturnsWhatIsNew(t *testing.T) {
	var log Log
	log.Append("a", nil)
	log.Append("b", Attributes{"name": "x"})

	all, _ := log.Since(0)
	if len(all) != 2 || all[0].Seq != 1 || all[1].Type != "b" {
		t.Fatalf("got %v", all)
	}
	later, grown := log.Since(2)
	if len(later) != 0 {
		t.Fatalf("got %v, want nothing", later)
	}
	select {
	case <-grown:
		t.Fatal("told of an event that did not happen")
	case <-time.After(20 * time.Millisecond):
	}
	log.Append("c", nil)
	<-grown
	if later, _ = log.Since(2); len(later) != 1 || later[0].Type != "c" {
		t.Fatalf("got %v", later)
	}
	if beyond, _ := log.Since(99); len(beyond) != 0 {
		t.Fatalf("got %v", beyond)
	}
}

func TestEventsAreFlatJSON(t *testing.T) {
	var log Log
	log.Append(NodeOnline, Attributes{"name": "db"})
	list, _ := log.Since(0)
	encoded, err := json.Marshal(list[0])
	if err != nil {
		t.Fatal(err)
	}
	var decoded struct {
		Seq  int
		Time time.Time
		Type string
		Name string
	}
	if err := json.Unmarshal(encoded, &decoded); err != nil {
		t.Fatal(err)
	}
	if decoded.Seq != 1 || decoded.Type != "node-online" || decoded.Name != "db" || time.Since(decoded.Time) > time.Minute {
		t.Errorf("got %s", encoded)
	}
}

func TestRequestsAreRecordedWhenTheStatusIsWritten(t *testing.T) {
	var log Log
	release := make(chan struct{})
	server := httptest.NewServer(Requests(&log, "http", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/poll":
			w.WriteHeader(http.StatusAccepted)
			http.NewResponseController(w).Flush()
			<-release
		case "/drop":
			panic(http.ErrAbortHandler)
		}
	})))
	defer server.Close()
	defer close(release)

	if _, err := http.Get(server.URL + "/poll"); err != nil {
		t.Fatal(err)
	}
	if _, err := http.Get(server.URL + "/silent"); err != nil {
		t.Fatal(err)
	}
	if _, err := http.Get(server.URL + "/drop"); err == nil {
		t.Fatal("/drop was answered")
	}
	list, _ := log.Since(0)
	statuses := map[any]any{}
	for _, event := range list {
		statuses[event.Attributes["path"]] = event.Attributes["status"]
	}
	if statuses["/poll"] != 202 || statuses["/silent"] != 200 || statuses["/drop"] != 0 {
		t.Errorf("got %v", statuses)
	}
}
