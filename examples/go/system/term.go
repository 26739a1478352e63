package main

import (
	"context"
	"fmt"
	"os"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/examples/go/system/services"
)

// term tells of the terminal, each change of its size, and each key as a number, until "q".
func term(ctx context.Context, conn *bus.Conn) error {
	tty := services.NewTTYClientOn(conn, "os")
	terminal, stdout, stderr, raw, colours, cols, rows, err := tty.Info(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("terminal %v, output %v, errors %v, raw %v, %d colours, %dx%d\n", terminal, stdout, stderr, raw, colours, cols, rows)
	if err := tty.SetTitle(ctx, "keys"); err != nil {
		return err
	}
	mode, err := tty.Raw(ctx)
	if err != nil {
		return err
	}
	defer mode.Close()
	sizes, err := tty.Sizes(ctx)
	if err != nil {
		return err
	}
	go func() {
		for size, err := range sizes {
			if err != nil {
				return // the link has ended
			}
			fmt.Printf("size %dx%d\r\n", size.Cols, size.Rows)
		}
	}()
	key := make([]byte, 1)
	for key[0] != 'q' {
		if _, err := os.Stdin.Read(key); err != nil {
			return err
		}
		fmt.Printf("key %d\r\n", key[0])
	}
	return nil
}
