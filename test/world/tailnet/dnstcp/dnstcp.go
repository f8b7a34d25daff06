// SPDX-License-Identifier: Apache-2.0

// Package dnstcp serves DNS over TCP.
package dnstcp

import (
	"encoding/binary"
	"io"
	"net"
	"time"
)

// Serve answers queries until listener is closed. A query for which answer
// returns nil ends its connection.
func Serve(listener net.Listener, answer func(query []byte) []byte) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			conn.SetDeadline(time.Now().Add(time.Minute))
			for {
				var length uint16
				if binary.Read(conn, binary.BigEndian, &length) != nil {
					return
				}
				query := make([]byte, length)
				if _, err := io.ReadFull(conn, query); err != nil {
					return
				}
				reply := answer(query)
				if reply == nil {
					return
				}
				conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(reply))), reply...))
			}
		}()
	}
}
