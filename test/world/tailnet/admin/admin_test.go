// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"spacetail/test/world/tailnet/control"
	"spacetail/test/world/tailnet/federation/issuertest"
	"spacetail/test/world/tailnet/peers"
	"spacetail/test/world/tailnet/policy"
	"spacetail/test/world/tailnet/world"
)

func TestMain(m *testing.M) {
	peers.PrepareProcess()
	os.Exit(m.Run())
}

type endpoint struct {
	t   *testing.T
	url string
}

func start(t *testing.T, noPeers bool) *endpoint {
	w, err := world.Start(t.Context(), world.Config{
		Dir:       t.TempDir(),
		NoPeers:   noPeers,
		TagOwners: policy.TagOwners{},
		Settings:  control.Settings{JoinDelay: 150 * time.Millisecond, EphemeralTimeout: time.Minute},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	admin := &Admin{World: w, Shutdown: func() {}}
	server := httptest.NewServer(admin.Handler())
	t.Cleanup(server.Close)
	admin.URL = server.URL
	return &endpoint{t: t, url: server.URL}
}

// call returns the status and decodes the answer into `into`.
func (e *endpoint) call(method, path, body string, into any) int {
	e.t.Helper()
	request, err := http.NewRequest(method, e.url+path, strings.NewReader(body))
	if err != nil {
		e.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		e.t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		e.t.Fatal(err)
	}
	if err := json.Unmarshal(answer, into); err != nil {
		e.t.Fatalf("%s %s: %v in %q", method, path, err, answer)
	}
	return response.StatusCode
}

func TestInfoLeadsToAWorkingAPI(t *testing.T) {
	e := start(t, true)
	var info world.Info
	e.call("GET", "/world/info", "", &info)
	if info.AdminURL != e.url || info.Domain != "tail.test" || info.PID != os.Getpid() || info.Peers == nil {
		t.Errorf("got %+v", info)
	}
	response, err := http.PostForm(info.APIURL+"/api/v2/oauth/token", map[string][]string{"client_secret": {info.Admin.ClientSecret}})
	if err != nil || response.StatusCode != 200 {
		t.Errorf("the administrator's client: %v %v", response, err)
	}
}

func TestKeysAndClientsAreListedAsSecrets(t *testing.T) {
	e := start(t, true)
	var key, client, refusal map[string]string
	e.call("POST", "/world/keys", `{"tags":["tag:spacelift"],"ephemeral":true,"used":true}`, &key)
	e.call("POST", "/world/clients", `{"scopes":["auth_keys"],"tags":["tag:spacelift"]}`, &client)
	var secrets []struct{ Kind, ID, Value string }
	e.call("GET", "/world/secrets", "", &secrets)
	kinds := map[string]string{}
	for _, secret := range secrets {
		kinds[secret.Value] = secret.Kind
	}
	if kinds[key["key"]] != "auth-key" || kinds[client["secret"]] != "oauth-client" {
		t.Errorf("%v and %v are not in %v", key, client, secrets)
	}
	if status := e.call("POST", "/world/keys", `{"tags":["spacelift"]}`, &refusal); status != 400 {
		t.Errorf("a malformed tag: %d %v", status, refusal)
	}
	if status := e.call("POST", "/world/keys", `{"tag":"x"}`, &refusal); status != 400 {
		t.Errorf("an unknown field: %d %v", status, refusal)
	}
}

func TestSettingsChangeOneByOne(t *testing.T) {
	e := start(t, true)
	var got struct {
		JoinDelayMs, RegisterDelayMs, EphemeralTimeoutMs int
		EphemeralByKey                                   bool
	}
	e.call("POST", "/world/settings", `{"ephemeralTimeoutMs":500}`, &got)
	if got.JoinDelayMs != 150 || got.RegisterDelayMs != 0 || got.EphemeralTimeoutMs != 500 || got.EphemeralByKey {
		t.Errorf("got %v", got)
	}
	var refusal map[string]string
	if status := e.call("POST", "/world/settings", `{"joinDelayMs":-1}`, &refusal); status != 400 {
		t.Errorf("a negative delay: %d %v", status, refusal)
	}
	e.call("GET", "/world/settings", "", &got)
	if got.JoinDelayMs != 150 {
		t.Errorf("the refused delay was taken: %v", got)
	}
}

func TestFaultsAreListedUntilUsedOrCleared(t *testing.T) {
	e := start(t, true)
	var answer any
	e.call("POST", "/world/faults", `{"match":"GET /key","times":-1,"status":500}`, &answer)
	var info world.Info
	e.call("GET", "/world/info", "", &info)
	if response, err := http.Get(info.ControlURL + "/key"); err != nil || response.StatusCode != 500 {
		t.Errorf("got %v %v", response, err)
	}
	var faults []any
	if e.call("GET", "/world/faults", "", &faults); len(faults) != 1 {
		t.Errorf("got %v", faults)
	}
	e.call("DELETE", "/world/faults", "", &answer)
	if response, err := http.Get(info.ControlURL + "/key"); err != nil || response.StatusCode != 200 {
		t.Errorf("after clearing: %v %v", response, err)
	}
	if status := e.call("POST", "/world/faults", `{"match":"GET /key"}`, &answer); status != 400 {
		t.Errorf("a fault that does nothing: %d", status)
	}
}

func TestIdentitiesAndIssuers(t *testing.T) {
	e := start(t, true)
	issuer := issuertest.Start(t)
	var info world.Info
	var identity, refusal map[string]string
	var answer any
	e.call("GET", "/world/info", "", &info)
	e.call("POST", "/world/identities", `{"scopes":["auth_keys"],"tags":["tag:x"],"issuer":"`+issuertest.Name+
		`","subject":"*","audience":"example.app.spacelift.io","customClaimRules":{"scope":"read"}}`, &identity)
	if identity["id"] == "" || identity["audience"] != "example.app.spacelift.io" {
		t.Errorf("got %v", identity)
	}
	if status := e.call("POST", "/world/issuers", `{"issuer":"`+issuertest.Name+`","url":"`+issuer.URL+`"}`, &answer); status != 200 {
		t.Errorf("locating the issuer: %d %v", status, answer)
	}
	exchange := func() int {
		response, err := http.PostForm(info.APIURL+"/api/v2/oauth/token-exchange", map[string][]string{
			"client_id": {identity["id"]},
			"jwt":       {issuer.Token(issuertest.Claims(nil))},
		})
		if err != nil {
			return 0
		}
		response.Body.Close()
		return response.StatusCode
	}
	for _, test := range []struct {
		fault  string
		status int
	}{
		{`"status":429,"retryAfter":"1"`, 429},
		{`"status":500,"delayMs":1`, 500},
		{`"drop":true`, 0},
		{`"delayMs":1`, 200},
	} {
		e.call("POST", "/world/faults", `{"match":"POST /api/v2/oauth/token-exchange",`+test.fault+`}`, &answer)
		if status := exchange(); status != test.status {
			t.Errorf("with %s: %d", test.fault, status)
		}
	}
	if status := e.call("POST", "/world/issuers", `{"issuer":"nobody","url":"`+issuer.URL+`"}`, &refusal); status != 400 {
		t.Errorf("an issuer that is no URL: %d %v", status, refusal)
	}
	if status := e.call("POST", "/world/identities", `{"tags":["x"]}`, &refusal); status != 400 {
		t.Errorf("a malformed tag: %d %v", status, refusal)
	}
}

func TestEventsCanBeFollowed(t *testing.T) {
	e := start(t, true)
	response, err := http.Get(e.url + "/world/events?follow=1")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	next := func() (event struct {
		Seq  int
		Type string
		ID   string
	}) {
		if !lines.Scan() {
			t.Fatalf("the stream ended: %v", lines.Err())
		}
		if err := json.Unmarshal(lines.Bytes(), &event); err != nil {
			t.Fatal(err)
		}
		return event
	}
	if first := next(); first.Seq != 1 || first.Type != "key-minted" {
		t.Errorf("got %+v", first)
	}
	var key map[string]string
	e.call("POST", "/world/keys", `{"tags":["tag:x"]}`, &key)
	if second := next(); second.Seq != 2 || second.ID != key["id"] {
		t.Errorf("got %+v, want the minting of %s", second, key["id"])
	}
	var list []map[string]any
	if e.call("GET", "/world/events?since=1", "", &list); len(list) != 1 || list[0]["type"] != "key-minted" {
		t.Errorf("since 1: %v", list)
	}
}

func TestKnowsAndNodes(t *testing.T) {
	e := start(t, false)
	var answer map[string]any
	if status := e.call("GET", "/world/knows?peer=state&node=db", "", &answer); status != 200 {
		t.Errorf("state and db: %d %v", status, answer)
	}
	if status := e.call("GET", "/world/knows?peer=state&node=nobody&timeout=50ms", "", &answer); status != 504 {
		t.Errorf("nobody: %d %v", status, answer)
	}
	if status := e.call("GET", "/world/knows?peer=nobody&node=db", "", &answer); status != 400 {
		t.Errorf("unknown peer: %d %v", status, answer)
	}
	var nodes []struct {
		Name         string
		Online, Peer bool
	}
	e.call("GET", "/world/nodes", "", &nodes)
	if len(nodes) != 4 || !nodes[0].Peer {
		t.Errorf("got %+v", nodes)
	}
	if status := e.call("DELETE", "/world/nodes/attic", "", &answer); status != 200 {
		t.Errorf("delete: %d %v", status, answer)
	}
	if status := e.call("DELETE", "/world/nodes/attic", "", &answer); status != 404 {
		t.Errorf("delete again: %d %v", status, answer)
	}
}
