// SPDX-License-Identifier: Apache-2.0

package world

import (
	"encoding/binary"
	"io"
	"net"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
	"tailscale.com/ipn"
	"tailscale.com/tsnet"

	"spacetail/test/world/tailnet/control"
	"spacetail/test/world/tailnet/events"
)

func rename(t *testing.T, node *tsnet.Server, hostname string) {
	t.Helper()
	client, err := node.LocalClient()
	if err != nil {
		t.Fatal(err)
	}
	prefs := &ipn.MaskedPrefs{Prefs: ipn.Prefs{Hostname: hostname}, HostnameSet: true}
	if _, err := client.EditPrefs(t.Context(), prefs); err != nil {
		t.Fatal(err)
	}
}

func TestNodesAreRenamedWithTheirHostName(t *testing.T) {
	w := start(t, control.Settings{})
	first := join(t, w, "one", w.runKey())
	second := join(t, w, "two", w.runKey())
	rename(t, first, "app")
	w.await(t, events.NodeRenamed, events.Attributes{"name": "app", "was": "one"})
	rename(t, second, "app")
	w.await(t, events.NodeRenamed, events.Attributes{"name": "app-1", "was": "two"})
	if got := names(w); got != "app app-1" {
		t.Errorf("the nodes are called %s", got)
	}
}

// proofOf asks the public name server for the TXT record of a name.
func proofOf(t *testing.T, w *World, name string) string {
	t.Helper()
	conn, err := net.Dial("tcp", w.Info().NameServer)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	query := dnsmessage.Message{Questions: []dnsmessage.Question{{
		Name: dnsmessage.MustNewName(name), Type: dnsmessage.TypeTXT, Class: dnsmessage.ClassINET,
	}}}
	packed, err := query.Pack()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(packed))), packed...)); err != nil {
		t.Fatal(err)
	}
	var length uint16
	if err := binary.Read(conn, binary.BigEndian, &length); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, length)
	if _, err := io.ReadFull(conn, answer); err != nil {
		t.Fatal(err)
	}
	var reply dnsmessage.Message
	if err := reply.Unpack(answer); err != nil {
		t.Fatal(err)
	}
	if len(reply.Answers) == 0 {
		return reply.RCode.String()
	}
	return reply.Answers[0].Body.(*dnsmessage.TXTResource).TXT[0]
}

func TestNodesProveTheirOwnNamesAlone(t *testing.T) {
	w := start(t, control.Settings{})
	node := join(t, w, "app", w.runKey())
	client, err := node.LocalClient()
	if err != nil {
		t.Fatal(err)
	}
	if err := client.SetDNS(t.Context(), "_acme-challenge.app.tail.test", "early"); err == nil {
		t.Error("a node has set a record on a tailnet without HTTPS")
	}
	w.Control.SetNetwork(control.Network{HTTPS: true})
	until(t, func() bool {
		status, err := client.StatusWithoutPeers(t.Context())
		return err == nil && len(status.CertDomains) == 1 && status.CertDomains[0] == "app.tail.test"
	})
	if err := client.SetDNS(t.Context(), "_acme-challenge.app.tail.test", "mine"); err != nil {
		t.Error(err)
	}
	if err := client.SetDNS(t.Context(), "_acme-challenge.db.tail.test", "theirs"); err == nil {
		t.Error("a node has set the record of another one")
	}
	for name, want := range map[string]string{
		"_acme-challenge.app.tail.test.": "mine",
		"_acme-challenge.db.tail.test.":  dnsmessage.RCodeNameError.String(),
	} {
		if got := proofOf(t, w, name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}
