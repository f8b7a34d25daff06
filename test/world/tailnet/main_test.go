// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"spacetail/test/world/tailnet/world"
)

// The test binary is the program when this is set.
const asProgram = "WORLD_TAILNET_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

type program struct {
	t     *testing.T
	cmd   *exec.Cmd
	stdin io.WriteCloser
	info  world.Info
}

// launch starts the program and reads its ready line.
func launch(t *testing.T, arguments ...string) *program {
	t.Helper()
	p := &program{t: t, cmd: exec.Command(os.Args[0], append([]string{"--dir", t.TempDir()}, arguments...)...)}
	p.cmd.Env = append(os.Environ(), asProgram+"=1")
	p.cmd.Stderr = os.Stderr
	var err error
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	output, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.cmd.Process.Kill() })
	line, err := bufio.NewReader(output).ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(line, &p.info); err != nil {
		t.Fatal(err)
	}
	return p
}

// patience ends a test that hangs; what it waits for comes when the machine gets
// round to it.
const patience = 2 * time.Minute

// ends fails unless the program exits with 0.
func (p *program) ends() {
	p.t.Helper()
	kill := time.AfterFunc(patience, func() { p.cmd.Process.Kill() })
	defer kill.Stop()
	if err := p.cmd.Wait(); err != nil {
		p.t.Errorf("the program ended with %v", err)
	}
}

func TestEndsOnSignal(t *testing.T) {
	p := launch(t)
	if len(p.info.Peers) != 4 || p.info.PID != p.cmd.Process.Pid {
		t.Errorf("ready line is %+v", p.info)
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.ends()
}

func TestEndsWithStandardInput(t *testing.T) {
	p := launch(t, "--exit-with-stdin", "--no-peers")
	p.stdin.Close()
	p.ends()
}

func TestEndsOnRequest(t *testing.T) {
	p := launch(t, "--no-peers")
	response, err := http.Post(p.info.AdminURL+"/world/shutdown", "application/json", nil)
	if err != nil || response.StatusCode != 200 {
		t.Errorf("%v %v", response, err)
	}
	p.ends()
}

func TestMistakesOnTheCommandLine(t *testing.T) {
	for arguments, want := range map[string]string{
		"":                               "--dir is required",
		"--dir /tmp x":                   `unexpected argument "x"`,
		"--dir /tmp --listen 0.0.0.0:0":  "not a loopback address",
		"--dir /tmp --tag-owner tag:a":   "want tag:owner=tag:a,tag:b",
		"--dir /tmp --admin-listen :800": "not a loopback address",
	} {
		cmd := exec.Command(os.Args[0], strings.Fields(arguments)...)
		cmd.Env = append(os.Environ(), asProgram+"=1")
		output, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(output), want) {
			t.Errorf("%q: %v, %s, want %q", arguments, err, output, want)
		}
	}
}
