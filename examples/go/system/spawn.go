package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec/cbor"
)

// The streams of a call of Spawn.
const (
	input = iota
	output
	errors
)

// spawn starts a program. how is "run" (it gets our standard input, and its end is waited
// for), "kill" (it is killed when it has printed something) or "leave" (we end when it
// has printed something).
func spawn(ctx context.Context, conn *bus.Conn, how, program string, args []string) error {
	stdin := "null"
	if how == "run" {
		stdin = "pipe"
	}
	body, err := cbor.Codec.Marshal(map[string]any{"path": program, "args": args, "stdin": stdin})
	if err != nil {
		return err
	}
	r := &bus.Request{Method: bus.MethodOf("os.process/1.Spawn"), Format: bus.FormatCBOR, Body: body}
	child, begun := bus.Begin(ctx, conn.Package("os"), r)
	if how == "run" {
		go func() {
			_, err := io.Copy(child.Stream(input), os.Stdin)
			child.Stream(input).CloseSend(err)
		}()
	}
	a, err := begun()
	if err != nil {
		return err
	}
	defer child.Close()
	var started struct {
		ID int `json:"id"`
	}
	if err := cbor.Codec.Unmarshal(a.Body, &started); err != nil {
		return err
	}
	fmt.Println("started", started.ID > 1)
	var all sync.WaitGroup
	printed := make(chan bool, 1) // that it has printed something
	for stream, name := range map[uint32]string{output: "out:", errors: "err:"} {
		all.Go(func() {
			for lines := bufio.NewScanner(child.Stream(stream)); lines.Scan(); {
				fmt.Println(name, lines.Text())
				select {
				case printed <- true:
				default:
				}
			}
		})
	}
	if how != "run" {
		<-printed
	}
	if how == "leave" {
		return nil
	}
	if how == "kill" {
		if _, _, err := control(ctx, child, "Kill", map[string]string{"signal": "KILL"}); err != nil {
			return err
		}
	}
	all.Wait() // its last words come before its end
	code, signal, err := control(ctx, child, "Wait", nil)
	if err == nil {
		fmt.Println("exit", code, signal)
	}
	return err
}

// control calls a method of the object Child.
func control(ctx context.Context, child *bus.Session, method string, args map[string]string) (code int, signal string, err error) {
	body, err := cbor.Codec.Marshal(args)
	if err != nil {
		return 0, "", err
	}
	a, err := child.Invoke(ctx, &bus.Request{Method: bus.MethodOf("os.process/1.Child." + method), Format: bus.FormatCBOR, Body: body})
	if err != nil || len(a.Body) == 0 {
		return 0, "", err
	}
	var end struct {
		Code   int    `json:"code"`
		Signal string `json:"signal"`
	}
	err = cbor.Codec.Unmarshal(a.Body, &end)
	return end.Code, end.Signal, err
}
