package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/bushel-wasm/bushel/web/site"
)

// serveCommand is `bushel serve`.
func serveCommand(args []string, out io.Writer) (int, error) {
	addr, dir := site.DefaultAddr(), "dist"
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		name, value, has := strings.Cut(strings.TrimLeft(args[0], "-"), "=")
		if name != "addr" {
			return 2, usagef("there is no flag %s", args[0])
		}
		args = args[1:]
		if !has {
			if len(args) == 0 {
				return 2, usagef("-addr needs a value")
			}
			value, args = args[0], args[1:]
		}
		addr = value
	}
	switch len(args) {
	case 0:
	case 1:
		dir = args[0]
	default:
		return 2, usagef("serve takes one folder")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := site.Serve(ctx, dir, addr, out); err != nil {
		return 1, err
	}
	return 0, nil
}
