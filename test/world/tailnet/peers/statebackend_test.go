// SPDX-License-Identifier: Apache-2.0

package peers

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func call(t *testing.T, url, method, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(answer)
}

// The requests of one `terraform apply`, with another one coming in between.
func TestStateIsLockedWhileItIsWritten(t *testing.T) {
	backend := NewStateBackend()
	server := httptest.NewServer(backend.Handler())
	defer server.Close()
	state := server.URL + "/state/web"
	for _, step := range []struct {
		method, url, body string
		status            int
		answer            string
	}{
		{"GET", state, "", 404, "404 page not found\n"},
		{"LOCK", state, `{"ID":"one","Who":"a"}`, 200, ""},
		{"LOCK", state, `{"ID":"two","Who":"b"}`, 423, `{"ID":"one","Who":"a"}`},
		{"POST", state + "?ID=two", `{"serial":9}`, 423, `{"ID":"one","Who":"a"}`},
		{"POST", state + "?ID=one", `{"serial":1}`, 200, ""},
		{"UNLOCK", state, `{"ID":"two"}`, 423, `{"ID":"one","Who":"a"}`},
		{"UNLOCK", state, `{"ID":"one"}`, 200, ""},
		{"GET", state, "", 200, `{"serial":1}`},
		{"LOCK", state, `{"ID":"three"}`, 200, ""},
		{"UNLOCK", state, "", 200, ""}, // forced
		{"DELETE", state, "", 200, ""},
		{"GET", state, "", 404, "404 page not found\n"},
	} {
		if status, answer := call(t, step.url, step.method, step.body); status != step.status || answer != step.answer {
			t.Errorf("%s %s: got %d %q, want %d %q", step.method, step.body, status, answer, step.status, step.answer)
		}
	}
	summary := backend.Summary()
	if summary.Requests["LOCK"] != 3 || summary.Requests["GET"] != 3 || len(summary.States) != 0 || len(summary.Locked) != 0 {
		t.Errorf("got %+v", summary)
	}
}
