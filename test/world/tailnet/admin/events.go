// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"encoding/json"
	"net/http"
	"strconv"

	"spacetail/test/world/tailnet/events"
)

// events answers with the events after `since` as a JSON array, or with
// `follow=1` as one JSON object per line, for as long as the caller listens.
func (a *Admin) events(w http.ResponseWriter, r *http.Request) {
	var since uint64
	if text := r.URL.Query().Get("since"); text != "" {
		var err error
		if since, err = strconv.ParseUint(text, 10, 64); err != nil {
			serve(func(*http.Request) (any, error) { return nil, badRequest(err) })(w, r)
			return
		}
	}
	list, grown := a.World.Events.Since(since)
	if r.URL.Query().Get("follow") == "" {
		serve(func(*http.Request) (any, error) { return append([]events.Event{}, list...), nil })(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	encoder := json.NewEncoder(w)
	for {
		for _, event := range list {
			if encoder.Encode(event) != nil {
				return
			}
			since = event.Seq
		}
		if http.NewResponseController(w).Flush() != nil {
			return
		}
		select {
		case <-grown:
			list, grown = a.World.Events.Since(since)
		case <-r.Context().Done():
			return
		}
	}
}
