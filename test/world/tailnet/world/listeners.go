// SPDX-License-Identifier: Apache-2.0

package world

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"

	"spacetail/test/world/tailnet/events"
	"spacetail/test/world/tailnet/gate"
	"spacetail/test/world/tailnet/pki"
)

// listeners are the gates that control and API are served on: one for plain
// HTTP and one for each certificate chain.
type listeners struct {
	plain  *listener
	chains map[string]*listener // by the name in Info.HTTPS
}

type listener struct {
	gate   *gate.Gate
	server *http.Server
	scheme string
}

// open listens on address and serves nothing yet.
func open(address, scheme string) (*listener, error) {
	opened, err := gate.Listen(address)
	if err != nil {
		return nil, fmt.Errorf("listening for %s: %w", scheme, err)
	}
	return &listener{gate: opened, scheme: scheme}, nil
}

// serve answers with handler, behind certificate unless that is nil.
func (l *listener) serve(handler http.Handler, certificate *tls.Certificate) {
	l.server = &http.Server{Handler: handler, ErrorLog: log.New(io.Discard, "", 0)}
	var conns net.Listener = l.gate
	if certificate != nil {
		conns = tls.NewListener(l.gate, &tls.Config{
			Certificates: []tls.Certificate{*certificate},
			// The control protocol upgrades its connection, which HTTP/2
			// cannot do.
			NextProtos: []string{"http/1.1"},
		})
	}
	go l.server.Serve(conns)
}

func (l *listener) url() string { return l.scheme + "://" + l.gate.Addr().String() }

func (l *listener) close() {
	if l.server != nil {
		l.server.Close()
	}
	l.gate.Close() // also cuts upgraded connections, which the server forgot
}

// serveChains opens one HTTPS listener per chain.
func (l *listeners) serveChains(handler http.Handler, chains *pki.Chains, log *events.Log) error {
	l.chains = map[string]*listener{}
	for name, certificate := range map[string]tls.Certificate{
		"ecdsa":     chains.ECDSA,
		"rsa":       chains.RSA,
		"expired":   chains.Expired,
		"early":     chains.Early,
		"wrongHost": chains.WrongHost,
		"unknownCa": chains.UnknownCA,
	} {
		opened, err := open("127.0.0.1:0", "https")
		if err != nil {
			return err
		}
		opened.serve(events.Requests(log, name, handler), &certificate)
		l.chains[name] = opened
	}
	return nil
}

func (l *listeners) all() []*listener {
	var all []*listener
	if l.plain != nil {
		all = append(all, l.plain)
	}
	for _, chain := range l.chains {
		all = append(all, chain)
	}
	return all
}

// set changes the state of all gates.
func (l *listeners) set(state gate.State) error {
	var errs []error
	for _, listener := range l.all() {
		errs = append(errs, listener.gate.Set(state))
	}
	return errors.Join(errs...)
}

func (l *listeners) close() {
	for _, listener := range l.all() {
		listener.close()
	}
}
