// Loop is a package of the bus that computes for ever: when loop/1.Loop is called, or, with the
// argument "start", before it serves anything.
package main

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/bushel-wasm/bushel/bus"
)

func compute() {
	for i := 0; ; i++ {
	}
}

func main() {
	if slices.Contains(os.Args, "start") {
		compute()
	}
	name := "" // as it was started
	if len(os.Args) < 2 {
		name = "loop"
	}
	s := bus.NewServer()
	s.Handle("loop/1.Echo", bus.HandlerFunc(func(in *bus.Incoming) { in.Reply(in.Format(), in.Body()) }))
	s.Func("loop/1.Loop", func(context.Context, *bus.Incoming) error {
		compute()
		return nil
	})
	c, err := bus.Listen(context.Background(), name, bus.Options{Handler: s})
	if err == nil {
		err = c.Wait()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "loop:", err)
		os.Exit(1)
	}
}
