// SPDX-License-Identifier: Apache-2.0

// Package accept serves the connections of a listener.
package accept

import "net"

// Each calls serve with every connection, in a goroutine of its own, until
// listener is closed. The connection is closed when serve returns.
func Each(listener net.Listener, serve func(net.Conn)) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			serve(conn)
		}()
	}
}
