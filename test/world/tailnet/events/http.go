// SPDX-License-Identifier: Apache-2.0

package events

import (
	"bufio"
	"net"
	"net/http"
)

// Requests wraps next so that every request is recorded with the status that
// was answered, at the moment the status is written: a long poll shows up when
// it starts. A request whose connection was dropped has status 0.
func Requests(log *Log, listener string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorder := &statusRecorder{ResponseWriter: w}
		recorder.record = func(status int) {
			log.Append(HTTPRequest, Attributes{
				"method":   r.Method,
				"path":     r.URL.Path,
				"status":   status,
				"listener": listener,
			})
		}
		returned := false
		defer func() {
			switch {
			case recorder.recorded:
			case returned:
				recorder.note(http.StatusOK)
			default:
				recorder.note(0)
			}
		}()
		next.ServeHTTP(recorder, r)
		returned = true
	})
}

// statusRecorder notes the first status of a response. It passes on Flush and
// Hijack, which map streams and protocol upgrades need.
type statusRecorder struct {
	http.ResponseWriter
	record   func(status int)
	recorded bool
}

func (s *statusRecorder) note(status int) {
	if !s.recorded {
		s.recorded = true
		s.record(status)
	}
}

func (s *statusRecorder) WriteHeader(status int) {
	s.note(status)
	s.ResponseWriter.WriteHeader(status)
}

func (s *statusRecorder) Write(body []byte) (int, error) {
	s.note(http.StatusOK)
	return s.ResponseWriter.Write(body)
}

func (s *statusRecorder) Flush() {
	s.note(http.StatusOK)
	if flusher, ok := s.ResponseWriter.(http.Flusher); ok {
		flusher.Flush()
	}
}

// Hijack is only called by protocol upgrades, which write the status line
// themselves.
func (s *statusRecorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(s.ResponseWriter).Hijack()
}
