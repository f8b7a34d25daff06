// SPDX-License-Identifier: Apache-2.0

// Package main is Tailscale's tailscaled, whose files the build script adds to this one, with two calls more in its
// LocalAPI.
package main

import (
	"io"
	"net"
	"net/http"
	"strings"

	"tailscale.com/ipn/localapi"
)

// dialProtocol is what a connection is upgraded to, and the call that does it.
const dialProtocol = "spacetail-dial"

func init() {
	localapi.Register(dialProtocol, serveDial)
}

// serveDial connects to a service through the tailnet, like LocalAPI's `dial`, and carries on in the upgraded
// connection. Unlike `dial` in Tailscale 1.102, it keeps a connection open until both sides have ended it: the answer
// to a client that ends its side first (a request of HTTP/1.0 from netcat, a dump piped into a database) would be lost
// otherwise.
//
// Requests and answers are those of `dial`, so that callers can use either.
func serveDial(h *localapi.Handler, w http.ResponseWriter, r *http.Request) {
	service, client := dial(h, w, r, dialProtocol)
	if service == nil {
		return
	}
	defer service.Close()
	defer client.Close()
	relay(client, service)
}

// dial connects to the service that a request asks for, and upgrades the connection of the request. The service is nil
// if either fails.
func dial(h *localapi.Handler, w http.ResponseWriter, r *http.Request, protocol string) (net.Conn, conn) {
	if r.Method != http.MethodPost || !strings.EqualFold(r.Header.Get("Upgrade"), protocol) {
		http.Error(w, "POST with Upgrade: "+protocol+" required", http.StatusBadRequest)
		return nil, conn{}
	}
	target := net.JoinHostPort(r.Header.Get("Dial-Host"), r.Header.Get("Dial-Port"))
	dialer := h.LocalBackend().Dialer()
	address, onTailnet, err := dialer.UserDialPlan(r.Context(), "tcp", target)
	if err != nil {
		http.Error(w, "resolve failure: "+err.Error(), http.StatusBadGateway)
		return nil, conn{}
	}
	if !onTailnet {
		w.Header().Set("Dial-Self", "true")
		w.Header().Set("Dial-Addr", address.String())
		return nil, conn{}
	}
	service, err := dialer.UserDial(r.Context(), "tcp", target)
	if err != nil {
		http.Error(w, "dial failure: "+err.Error(), http.StatusBadGateway)
		return nil, conn{}
	}
	client, err := upgrade(w, protocol)
	if err != nil {
		h.Logf("%s: %v", protocol, err)
		service.Close()
		return nil, conn{}
	}
	return service, client
}

// conn is a connection whose sending side can be ended alone.
type conn struct {
	net.Conn
	// reader has what was read ahead, and then the rest.
	reader io.Reader
}

func (c conn) Read(p []byte) (int, error) { return c.reader.Read(p) }

// upgrade takes the connection of a request over, and answers. The answer comes last: as soon as callers have it they
// send more, and the server would read a byte of that, and lose a socket that comes with it.
func upgrade(w http.ResponseWriter, protocol string) (conn, error) {
	client, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return conn{}, err
	}
	answer := "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: " + protocol + "\r\n\r\n"
	if _, err := io.WriteString(client, answer); err != nil {
		client.Close()
		return conn{}, err
	}
	if buffered.Reader.Buffered() == 0 {
		return conn{client, client}, nil
	}
	early := io.LimitReader(buffered.Reader, int64(buffered.Reader.Buffered()))
	return conn{client, io.MultiReader(early, client)}, nil
}

// relay copies both ways until both sides have ended, or one of them fails.
func relay(client conn, service net.Conn) {
	ended := make(chan error, 2)
	go func() { ended <- copyToEnd(client.Conn, service) }()
	go func() { ended <- copyToEnd(service, client) }()
	if err := <-ended; err == nil {
		<-ended
	}
}

// copyToEnd copies what src sends, and its end. A destination that cannot be told the end alone is an error: it would
// wait for ever.
func copyToEnd(dst net.Conn, src io.Reader) error {
	if _, err := io.Copy(dst, src); err != nil {
		return err
	}
	return endSending(dst)
}

func endSending(to net.Conn) error {
	half, ok := to.(interface{ CloseWrite() error })
	if !ok {
		return net.ErrClosed
	}
	return half.CloseWrite()
}
