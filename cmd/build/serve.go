package main

import (
	"context"
	"flag"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/bushel-wasm/bushel/internal/guests"
	"github.com/bushel-wasm/bushel/web/site"
)

// serveCommand serves the site until it is interrupted. The port is PORT's, or -addr's.
func (b *builder) serveCommand(args []string) error {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	addr := flags.String("addr", site.DefaultAddr(), "the `host:port` to listen on")
	if err := flags.Parse(args); err != nil {
		return err
	}
	w, err := guests.NewWorkshop()
	if err != nil {
		return err
	}
	w.AtHand = true
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	context.AfterFunc(ctx, stop) // a second one ends us at once
	return b.serve(ctx, *addr, os.Stdout, func(ctx context.Context, g *guests.Guest) (bool, error) {
		w.Background = ctx
		return w.Build(g)
	})
}

// serve serves the site until ctx is done, and has build bring what its catalogue lacks
// meanwhile.
func (b *builder) serve(ctx context.Context, addr string, out io.Writer, build buildFunc) error {
	ctx, cancel := context.WithCancel(ctx)
	var background sync.WaitGroup
	defer background.Wait()
	defer cancel()
	server := &site.Server{Dir: b.out, Addr: addr, Out: out, Began: func() {
		background.Go(func() { (&stock{b, out, build}).fill(ctx) })
	}}
	return server.Serve(ctx)
}
