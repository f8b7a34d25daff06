// SPDX-License-Identifier: Apache-2.0

package pki

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"io"
	"strings"
	"testing"
)

// connect does a TLS handshake with a server that has the certificate, as a
// client that trusts only the given roots.
func connect(t *testing.T, certificate tls.Certificate, roots *x509.CertPool, host string) error {
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}})
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		io.Copy(io.Discard, conn)
	}()
	conn, err := tls.Dial("tcp", listener.Addr().String(), &tls.Config{RootCAs: roots, ServerName: host})
	if err != nil {
		return err
	}
	return conn.Close()
}

func TestChains(t *testing.T) {
	chains, err := Make()
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(chains.RootPEM) {
		t.Fatal("RootPEM holds no certificate")
	}
	for _, test := range []struct {
		name        string
		certificate tls.Certificate
		refusal     string
	}{
		{"ECDSA", chains.ECDSA, ""},
		{"RSA", chains.RSA, ""},
		{"expired", chains.Expired, "certificate has expired"},
		{"early", chains.Early, "certificate has expired or is not yet valid"},
		{"wrong host", chains.WrongHost, "doesn't contain any IP SANs"},
		{"unknown CA", chains.UnknownCA, "signed by unknown authority"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := connect(t, test.certificate, roots, "127.0.0.1")
			if test.refusal == "" && err != nil {
				t.Fatal(err)
			}
			if test.refusal != "" && (err == nil || !strings.Contains(err.Error(), test.refusal)) {
				t.Fatalf("got %v, want %q", err, test.refusal)
			}
		})
	}
	if err := connect(t, chains.RSA, roots, "localhost"); err != nil {
		t.Errorf("localhost: %v", err)
	}
	withoutIntermediate := chains.ECDSA
	withoutIntermediate.Certificate = withoutIntermediate.Certificate[:1]
	if err := connect(t, withoutIntermediate, roots, "localhost"); err == nil {
		t.Error("the leaf verifies without the intermediate")
	}
	if _, ok := chains.ECDSA.Leaf.PublicKey.(*ecdsa.PublicKey); !ok {
		t.Errorf("the ECDSA leaf has a %T", chains.ECDSA.Leaf.PublicKey)
	}
	key, ok := chains.RSA.Leaf.PublicKey.(*rsa.PublicKey)
	if !ok || key.N.BitLen() != 2048 || chains.RSA.Leaf.SignatureAlgorithm != x509.SHA256WithRSA {
		t.Errorf("the RSA leaf has a %T, signed with %v", chains.RSA.Leaf.PublicKey, chains.RSA.Leaf.SignatureAlgorithm)
	}
}
