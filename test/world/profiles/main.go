// SPDX-License-Identifier: Apache-2.0

// Command profile executes a command under the default seccomp profile of a
// container runtime, as it is for a container without capabilities: of docker
// or of containerd. The profiles are those that the runtimes are built with.
// Without a command, it prints the profile as an OCI runtime takes it.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"unsafe"

	containerd "github.com/containerd/containerd/v2/contrib/seccomp"
	"github.com/elastic/go-seccomp-bpf/arch"
	docker "github.com/moby/profiles/seccomp"
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "profile:", err)
		os.Exit(125)
	}
}

func run(args []string) error {
	if len(args) < 1 {
		return fmt.Errorf("usage: profile docker|containerd [COMMAND...]")
	}
	profile, err := profileOf(args[0])
	if err != nil {
		return err
	}
	if len(args) == 1 {
		return json.NewEncoder(os.Stdout).Encode(profile)
	}
	program, err := assemble(profile)
	if err != nil {
		return err
	}
	path, err := exec.LookPath(args[1])
	if err != nil {
		return err
	}
	runtime.LockOSThread()
	if err := install(program); err != nil {
		return err
	}
	return fmt.Errorf("executing %s: %w", path, syscall.Exec(path, args[1:], os.Environ()))
}

// profileOf returns the profile of a container without capabilities.
func profileOf(name string) (*specs.LinuxSeccomp, error) {
	container := &specs.Spec{
		Process: &specs.Process{Capabilities: &specs.LinuxCapabilities{}},
		Linux:   &specs.Linux{},
	}
	switch name {
	case "docker":
		return docker.GetDefaultProfile(container)
	case "containerd":
		return containerd.DefaultProfile(container), nil
	default:
		return nil, fmt.Errorf("there is no profile of %q", name)
	}
}

// assemble translates a profile for this architecture. Like libseccomp, it
// lets a call through that any rule lets through.
func assemble(profile *specs.LinuxSeccomp) ([]unix.SockFilter, error) {
	machine, err := arch.GetInfo("")
	if err != nil {
		return nil, err
	}
	// Offsets in struct seccomp_data.
	const number, architecture, arguments = 0, 4, 16
	fallback, err := actionOf(profile.DefaultAction, profile.DefaultErrnoRet)
	if err != nil {
		return nil, err
	}
	program := []unix.SockFilter{
		load(architecture),
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jt: 1, K: uint32(machine.ID)},
		ret(unix.SECCOMP_RET_KILL_PROCESS),
	}
	for _, rule := range profile.Syscalls {
		action, err := actionOf(rule.Action, rule.ErrnoRet)
		if err != nil {
			return nil, err
		}
		var conditions []unix.SockFilter
		for _, argument := range rule.Args {
			tests, err := test(arguments+8*uint32(argument.Index), argument)
			if err != nil {
				return nil, err
			}
			conditions = append(conditions, tests...)
		}
		body := append(conditions, ret(action))
		// A test that fails leaves its rule.
		for i := range body[:len(body)-1] {
			switch body[i].Jf {
			case leave:
				body[i].Jf = uint8(len(body) - i - 1)
			}
			switch body[i].Jt {
			case leave:
				body[i].Jt = uint8(len(body) - i - 1)
			}
		}
		for _, name := range rule.Names {
			call, ok := machine.SyscallNames[name]
			if !ok {
				continue
			}
			program = append(program, load(number),
				unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: uint8(len(body)), K: uint32(call)})
			program = append(program, body...)
		}
	}
	return append(program, ret(fallback)), nil
}

// leave stands for the end of a rule.
const leave = 255

// test compares an argument of 64 bits, half by half.
func test(offset uint32, argument specs.LinuxSeccompArg) ([]unix.SockFilter, error) {
	mask, value := ^uint64(0), argument.Value
	if argument.Op == specs.OpMaskedEqual {
		mask, value = argument.Value, argument.ValueTwo
	}
	half := func(offset uint32, mask, value uint32, jt, jf uint8) []unix.SockFilter {
		return []unix.SockFilter{
			load(offset),
			{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: mask},
			{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jt: jt, Jf: jf, K: value},
		}
	}
	low := func(jt, jf uint8) []unix.SockFilter { return half(offset, uint32(mask), uint32(value), jt, jf) }
	high := func(jt, jf uint8) []unix.SockFilter {
		return half(offset+4, uint32(mask>>32), uint32(value>>32), jt, jf)
	}
	switch argument.Op {
	case specs.OpEqualTo, specs.OpMaskedEqual:
		return append(low(0, leave), high(0, leave)...), nil
	case specs.OpNotEqual:
		// It is another one if one of its halves is.
		return append(low(0, 3), high(leave, 0)...), nil
	case specs.OpLessThan:
		return below(offset, value, unix.BPF_JGE), nil
	case specs.OpLessEqual:
		return below(offset, value, unix.BPF_JGT), nil
	case specs.OpGreaterThan:
		return above(offset, value, unix.BPF_JGT), nil
	case specs.OpGreaterEqual:
		return above(offset, value, unix.BPF_JGE), nil
	}
	return nil, fmt.Errorf("unknown comparison %s", argument.Op)
}

// below is true unless the upper half is greater than that of the value, or
// equal and the lower half is too great.
func below(offset uint32, value uint64, tooGreat uint16) []unix.SockFilter {
	return []unix.SockFilter{
		load(offset + 4),
		{Code: unix.BPF_JMP | unix.BPF_JGT | unix.BPF_K, Jt: leave, K: uint32(value >> 32)},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: 2, K: uint32(value >> 32)},
		load(offset),
		{Code: unix.BPF_JMP | tooGreat | unix.BPF_K, Jt: leave, K: uint32(value)},
	}
}

// above is true if the upper half is greater than that of the value, or equal
// and the lower half is great enough.
func above(offset uint32, value uint64, greatEnough uint16) []unix.SockFilter {
	return []unix.SockFilter{
		load(offset + 4),
		{Code: unix.BPF_JMP | unix.BPF_JGT | unix.BPF_K, Jt: 3, K: uint32(value >> 32)},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: leave, K: uint32(value >> 32)},
		load(offset),
		{Code: unix.BPF_JMP | greatEnough | unix.BPF_K, Jf: leave, K: uint32(value)},
	}
}

func actionOf(action specs.LinuxSeccompAction, errno *uint) (uint32, error) {
	switch action {
	case specs.ActAllow:
		return unix.SECCOMP_RET_ALLOW, nil
	case specs.ActErrno:
		if errno == nil {
			return unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM), nil
		}
		return unix.SECCOMP_RET_ERRNO | uint32(*errno), nil
	}
	return 0, fmt.Errorf("unknown action %s", action)
}

func load(offset uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
}

func ret(what uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: what}
}

// install puts this process under the filter. No new privileges: runtimes do it
// before they give up theirs, which this program need not have.
func install(program []unix.SockFilter) error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("setting no_new_privs: %w", err)
	}
	filter := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC,
		uintptr(unsafe.Pointer(&filter)))
	if errno != 0 {
		return fmt.Errorf("installing a filter of %d instructions: %w", len(program), errno)
	}
	return nil
}
