// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"

	"spacetail/test/world/tailnet/credential"
)

// login is a web page on which somebody may log a node in. The node waits for
// that with a register request that names the page.
type login struct {
	// done is closed when somebody has logged in, which sets the grant first.
	done  chan struct{}
	grant *Grant
}

// Grant is what a node gets that somebody has logged in.
type Grant struct {
	// Tags of the node; none makes it the administrator's own.
	Tags []string
}

// offerLoginLocked makes a page and returns its address.
func (s *Server) offerLoginLocked() string {
	var token [6]byte
	rand.Read(token[:])
	url := fmt.Sprintf("%s/a/%s", s.config.LoginURL, hex.EncodeToString(token[:]))
	s.logins[url] = &login{done: make(chan struct{})}
	return url
}

// LogIn does what a person does who opens the page at url and logs in.
func (s *Server) LogIn(url string, grant Grant) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	login := s.logins[url]
	if login == nil {
		return fmt.Errorf("there is no login page %q", url)
	}
	if login.grant == nil {
		login.grant = &grant
		close(login.done)
	}
	return nil
}

// awaitLogin waits until somebody has logged in at url. It fails if there is no
// such page, and when the node hangs up.
func (s *Server) awaitLogin(ctx context.Context, url string) (*Grant, error) {
	s.mu.Lock()
	login := s.logins[url]
	s.mu.Unlock()
	if login == nil {
		return nil, fmt.Errorf("there is no login page %q", url)
	}
	select {
	case <-login.done:
		return login.grant, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// admission is what a grant means for a node that registers.
func (g *Grant) admission() credential.Admission {
	return credential.Admission{KeyID: "login", Tags: g.Tags, Authorized: true}
}
