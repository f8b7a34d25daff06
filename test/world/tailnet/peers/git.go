// SPDX-License-Identifier: Apache-2.0

package peers

import (
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	"golang.org/x/crypto/ssh"

	"spacetail/test/world/tailnet/accept"
)

// gitCommand is the one command that the SSH server runs.
const gitCommand = "git-upload-pack '/hello.git'"

// GitServer is an SSH server that lets everybody in and serves one git
// repository, /hello.git, in which the file README holds a greeting.
type GitServer struct {
	Dir string // for the repository, which is made when it is first asked for

	once sync.Once
	err  error
}

// Serve accepts connections until the listener is closed.
func (g *GitServer) Serve(listener net.Listener) {
	config := &ssh.ServerConfig{NoClientAuth: true}
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		return
	}
	config.AddHostKey(signer)
	accept.Each(listener, func(conn net.Conn) { g.serve(conn, config) })
}

func (g *GitServer) serve(conn net.Conn, config *ssh.ServerConfig) {
	server, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	defer server.Close()
	go ssh.DiscardRequests(requests)
	for channel := range channels {
		if channel.ChannelType() != "session" {
			channel.Reject(ssh.UnknownChannelType, "only sessions")
			continue
		}
		session, requests, err := channel.Accept()
		if err != nil {
			return
		}
		go g.session(session, requests)
	}
}

// session runs the command that the client asks for, and ends.
func (g *GitServer) session(session ssh.Channel, requests <-chan *ssh.Request) {
	defer session.Close()
	for request := range requests {
		var exec struct{ Command string }
		ok := request.Type == "exec" && ssh.Unmarshal(request.Payload, &exec) == nil
		if request.WantReply {
			request.Reply(ok, nil)
		}
		if !ok {
			continue
		}
		status := struct{ Status uint32 }{0}
		if err := g.run(session, exec.Command); err != nil {
			fmt.Fprintln(session.Stderr(), err)
			status.Status = 1
		}
		session.SendRequest("exit-status", false, ssh.Marshal(status))
		return
	}
}

func (g *GitServer) run(session ssh.Channel, command string) error {
	if command != gitCommand {
		return fmt.Errorf("not allowed: %s", command)
	}
	g.once.Do(func() { g.err = g.makeRepository() })
	if g.err != nil {
		return g.err
	}
	pack := exec.Command("git", "upload-pack", g.Dir)
	pack.Stdin, pack.Stdout, pack.Stderr = session, session, session.Stderr()
	return pack.Run()
}

func (g *GitServer) makeRepository() error {
	if err := os.MkdirAll(g.Dir, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(g.Dir, "README"), []byte("hello from the tailnet\n"), 0o600); err != nil {
		return err
	}
	for _, words := range [][]string{
		{"init", "--quiet", "--initial-branch=main"},
		{"add", "README"},
		{"-c", "user.name=world", "-c", "user.email=world@example.com", "commit", "--quiet", "--message=Say hello"},
	} {
		git := exec.Command("git", words...)
		git.Dir = g.Dir
		if output, err := git.CombinedOutput(); err != nil {
			return fmt.Errorf("git %s: %w: %s", words[0], err, output)
		}
	}
	return nil
}
