// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"

	"tailscale.com/ipn/localapi"
)

// handOverProtocol is a call like dialProtocol, for callers that only stand between a client and the service.
const handOverProtocol = "spacetail-hand-over"

func init() {
	localapi.Register(handOverProtocol, serveHandOver)
}

// serveHandOver connects to a service through the tailnet. The caller then sends what its client has said so far, and
// at last the client's own socket, so that bytes need not pass through the caller. When the client is served, the
// connection to the caller is closed.
func serveHandOver(h *localapi.Handler, w http.ResponseWriter, r *http.Request) {
	service, caller := dial(h, w, r, handOverProtocol)
	if service == nil {
		return
	}
	defer caller.Close()
	defer service.Close()
	client, err := receiveClient(caller, service)
	if err != nil {
		// A caller that closes has lost its client.
		if !errors.Is(err, io.EOF) {
			h.Logf("%s: %v", handOverProtocol, err)
		}
		return
	}
	carry(client, service)
}

// receiveClient passes on to the service what the caller sends, until it sends a socket, which comes with one byte more.
func receiveClient(caller conn, service net.Conn) (*net.TCPConn, error) {
	socket, ok := caller.Conn.(*net.UnixConn)
	if !ok || caller.reader != caller.Conn {
		return nil, errors.New("the caller has no unix socket of its own")
	}
	bytes := make([]byte, 4<<10)
	rights := make([]byte, syscall.CmsgSpace(4))
	for {
		count, rightsCount, _, _, err := socket.ReadMsgUnix(bytes, rights)
		if err != nil {
			return nil, err
		}
		if count == 0 {
			return nil, io.EOF
		}
		if rightsCount > 0 {
			count--
		}
		if _, err := service.Write(bytes[:count]); err != nil && rightsCount == 0 {
			return nil, err
		}
		if rightsCount > 0 {
			return clientOf(rights[:rightsCount])
		}
	}
}

var errNoSocket = errors.New("the caller sent no TCP socket")

// clientOf is the connection whose socket has been received.
func clientOf(rights []byte) (*net.TCPConn, error) {
	messages, err := syscall.ParseSocketControlMessage(rights)
	if err != nil || len(messages) != 1 {
		return nil, errors.Join(errNoSocket, err)
	}
	descriptors, err := syscall.ParseUnixRights(&messages[0])
	if err != nil || len(descriptors) != 1 {
		return nil, errors.Join(errNoSocket, err)
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

// carry copies both ways until both sides have ended. It closes both connections.
//
// A client must not take a stream that was cut for a complete one. So its connection is one that the system resets when
// it is closed, by whatever ends this process too, until the service has ended its side.
func carry(client *net.TCPConn, service net.Conn) {
	client.SetLinger(0)
	cut := func() {
		client.Close()
		service.Close()
	}
	defer cut()
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		switch copyAll(service, client) {
		case ended:
			endSending(service)
		case unreadable:
			cut()
		}
	}()
	switch copyAll(client, service) {
	case ended:
		client.SetLinger(-1)
		client.CloseWrite()
	case unreadable:
		cut()
	}
	// Whoever takes nothing more may have sent something before: the answer to a refused upload, say.
	<-sent
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
