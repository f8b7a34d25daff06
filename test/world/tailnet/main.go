// SPDX-License-Identifier: Apache-2.0

// Command world-tailnet is the tailnet that spacetail's end-to-end tests run
// against, in one program: control server, DERP relay, the API's keys and
// devices, and a few peers. It prints one line of JSON when it is ready (see
// world.Info) and serves until it is told to stop.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"spacetail/test/world/tailnet/admin"
	"spacetail/test/world/tailnet/peers"
	"spacetail/test/world/tailnet/policy"
	"spacetail/test/world/tailnet/world"
)

// startLimit is how long the peers may take to join.
const startLimit = 30 * time.Second

// stopLimit is how long an orderly end may take.
const stopLimit = 2 * time.Second

func main() {
	peers.PrepareProcess()
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "world-tailnet:", err)
		os.Exit(1)
	}
}

type options struct {
	world         world.Config
	adminListen   string
	exitWithStdin bool
}

func run(arguments []string) error {
	options, err := parse(arguments)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if options.exitWithStdin {
		go func() {
			io.Copy(io.Discard, os.Stdin)
			stop()
		}()
	}
	startCtx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	tailnet, err := world.Start(startCtx, options.world)
	if err != nil {
		if ctx.Err() != nil {
			return nil // told to stop meanwhile
		}
		return err
	}
	defer closeWithin(tailnet, stopLimit)
	if err := serveAdmin(tailnet, options.adminListen, stop); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

func parse(arguments []string) (options, error) {
	parsed := options{world: world.Config{TagOwners: policy.TagOwners{}}}
	config := &parsed.world
	flags := flag.NewFlagSet("world-tailnet", flag.ExitOnError)
	flags.StringVar(&config.Dir, "dir", "", "directory for the root certificate and working files (required)")
	flags.StringVar(&config.Listen, "listen", "127.0.0.1:0", "address of control and API over plain HTTP")
	flags.StringVar(&parsed.adminListen, "admin-listen", "127.0.0.1:0", "address of the test-only endpoint")
	flags.DurationVar(&config.Settings.JoinDelay, "join-delay", 150*time.Millisecond, "how late peers learn of a new node")
	flags.DurationVar(&config.Settings.RegisterDelay, "register-delay", 0, "how long every register request takes")
	flags.DurationVar(&config.Settings.EphemeralTimeout, "ephemeral-timeout", time.Minute, "how long an ephemeral node may be offline")
	flags.Func("tag-owner", "`rule` such as tag:umbrella=tag:a,tag:b (may be repeated)", config.TagOwners.ParseTagOwner)
	flags.BoolVar(&config.NoPeers, "no-peers", false, "start without peers")
	flags.BoolVar(&parsed.exitWithStdin, "exit-with-stdin", false, "exit when standard input ends")
	verbose := flags.Bool("verbose", false, "log to standard error")
	flags.Parse(arguments)
	if flags.NArg() > 0 {
		return parsed, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if config.Dir == "" {
		return parsed, fmt.Errorf("--dir is required: it names the directory for the root certificate and working files")
	}
	// Tests use the paths in the ready line from other directories.
	dir, err := filepath.Abs(config.Dir)
	if err != nil {
		return parsed, err
	}
	config.Dir = dir
	for _, address := range []string{config.Listen, parsed.adminListen} {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return parsed, err
		}
		if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
			return parsed, fmt.Errorf("%s is not a loopback address: a test tailnet hands out secrets", address)
		}
	}
	if *verbose {
		config.Logf = log.Printf
	} else {
		log.SetOutput(io.Discard)
	}
	return parsed, os.MkdirAll(config.Dir, 0o755)
}

// serveAdmin starts the test-only endpoint and prints the ready line.
func serveAdmin(tailnet *world.World, address string, shutdown func()) error {
	listener, err := net.Listen("tcp4", address)
	if err != nil {
		return fmt.Errorf("listening for the test-only endpoint: %w", err)
	}
	endpoint := &admin.Admin{World: tailnet, URL: "http://" + listener.Addr().String(), Shutdown: shutdown}
	go http.Serve(listener, endpoint.Handler())
	output := bufio.NewWriter(os.Stdout)
	if err := json.NewEncoder(output).Encode(endpoint.Info()); err != nil {
		return err
	}
	return output.Flush()
}

func closeWithin(tailnet *world.World, limit time.Duration) {
	closed := make(chan struct{})
	go func() {
		tailnet.Close()
		close(closed)
	}()
	select {
	case <-closed:
	case <-time.After(limit):
	}
}
