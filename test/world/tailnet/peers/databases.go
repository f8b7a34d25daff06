// SPDX-License-Identifier: Apache-2.0

package peers

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"strings"
)

// The ports of DB where drivers of databases find what they need to log in and
// to see that the server is there. Any password is right.
const (
	postgresPort = 15432
	mysqlPort    = 3306
	redisPort    = 6379
	ldapPort     = 389
)

// servePostgres answers every query as an empty one.
// Source: https://www.postgresql.org/docs/current/protocol-flow.html
func servePostgres(conn net.Conn) {
	var size uint32
	if binary.Read(conn, binary.BigEndian, &size) != nil || size > 10_000 {
		return
	}
	if _, err := io.CopyN(io.Discard, conn, int64(size)-4); err != nil {
		return
	}
	const ready = "Z\x00\x00\x00\x05I"
	io.WriteString(conn, "R\x00\x00\x00\x08\x00\x00\x00\x00"+ready)
	for {
		var head struct {
			Type byte
			Size uint32
		}
		if binary.Read(conn, binary.BigEndian, &head) != nil || head.Type == 'X' || head.Size < 4 {
			return
		}
		if _, err := io.CopyN(io.Discard, conn, int64(head.Size)-4); err != nil {
			return
		}
		io.WriteString(conn, "I\x00\x00\x00\x04"+ready)
	}
}

// serveMySQL speaks first, and says OK to everything.
// Source: https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html
func serveMySQL(conn net.Conn) {
	const (
		protocol41, secureConnection, pluginAuth = 0x0200, 0x8000, 0x0008_0000
		capabilities                             = protocol41 | secureConnection | pluginAuth
	)
	greeting := []byte("\x0a8.0.0\x00\x01\x00\x00\x0012345678\x00")
	greeting = binary.LittleEndian.AppendUint16(greeting, capabilities&0xffff)
	greeting = append(greeting, 45, 2, 0) // utf8mb4, autocommit
	greeting = binary.LittleEndian.AppendUint16(greeting, capabilities>>16)
	greeting = append(greeting, 21)
	greeting = append(greeting, make([]byte, 10)...)
	greeting = append(greeting, "123456789012\x00mysql_native_password\x00"...)
	put := func(sequence byte, packet []byte) {
		head := []byte{byte(len(packet)), byte(len(packet) >> 8), 0, sequence}
		conn.Write(append(head, packet...))
	}
	put(0, greeting)
	for {
		var head [4]byte
		if _, err := io.ReadFull(conn, head[:]); err != nil {
			return
		}
		size := int64(head[0]) | int64(head[1])<<8 | int64(head[2])<<16
		if _, err := io.CopyN(io.Discard, conn, size); err != nil {
			return
		}
		put(head[3]+1, []byte{0, 0, 0, 2, 0, 0, 0})
	}
}

// serveRedis knows PING.
// Source: https://redis.io/docs/latest/develop/reference/protocol-spec/
func serveRedis(conn net.Conn) {
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		// A command is an array of strings, each after its length: the first
		// string says what it is.
		count := 0
		for _, digit := range strings.TrimPrefix(lines.Text(), "*") {
			count = count*10 + int(digit-'0')
		}
		if count < 1 || count > 100 {
			return
		}
		name := ""
		for i := range count {
			if !lines.Scan() || !lines.Scan() {
				return
			}
			if i == 0 {
				name = strings.ToUpper(lines.Text())
			}
		}
		if name == "PING" {
			io.WriteString(conn, "+PONG\r\n")
		} else {
			io.WriteString(conn, "-ERR unknown command\r\n")
		}
	}
}

// serveLDAP lets everybody bind.
// Source: https://www.rfc-editor.org/rfc/rfc4511#section-4.2
func serveLDAP(conn net.Conn) {
	for {
		// A sequence of less than 128 bytes, which begins with a number below
		// 128.
		var head [5]byte
		if _, err := io.ReadFull(conn, head[:]); err != nil || head[0] != 0x30 || head[1] < 3 || head[1] > 127 {
			return
		}
		rest := make([]byte, head[1]-3)
		if _, err := io.ReadFull(conn, rest); err != nil || len(rest) == 0 || rest[0] != 0x60 {
			return
		}
		conn.Write([]byte{0x30, 12, 2, 1, head[4], 0x61, 7, 10, 1, 0, 4, 0, 4, 0})
	}
}
