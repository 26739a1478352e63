// System uses the services of the package os:
//
//	system spawn run|kill|leave PROGRAM [ARG]...
//	system term
//	system log LEVEL MESSAGE [NAME=VALUE]...
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/bushel-wasm/bushel/bus"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: system spawn|term|log ...")
		os.Exit(2)
	}
	conn, err := bus.Dial(bus.Options{})
	if err == nil {
		ctx, args := context.Background(), os.Args[2:]
		switch verb := os.Args[1]; {
		case verb == "spawn" && len(args) > 1:
			err = spawn(ctx, conn, args[0], args[1], args[2:])
		case verb == "term":
			err = term(ctx, conn)
		case verb == "log" && len(args) > 1:
			err = log(ctx, conn, args[0], args[1], args[2:])
		default:
			err = fmt.Errorf("it does not know what to do with %q", os.Args[1:])
		}
		conn.Close(nil)
	}
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}
