// Chat is a room on the bus, see package room. The bus starts it when it is called, with the
// argument "bus"; by hand, "chat NAME" serves it under another name. Programs of the crate
// wasmer-bus join the same room by the names that their trait gives, see rust.go.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/examples/go/chat/room"
)

func main() {
	name := "" // as it was started
	if len(os.Args) > 1 && os.Args[1] != "bus" {
		name = os.Args[1]
	}
	server := bus.NewServer()
	lobby := newLobby()
	room.RegisterRoom(server, lobby)
	registerRust(server, lobby)
	conn, err := bus.Listen(context.Background(), name, bus.Options{Handler: server})
	if err == nil {
		err = conn.Wait()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "chat:", err)
		os.Exit(1)
	}
}
