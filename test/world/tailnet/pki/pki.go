// SPDX-License-Identifier: Apache-2.0

// Package pki makes the certificates of the embedded tailnet's HTTPS
// listeners: chains that a client must accept, with ECDSA and with RSA keys
// and always through an intermediate, and chains that it must refuse. All are
// made at start, so nothing in the repository ever expires.
package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"sync"
	"time"
)

// Authority is a certificate authority: a root, and intermediates that sign
// the leaves.
type Authority struct {
	name string
	root *signer
}

// Chains are the server certificates of the listeners.
type Chains struct {
	// RootPEM is the only root that a client shall trust.
	RootPEM []byte

	ECDSA     tls.Certificate // good, ECDSA P-256 keys throughout
	RSA       tls.Certificate // good, RSA-2048 leaf and intermediate
	Expired   tls.Certificate // its leaf ended yesterday
	Early     tls.Certificate // its leaf begins tomorrow
	WrongHost tls.Certificate // its leaf is for elsewhere.invalid
	UnknownCA tls.Certificate // good, but from a root that is not in RootPEM
}

type signer struct {
	certificate *x509.Certificate
	der         []byte
	key         crypto.Signer
}

// Names that the good leaves are for.
var (
	goodHosts     = []string{"localhost", "tailnet.corp.test"} // the second is known to proxies alone
	goodAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
)

// Make creates all chains. Nearly all of its time goes into the two RSA keys,
// which are made at the same time.
func Make() (*Chains, error) {
	rsaKeys, err := makeRSAKeys(2)
	if err != nil {
		return nil, err
	}
	known, err := newAuthority("spacetail test")
	if err != nil {
		return nil, err
	}
	unknown, err := newAuthority("spacetail unknown")
	if err != nil {
		return nil, err
	}
	good := leaf{hosts: goodHosts, addresses: goodAddresses}
	expired, early := good, good
	expired.ended = true
	early.future = true
	elsewhere := leaf{hosts: []string{"elsewhere.invalid"}}

	chains := &Chains{RootPEM: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: known.root.der})}
	for _, chain := range []struct {
		target    *tls.Certificate
		authority *Authority
		leaf      leaf
		keys      []crypto.Signer // intermediate, leaf; none means new ECDSA keys
	}{
		{&chains.ECDSA, known, good, nil},
		{&chains.RSA, known, good, rsaKeys},
		{&chains.Expired, known, expired, nil},
		{&chains.Early, known, early, nil},
		{&chains.WrongHost, known, elsewhere, nil},
		{&chains.UnknownCA, unknown, good, nil},
	} {
		certificate, err := chain.authority.issue(chain.leaf, chain.keys)
		if err != nil {
			return nil, fmt.Errorf("making certificates: %w", err)
		}
		*chain.target = certificate
	}
	return chains, nil
}

// Encode returns the chain and the key of a certificate, both as PEM.
func Encode(certificate tls.Certificate) (chain, key []byte, err error) {
	for _, der := range certificate.Certificate {
		chain = append(chain, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	der, err := x509.MarshalPKCS8PrivateKey(certificate.PrivateKey)
	if err != nil {
		return nil, nil, err
	}
	return chain, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// SelfSigned returns a certificate for address alone, for servers whose
// clients are told not to verify it.
func SelfSigned(address net.IP) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := leaf{addresses: []net.IP{address}}.template()
	self, err := sign(template, &signer{certificate: template, key: key}, key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{self.der}, PrivateKey: key, Leaf: self.certificate}, nil
}

func newAuthority(name string) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := caTemplate(name + " root")
	root, err := sign(template, &signer{certificate: template, key: key}, key)
	if err != nil {
		return nil, err
	}
	return &Authority{name: name, root: root}, nil
}

// issue makes an intermediate and a leaf; the chain that is served holds both.
func (a *Authority) issue(leaf leaf, keys []crypto.Signer) (tls.Certificate, error) {
	for len(keys) < 2 {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return tls.Certificate{}, err
		}
		keys = append(keys, key)
	}
	intermediate, err := sign(caTemplate(a.name+" intermediate"), a.root, keys[0])
	if err != nil {
		return tls.Certificate{}, err
	}
	end, err := sign(leaf.template(), intermediate, keys[1])
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{
		Certificate: [][]byte{end.der, intermediate.der},
		PrivateKey:  keys[1],
		Leaf:        end.certificate,
	}, nil
}

type leaf struct {
	hosts     []string
	addresses []net.IP
	ended     bool
	future    bool
}

func (l leaf) template() *x509.Certificate {
	name := "127.0.0.1"
	if len(l.hosts) > 0 {
		name = l.hosts[0]
	}
	template := &x509.Certificate{
		Subject:     pkix.Name{CommonName: name},
		DNSNames:    l.hosts,
		IPAddresses: l.addresses,
		NotBefore:   time.Now().Add(-48 * time.Hour),
		NotAfter:    time.Now().Add(30 * 24 * time.Hour),
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if l.ended {
		template.NotAfter = time.Now().Add(-24 * time.Hour)
	}
	if l.future {
		template.NotBefore = time.Now().Add(24 * time.Hour)
	}
	return template
}

func caTemplate(name string) *x509.Certificate {
	return &x509.Certificate{
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             time.Now().Add(-72 * time.Hour),
		NotAfter:              time.Now().Add(365 * 24 * time.Hour),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
}

func sign(template *x509.Certificate, by *signer, key crypto.Signer) (*signer, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	template.SerialNumber = serial
	der, err := x509.CreateCertificate(rand.Reader, template, by.certificate, key.Public(), by.key)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &signer{certificate: certificate, der: der, key: key}, nil
}

func makeRSAKeys(count int) ([]crypto.Signer, error) {
	keys := make([]crypto.Signer, count)
	errs := make([]error, count)
	var group sync.WaitGroup
	for i := range count {
		group.Go(func() {
			keys[i], errs[i] = rsa.GenerateKey(rand.Reader, 2048)
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return keys, nil
}
