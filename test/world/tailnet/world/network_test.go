// SPDX-License-Identifier: Apache-2.0

package world

import (
	"bufio"
	"context"
	"net"
	"net/netip"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
	"tailscale.com/ipn"
	"tailscale.com/tailcfg"
	"tailscale.com/tsnet"
	"tailscale.com/types/dnstype"

	"spacetail/test/world/tailnet/control"
	"spacetail/test/world/tailnet/peers"
)

// addressOf returns the IPv4 address of a node.
func (w *World) addressOf(t *testing.T, name string) string {
	t.Helper()
	for _, node := range w.Control.Nodes() {
		if node.Name == name {
			return node.Addresses[0].Addr().String()
		}
	}
	t.Fatalf("no node is called %s", name)
	return ""
}

// query asks a node's resolver for the A records of a name.
func query(t *testing.T, node *tsnet.Server, name string) string {
	t.Helper()
	client, err := node.LocalClient()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	reply, _, err := client.QueryDNS(ctx, name, "A")
	if err != nil {
		return err.Error()
	}
	var message dnsmessage.Message
	if err := message.Unpack(reply); err != nil {
		t.Fatal(err)
	}
	if message.RCode != dnsmessage.RCodeSuccess {
		return message.RCode.String()
	}
	var answers []string
	for _, answer := range message.Answers {
		switch body := answer.Body.(type) {
		case *dnsmessage.AResource:
			answers = append(answers, netip.AddrFrom4(body.A).String())
		case *dnsmessage.CNAMEResource:
			answers = append(answers, body.CNAME.String())
		}
	}
	return strings.Join(answers, " ")
}

func acceptAll(t *testing.T, node *tsnet.Server) {
	t.Helper()
	client, err := node.LocalClient()
	if err != nil {
		t.Fatal(err)
	}
	prefs := &ipn.MaskedPrefs{Prefs: ipn.Prefs{RouteAll: true, CorpDNS: true}, RouteAllSet: true, CorpDNSSet: true}
	if _, err := client.EditPrefs(t.Context(), prefs); err != nil {
		t.Fatal(err)
	}
}

func TestNameServerOfTheTailnetServesSplitDNS(t *testing.T) {
	w := start(t, control.Settings{})
	if err := w.Peers.NameServer.Set([]peers.Record{
		{Name: "mysql.corp.test", Type: "A", Value: "10.99.0.10", TTL: 60},
		{Name: "alias.corp.test", Type: "CNAME", Value: "mysql.corp.test", TTL: 60},
		{Name: "empty.corp.test", Type: "A"},
	}); err != nil {
		t.Fatal(err)
	}
	node := join(t, w, "run", w.runKey())
	acceptAll(t, node)
	w.Control.SetNetwork(control.Network{DNS: &tailcfg.DNSConfig{
		Routes:       map[string][]*dnstype.Resolver{"corp.test": {{Addr: w.addressOf(t, peers.DB)}}},
		ExtraRecords: []tailcfg.DNSRecord{{Name: "extra.tail.test", Value: "100.64.0.99"}},
	}})
	until(t, func() bool { return query(t, node, "mysql.corp.test.") == "10.99.0.10" })
	for name, want := range map[string]string{
		"alias.corp.test.": "mysql.corp.test. 10.99.0.10",
		"empty.corp.test.": "",
		"gone.corp.test.":  dnsmessage.RCodeNameError.String(),
		"extra.tail.test.": "100.64.0.99",
	} {
		if got := query(t, node, name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if asked := w.Peers.NameServer.Asked()["A alias.corp.test."]; asked != 1 {
		t.Errorf("the name server was asked %d times: %v", asked, w.Peers.NameServer.Asked())
	}
}

func TestRouterForwardsItsNetworks(t *testing.T) {
	w := start(t, control.Settings{})
	node := join(t, w, "run", w.runKey())
	acceptAll(t, node)
	w.Control.SetNetwork(control.Network{Routes: map[string][]netip.Prefix{
		peers.DB: {netip.MustParsePrefix("10.99.0.0/24")},
	}})
	client, err := node.LocalClient()
	if err != nil {
		t.Fatal(err)
	}
	until(t, func() bool {
		status, err := client.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, peer := range status.Peer {
			if peer.PrimaryRoutes != nil && peer.PrimaryRoutes.Len() == 1 {
				return true
			}
		}
		return false
	})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	conn, err := node.Dial(ctx, "tcp", net.JoinHostPort("10.99.0.10", "3306"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || line != "behind db: 10.99.0.10:3306\n" {
		t.Errorf("got %q, %v", line, err)
	}
}

func TestEphemeralNodesKnowTheRelayByName(t *testing.T) {
	w := start(t, control.Settings{})
	w.Control.SetNetwork(control.Network{RelayHost: "relay.corp.test"})
	node := join(t, w, "run", w.runKey())
	client, err := node.LocalClient()
	if err != nil {
		t.Fatal(err)
	}
	relays, err := client.CurrentDERPMap(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if host := relays.Regions[1].Nodes[0].HostName; host != "relay.corp.test" {
		t.Errorf("the relay is %q", host)
	}
}
