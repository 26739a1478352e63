//go:build js

// Command interp runs guests for the tests, one after another: it is what web/interp
// is in the page, without a kernel. Its arguments are the files of guests.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/bushel-wasm/bushel/kernel/abi/gojs"
	"github.com/bushel-wasm/bushel/kernel/engine"
	"github.com/bushel-wasm/bushel/kernel/engine/wazero"
)

// jsStatus tells the exit code that a shell would show.
//
//go:wasmimport test status
func jsStatus(code uint32)

var (
	interpreter *wazero.Engine
	compiled    = map[uint32]*wazero.Compiled{}
)

// park lets events in while the guest computes.
func park() {
	if !gojs.Nested() {
		time.Sleep(time.Microsecond)
	}
}

// start runs the guest whose file is argument i.
//
//go:wasmexport start
func start(i uint32) {
	go func() {
		code, message := engine.Status("guest", run(i), 0, 0)
		if message != "" {
			fmt.Fprintln(os.Stderr, message)
		}
		jsStatus(uint32(code))
	}()
}

func run(i uint32) error {
	ctx := context.Background()
	if compiled[i] == nil {
		code, err := os.ReadFile(os.Args[i])
		if err != nil {
			return err
		}
		if compiled[i], err = interpreter.Compile(ctx, code); err != nil {
			return err
		}
	}
	return interpreter.Run(ctx, &engine.Program{Name: "guest", Compiled: compiled[i], Host: gojs.Host(), Main: gojs.Main})
}

func main() {
	var err error
	if interpreter, err = wazero.New(wazero.Config{Interpreter: true, Park: park}); err != nil {
		panic(err)
	}
	select {}
}
