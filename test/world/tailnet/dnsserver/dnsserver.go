// SPDX-License-Identifier: Apache-2.0

// Package dnsserver has what name servers have in common.
package dnsserver

import (
	"encoding/binary"
	"io"
	"net"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"spacetail/test/world/tailnet/accept"
)

// Answer returns the reply to a query with one question, which fill completes,
// or nil if the query is malformed.
func Answer(query []byte, fill func(question dnsmessage.Question, reply *dnsmessage.Message)) []byte {
	var message dnsmessage.Message
	if message.Unpack(query) != nil || len(message.Questions) != 1 {
		return nil
	}
	reply := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: message.ID, Response: true, Authoritative: true, RecursionDesired: message.RecursionDesired},
		Questions: message.Questions,
	}
	fill(message.Questions[0], &reply)
	packed, err := reply.Pack()
	if err != nil {
		return nil
	}
	return packed
}

// ServeTCP answers queries until listener is closed. A query for which answer
// returns nil ends its connection.
func ServeTCP(listener net.Listener, answer func(query []byte) []byte) {
	accept.Each(listener, func(conn net.Conn) {
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
	})
}
