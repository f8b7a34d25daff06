// SPDX-License-Identifier: Apache-2.0

// Package dbus takes the place of github.com/godbus/dbus/v5 in the small tailscaled: what Tailscale's SSH server calls,
// without a bus. The server only announces sessions to logind over it, as root on hosts with systemd, and goes on
// without.
package dbus

import (
	"context"
	"errors"
)

var errNoBus = errors.New("built without D-Bus")

type (
	// Flags of a call.
	Flags byte
	// ObjectPath names an object of a bus.
	ObjectPath string
	// UnixFD is a file descriptor in an answer.
	UnixFD int32
	// Variant is a value of any type.
	Variant struct{}
	// Conn is a connection to a bus.
	Conn struct{}
	// BusObject is an object of a bus.
	BusObject struct{}
)

// FlagNoReplyExpected is for calls without an answer.
const FlagNoReplyExpected Flags = 1

// Call is a call with its outcome.
type Call struct {
	Err  error
	Body []any
}

// SystemBus says that there is none.
func SystemBus() (*Conn, error) { return nil, errNoBus }

// Object is never reached, for want of a connection.
func (*Conn) Object(string, ObjectPath) *BusObject { return &BusObject{} }

// CallWithContext fails.
func (*BusObject) CallWithContext(context.Context, string, Flags, ...any) *Call {
	return &Call{Err: errNoBus}
}
