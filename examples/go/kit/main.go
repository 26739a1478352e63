// Kit is a package of the bus whose methods show all that can cross it: values, objects,
// callbacks, streams both ways, errors and deadlines. The bus starts it with the argument
// "bus"; "kit serve NAME" serves it under another name; "kit try PACKAGE" calls each method
// of a package that serves the same, and prints what came of it.
package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"

	"github.com/bushel-wasm/bushel/bus"
)

// description is what a generator would write.
//
//go:embed kit.json
var description string

func main() {
	name, args := "", os.Args[1:] // as it was started
	switch {
	case len(args) == 2 && args[0] == "try":
		os.Exit(try(args[1]))
	case len(args) == 2 && args[0] == "serve":
		name = args[1]
	}
	c, err := bus.Listen(context.Background(), name, bus.Options{Handler: server()})
	if err == nil {
		fmt.Println("kit listens")
		err = c.Wait()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "kit:", err)
		os.Exit(1)
	}
}
