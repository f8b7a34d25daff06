// SPDX-License-Identifier: Apache-2.0

// Package gate is a TCP listener that can go away and come back on the same
// port: closed like the port of a stopped server, or frozen like that of a
// stopped machine whose kernel still accepts connections.
package gate

import (
	"fmt"
	"net"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// State is what a Gate does with connections.
type State string

const (
	// Up serves connections.
	Up State = "up"
	// Refuse has cut all connections and refuses new ones.
	Refuse State = "refuse"
	// Freeze accepts connections but neither reads nor writes on any.
	Freeze State = "freeze"
)

// Gate is a net.Listener on loopback. Accept blocks while the gate refuses.
type Gate struct {
	address  *net.TCPAddr
	accepted chan net.Conn
	closing  chan struct{}

	mu       sync.Mutex
	state    State
	listener net.Listener // nil while refusing
	reserved int          // while refusing: a bound socket that keeps the port
	conns    map[*Conn]struct{}
	thawed   chan struct{} // closed while not frozen
}

// Listen opens a gate in state Up.
func Listen(address string) (*Gate, error) {
	listener, err := net.Listen("tcp4", address)
	if err != nil {
		return nil, err
	}
	gate := &Gate{
		address:  listener.Addr().(*net.TCPAddr),
		accepted: make(chan net.Conn),
		closing:  make(chan struct{}),
		state:    Up,
		listener: listener,
		conns:    map[*Conn]struct{}{},
		thawed:   make(chan struct{}),
	}
	close(gate.thawed)
	go gate.pump(listener)
	return gate, nil
}

// Addr is the listening address; it stays the same through all states.
func (g *Gate) Addr() net.Addr { return g.address }

// Accept waits for the next connection.
func (g *Gate) Accept() (net.Conn, error) {
	select {
	case conn := <-g.accepted:
		return conn, nil
	case <-g.closing:
		return nil, net.ErrClosed
	}
}

// Close ends the gate for good and cuts its connections.
func (g *Gate) Close() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-g.closing:
		return nil
	default:
	}
	close(g.closing)
	if g.listener != nil {
		g.listener.Close()
	} else {
		unix.Close(g.reserved)
	}
	g.cutLocked()
	return nil
}

// Set changes the state.
func (g *Gate) Set(state State) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if state == g.state {
		return nil
	}
	switch state {
	case Up, Freeze:
		if g.listener == nil {
			if err := g.reopenLocked(); err != nil {
				return err
			}
		}
	case Refuse:
		if err := g.refuseLocked(); err != nil {
			return err
		}
	default:
		return fmt.Errorf("state %q: want %q, %q or %q", state, Up, Refuse, Freeze)
	}
	if g.state == Freeze {
		close(g.thawed)
	}
	if state == Freeze {
		g.thawed = make(chan struct{})
	}
	g.state = state
	return nil
}

// refuseLocked replaces the listening socket with one that is bound but does
// not listen: the kernel refuses connections to it, and nobody else can take
// the port meanwhile.
func (g *Gate) refuseLocked() error {
	g.listener.Close()
	g.listener = nil
	g.cutLocked()
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return fmt.Errorf("reserving port %d: %w", g.address.Port, err)
	}
	g.reserved = socket
	// Without SO_REUSEADDR the just closed connections would block the bind.
	if err := unix.SetsockoptInt(socket, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return fmt.Errorf("reserving port %d: %w", g.address.Port, err)
	}
	if err := unix.Bind(socket, &unix.SockaddrInet4{Port: g.address.Port, Addr: [4]byte(g.address.IP.To4())}); err != nil {
		return fmt.Errorf("reserving port %d: %w", g.address.Port, err)
	}
	return nil
}

func (g *Gate) reopenLocked() error {
	if err := unix.Listen(g.reserved, unix.SOMAXCONN); err != nil {
		return fmt.Errorf("listening on port %d again: %w", g.address.Port, err)
	}
	file := os.NewFile(uintptr(g.reserved), "listener")
	listener, err := net.FileListener(file)
	file.Close() // FileListener works on a duplicate
	if err != nil {
		return fmt.Errorf("listening on port %d again: %w", g.address.Port, err)
	}
	g.listener = listener
	go g.pump(listener)
	return nil
}

func (g *Gate) cutLocked() {
	for conn := range g.conns {
		conn.Conn.Close()
		close(conn.cut)
	}
	clear(g.conns)
}

func (g *Gate) pump(listener net.Listener) {
	for {
		raw, err := listener.Accept()
		if err != nil {
			return
		}
		conn := &Conn{Conn: raw, gate: g, cut: make(chan struct{})}
		g.mu.Lock()
		if g.listener != listener {
			// Accepted in the moment in which the gate began to refuse.
			g.mu.Unlock()
			raw.Close()
			return
		}
		g.conns[conn] = struct{}{}
		g.mu.Unlock()
		select {
		case g.accepted <- conn:
		case <-g.closing:
			return
		}
	}
}
