package main

import (
	"context"
	"flag"
	"os"
	"os/signal"
	"syscall"

	"github.com/bushel-wasm/bushel/web/site"
)

// serveCommand serves the site at dir until it is interrupted. The port is
// PORT's, or -addr's.
func serveCommand(dir string, args []string) error {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	addr := flags.String("addr", site.DefaultAddr(), "the `host:port` to listen on")
	if err := flags.Parse(args); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return site.Serve(ctx, dir, *addr, os.Stdout, nil)
}
