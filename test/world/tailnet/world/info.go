// SPDX-License-Identifier: Apache-2.0

package world

import (
	"os"
	"slices"

	"spacetail/test/world/tailnet/control"
)

// Info is everything a test needs to know to use the tailnet. It is the ready
// line and the answer to GET /world/info.
type Info struct {
	ControlURL string `json:"controlUrl"`
	APIURL     string `json:"apiUrl"`
	AdminURL   string `json:"adminUrl"`
	HTTPS      HTTPS  `json:"https"`
	CAFile     string `json:"caFile"` // PEM of the root behind all HTTPS listeners but unknownCa
	Domain     string `json:"domain"`
	CertFile   string `json:"certFile"`   // PEM of a chain for localhost, from that root, for other servers
	KeyFile    string `json:"keyFile"`    // and its key
	NameServer string `json:"nameServer"` // the public one, over TCP, which knows what authorities ask for
	RelayPort  int    `json:"relayPort"`  // of DERP, on 127.0.0.1
	Admin      Client `json:"admin"`
	Peers      []Peer `json:"peers"`
	PID        int    `json:"pid"`
}

// HTTPS has the URL of each HTTPS listener. All serve control and API.
type HTTPS struct {
	ECDSA     string `json:"ecdsa"`
	RSA       string `json:"rsa"`
	Expired   string `json:"expired"`
	Early     string `json:"early"`
	WrongHost string `json:"wrongHost"`
	UnknownCA string `json:"unknownCa"`
}

// Client is the OAuth client of the administrator, which has the scope `all`.
type Client struct {
	ClientID     string `json:"clientId"`
	ClientSecret string `json:"clientSecret"`
}

// Peer is a node of the tailnet's own.
type Peer struct {
	Name      string   `json:"name"`
	DNSName   string   `json:"dnsName"`
	Addresses []string `json:"addresses"`
	Tags      []string `json:"tags"`
	Online    bool     `json:"online"`
}

// Info returns the present state. AdminURL is the caller's to fill in.
func (w *World) Info() Info {
	plain := w.listeners.plain.url()
	info := Info{
		ControlURL: plain,
		APIURL:     plain,
		HTTPS: HTTPS{
			ECDSA:     w.listeners.chains["ecdsa"].url(),
			RSA:       w.listeners.chains["rsa"].url(),
			Expired:   w.listeners.chains["expired"].url(),
			Early:     w.listeners.chains["early"].url(),
			WrongHost: w.listeners.chains["wrongHost"].url(),
			UnknownCA: w.listeners.chains["unknownCa"].url(),
		},
		CAFile:     w.caFile,
		CertFile:   w.certFile,
		KeyFile:    w.keyFile,
		Domain:     Domain,
		NameServer: w.names.Addr().String(),
		RelayPort:  w.relay.Port(),
		Admin:      Client{ClientID: w.admin.ID, ClientSecret: w.admin.Secret},
		Peers:      []Peer{},
		PID:        os.Getpid(),
	}
	if w.Peers == nil {
		return info
	}
	nodes := w.Control.Nodes()
	for _, name := range w.Peers.Names() {
		for _, node := range nodes {
			if node.Name == name {
				info.Peers = append(info.Peers, describePeer(node))
			}
		}
	}
	return info
}

func describePeer(node control.Node) Peer {
	peer := Peer{Name: node.Name, DNSName: node.DNSName, Tags: node.Tags, Online: node.Online}
	for _, address := range node.Addresses {
		peer.Addresses = append(peer.Addresses, address.Addr().String())
	}
	return peer
}

// IsPeer reports whether a node is one of the tailnet's own.
func (w *World) IsPeer(node control.Node) bool {
	return w.Peers != nil && slices.Contains(w.Peers.Names(), node.Name)
}
