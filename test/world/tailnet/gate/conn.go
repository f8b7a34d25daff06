// SPDX-License-Identifier: Apache-2.0

package gate

import "net"

// Conn is a connection through a gate. While the gate is frozen, what arrives
// is held back and what is written waits.
type Conn struct {
	net.Conn
	gate *Gate
	cut  chan struct{} // closed when the connection is closed from either side
}

// Read waits while the gate is frozen.
func (c *Conn) Read(buffer []byte) (int, error) {
	count, err := c.Conn.Read(buffer)
	if waitErr := c.waitThawed(); waitErr != nil {
		return 0, waitErr
	}
	return count, err
}

// Write waits while the gate is frozen.
func (c *Conn) Write(data []byte) (int, error) {
	if err := c.waitThawed(); err != nil {
		return 0, err
	}
	return c.Conn.Write(data)
}

// Close ends the connection and everything that waits on it.
func (c *Conn) Close() error {
	c.gate.mu.Lock()
	if _, open := c.gate.conns[c]; open {
		delete(c.gate.conns, c)
		close(c.cut)
	}
	c.gate.mu.Unlock()
	return c.Conn.Close()
}

func (c *Conn) waitThawed() error {
	c.gate.mu.Lock()
	thawed := c.gate.thawed
	c.gate.mu.Unlock()
	select {
	case <-thawed:
		return nil
	case <-c.cut:
		return net.ErrClosed
	}
}
