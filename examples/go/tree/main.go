// Tree serves a file system in memory, which `mount -t bus tree DIRECTORY` shows. The
// argument "bus" is what the bus starts it with.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/examples/go/tree/memory"
)

func main() {
	if len(os.Args) < 2 || os.Args[1] != "bus" {
		fmt.Fprintln(os.Stderr, "tree: it is started by the bus: mount -t bus tree DIRECTORY")
		os.Exit(2)
	}
	conn, err := bus.Listen(context.Background(), "", bus.Options{Handler: bus.NewServer(memory.Service(memory.New()))})
	if err == nil {
		err = conn.Wait()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "tree:", err)
		os.Exit(1)
	}
}
