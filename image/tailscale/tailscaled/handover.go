// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"tailscale.com/ipn/localapi"
)

// handoverProtocol is a call like dialProtocol, for callers that only stand between a client and the service.
const handoverProtocol = "spacetail-handover"

func init() {
	localapi.Register(handoverProtocol, serveHandover)
}

// serveHandover connects to a service through the tailnet. The caller then sends what its client has said so far, and
// at last the client's own socket, so that bytes need not pass through the caller. The connection to the caller is
// closed when the client has been served.
func serveHandover(h *localapi.Handler, w http.ResponseWriter, r *http.Request) {
	service, caller := dial(h, w, r, handoverProtocol)
	if service == nil {
		return
	}
	defer caller.Close()
	defer service.Close()
	to := &side{Conn: service}
	client, err := receiveClient(caller, to)
	if err != nil {
		// A caller that closes has lost its client.
		if !errors.Is(err, io.EOF) {
			h.Logf("%s: %v", handoverProtocol, err)
		}
		return
	}
	carry(&side{Conn: client}, to)
}

// receiveClient passes on to the service what the caller sends. The last byte comes with the client's socket, and is
// not for the service. A service that takes nothing more may still have an answer.
func receiveClient(caller conn, to *side) (*net.TCPConn, error) {
	socket, ok := caller.Conn.(*net.UnixConn)
	if !ok || caller.reader != caller.Conn {
		return nil, errors.New("the caller has no unix socket of its own")
	}
	bytes := make([]byte, 4<<10)
	rights := make([]byte, syscall.CmsgSpace(4))
	for {
		count, rightsCount, flags, _, err := socket.ReadMsgUnix(bytes, rights)
		switch {
		case err != nil:
			return nil, err
		case flags&syscall.MSG_CTRUNC != 0:
			// This process has no descriptor left for it, say.
			return nil, errors.New("the client's socket cannot be received")
		case rightsCount > 0:
			to.Write(bytes[:count-1])
			return clientOf(rights[:rightsCount])
		}
		to.Write(bytes[:count])
	}
}

// clientOf is the connection whose socket has been received.
func clientOf(rights []byte) (*net.TCPConn, error) {
	messages, err := syscall.ParseSocketControlMessage(rights)
	if err != nil || len(messages) != 1 {
		return nil, errors.Join(errNoSocket, err)
	}
	descriptors, err := syscall.ParseUnixRights(&messages[0])
	if err != nil || len(descriptors) == 0 {
		return nil, errors.Join(errNoSocket, err)
	}
	for _, one := range descriptors[1:] {
		syscall.Close(one)
	}
	file := os.NewFile(uintptr(descriptors[0]), "client")
	defer file.Close()
	client, err := net.FileConn(file)
	if err != nil {
		return nil, err
	}
	tcp, ok := client.(*net.TCPConn)
	if !ok {
		client.Close()
		return nil, errNoSocket
	}
	return tcp, nil
}

var errNoSocket = errors.New("the caller sent no TCP socket")

// carry copies both ways until both sides have ended. It closes both connections.
//
// Nobody must take a stream that was cut for a complete one. So the system resets each connection when it is closed,
// by whatever ends this process too, until the other side has ended. Connections of Tailscale's own network stack
// cannot be reset by their owner.
func carry(client, service *side) {
	client.resetAtClose(true)
	service.resetAtClose(true)
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		pass(service, client)
	}()
	pass(client, service)
	<-sent
	client.Close()
	service.Close()
}

// pass copies in one direction. If nothing more can come, it closes both connections.
func pass(to, from *side) {
	switch copyAll(to, from) {
	case ended:
		if !from.hasFailed() {
			to.resetAtClose(false)
			if endSending(to.Conn) == nil {
				return
			}
		}
	case unwritable:
		// There may still be something to read from the other side: the answer to a refused upload, say. This side may
		// take no more of it unless it is read too.
		go io.Copy(io.Discard, from)
		return
	}
	to.Close()
	from.Close()
}

// side is one of the two connections.
type side struct {
	net.Conn
	writing, failed atomic.Bool
}

func (s *side) resetAtClose(isReset bool) {
	if tcp, ok := s.Conn.(*net.TCPConn); ok {
		seconds := -1
		if isReset {
			seconds = 0
		}
		tcp.SetLinger(seconds)
	}
}

func (s *side) Write(p []byte) (int, error) {
	s.writing.Store(true)
	count, err := s.Conn.Write(p)
	if err != nil && !isAfterEnd(err) {
		s.failed.Store(true)
	}
	s.writing.Store(false)
	return count, err
}

// isAfterEnd tells whether a connection can no longer be written to because the other side ended it properly, before it
// closed it altogether. The system says that by EPIPE, Tailscale's own network stack by a text.
func isAfterEnd(err error) bool {
	return errors.Is(err, syscall.EPIPE) || strings.Contains(err.Error(), "closed for send")
}

// hasFailed tells whether the end that was read is none. A connection reports an error only once: if that was to a
// write, a read sees an end like any other. A write that is under way has a moment to fail.
func (s *side) hasFailed() bool {
	for range 100 {
		if !s.writing.Load() {
			break
		}
		time.Sleep(time.Millisecond)
	}
	return s.failed.Load()
}

// outcome is how copying in one direction has ended.
type outcome int

const (
	ended outcome = iota
	// Nothing more can come, although there was no end.
	unreadable
	// Nothing more can be sent.
	unwritable
)

func copyAll(dst io.Writer, src io.Reader) outcome {
	bytes := make([]byte, 32<<10)
	for {
		count, err := src.Read(bytes)
		if count > 0 {
			if _, err := dst.Write(bytes[:count]); err != nil {
				return unwritable
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return ended
		case err != nil:
			return unreadable
		}
	}
}
