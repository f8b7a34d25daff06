// SPDX-License-Identifier: Apache-2.0

package peers

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"spacetail/test/world/tailnet/accept"
)

// serveMirror answers HTTP requests in ways that a proxy could get wrong.
func serveMirror(listener net.Listener) {
	mux := http.NewServeMux()
	mux.HandleFunc("/gzip", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(packed())
	})
	mux.HandleFunc("/trailers", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Trailer", "X-Sum")
		w.Header().Set("X-Got", r.Trailer.Get("X-Sent"))
		w.Write(body)
		w.(http.Flusher).Flush()
		w.Header().Set("X-Sum", strconv.Itoa(len(body)))
	})
	mux.HandleFunc("/length", func(w http.ResponseWriter, r *http.Request) {
		count, _ := io.Copy(io.Discard, r.Body)
		fmt.Fprintf(w, "%d\n", count)
	})
	mux.HandleFunc("/refuse", func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "no", http.StatusExpectationFailed)
	})
	mux.HandleFunc("/empty", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("/bytes", func(w http.ResponseWriter, r *http.Request) {
		size, _ := strconv.Atoi(r.URL.Query().Get("size"))
		w.Header().Set("Content-Length", strconv.Itoa(size))
		piece := make([]byte, 64<<10)
		for size > 0 {
			count, err := w.Write(piece[:min(size, len(piece))])
			if err != nil {
				return
			}
			size -= count
		}
	})
	mux.HandleFunc("/drip", func(w http.ResponseWriter, r *http.Request) {
		for i := range 100 {
			fmt.Fprintf(w, "%d\n", i)
			w.(http.Flusher).Flush()
			select {
			case <-time.After(100 * time.Millisecond):
			case <-r.Context().Done():
				return
			}
		}
	})
	mux.HandleFunc("/upgrade", upgrade)
	mux.HandleFunc("/cut", cut)
	mux.HandleFunc("/finish", finish)
	http.Serve(listener, mux)
}

// packed is a text as gzip has it, the same bytes each time.
func packed() []byte {
	var buffer bytes.Buffer
	writer := gzip.NewWriter(&buffer)
	io.WriteString(writer, "hello from the tailnet\n")
	writer.Close()
	return buffer.Bytes()
}

// cut sends the beginning of an answer. Then it closes the connection although there is something left to read, so the
// client gets a reset.
func cut(w http.ResponseWriter, r *http.Request) {
	conn, buffer := hijack(w)
	if conn == nil {
		return
	}
	defer conn.Close()
	fmt.Fprint(conn, "HTTP/1.1 200 OK\r\n\r\nbeginning")
	buffer.Peek(1)
	time.Sleep(200 * time.Millisecond)
}

// finish sends a whole answer and ends its side. Then it closes the connection although there is something left to
// read.
func finish(w http.ResponseWriter, r *http.Request) {
	conn, _ := hijack(w)
	if conn == nil {
		return
	}
	defer conn.Close()
	fmt.Fprint(conn, "HTTP/1.1 200 OK\r\n\r\nall")
	conn.(interface{ CloseWrite() error }).CloseWrite()
	delay, _ := time.ParseDuration(r.URL.Query().Get("delay"))
	time.Sleep(delay)
}

// upgrade changes to a protocol that echoes.
func upgrade(w http.ResponseWriter, r *http.Request) {
	conn, buffer := hijack(w)
	if conn == nil {
		return
	}
	defer conn.Close()
	fmt.Fprint(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
	io.Copy(conn, buffer)
}

// serveHead answers every HTTP request with the very bytes of its head, and
// keeps the connection open.
func serveHead(listener net.Listener) {
	accept.Each(listener, func(conn net.Conn) {
		buffer := make([]byte, 64<<10)
		have := 0
		for {
			count, err := conn.Read(buffer[have:])
			have += count
			for {
				end := bytes.Index(buffer[:have], []byte("\r\n\r\n"))
				if end < 0 {
					break
				}
				end += 4
				fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", end, buffer[:end])
				have = copy(buffer, buffer[end:have])
			}
			if err != nil {
				return
			}
		}
	})
}

// serveCount reads until its client sends no more, and then says how many
// bytes there were.
func serveCount(listener net.Listener) {
	accept.Each(listener, func(conn net.Conn) {
		count, err := io.Copy(io.Discard, conn)
		if err == nil {
			fmt.Fprintf(conn, "%d\n", count)
		}
	})
}

func each(serve func(net.Conn)) func(net.Listener) {
	return func(listener net.Listener) { accept.Each(listener, serve) }
}

// hijack takes the connection of a request over; nil if that is impossible, which the client is told.
func hijack(w http.ResponseWriter) (net.Conn, *bufio.ReadWriter) {
	conn, buffer, err := w.(http.Hijacker).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return nil, nil
	}
	return conn, buffer
}
