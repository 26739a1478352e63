// Command interp is interp.wasm: the Go half of a process worker whose guest is
// interpreted by wazero. It is fetched only when a guest needs it: where the
// browser cannot let a guest wait, and where a user asks for what only an
// interpreter can do.
package main

import (
	"bytes"
	"context"
	"unsafe"

	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/kernel/abi/gojs"
	"github.com/bushel-wasm/bushel/kernel/abi/imports"
	"github.com/bushel-wasm/bushel/kernel/abi/wasi"
	"github.com/bushel-wasm/bushel/kernel/engine"
	"github.com/bushel-wasm/bushel/kernel/engine/wazero"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/web/guest"
	"github.com/bushel-wasm/bushel/web/worker"
)

//go:wasmimport bushel image_size
//go:noescape
func jsImageSize() uint32

// jsImageTake copies the guest's code to p, once.
//
//go:wasmimport bushel image_take
//go:noescape
func jsImageTake(p unsafe.Pointer)

// begin starts the guest whose code the JavaScript half holds.
//
//go:wasmexport begin
func begin(n, abi uint32) {
	info := guest.Begin(n)
	control = new(wazero.Control)
	code := make([]byte, jsImageSize())
	jsImageTake(worker.Pointer(code))
	go func() {
		pages, err := run(info, abi, code)
		guest.End(info, err, pages)
	}()
}

// interpreter is made for the first guest and kept.
var interpreter *wazero.Engine

// control stops the guest that runs and lets it go on.
var control *wazero.Control

// stop is told when the guest is stopped, or continued.
//
//go:wasmexport stop
func stop(stopped uint32) {
	switch {
	case control == nil: // it has ended
	case stopped != 0:
		control.Stop()
	default:
		control.Continue()
	}
}

// last is the guest that was compiled last: a loop in a shell runs the same again.
var last struct {
	code     []byte
	compiled *wazero.Compiled
}

// run runs the guest to its end, and says how large its memory was, in pages.
func run(info *sys.StartInfo, abi uint32, code []byte) (pages uint32, err error) {
	if interpreter == nil {
		e, err := wazero.New(wazero.Config{Interpreter: true, Park: park, MemoryPages: worker.MemoryPages})
		if err != nil {
			return 0, err
		}
		interpreter = e
	}
	ctx := wazero.WithControl(context.Background(), control)
	defer func() { control = nil }()
	if last.compiled == nil || !bytes.Equal(last.code, code) {
		if last.compiled != nil {
			last.compiled.Close()
			last.code, last.compiled = nil, nil
		}
		compiled, err := interpreter.Compile(ctx, code)
		if err != nil {
			return 0, err
		}
		last.code, last.compiled = code, compiled
	}
	p := &engine.Program{Name: info.Name, Compiled: last.compiled, Instructions: info.Instructions}
	var memory api.Memory
	p.Memory = func(m api.Memory) { memory = m }
	if abi == guest.GoJS {
		p.Host, p.Main = gojs.Host(), gojs.Main
	} else {
		var caller sys.Caller = guest.Client
		if last.compiled.Module.NeedsThreads() {
			caller = guest.Threads{Client: guest.Client}
		}
		p.Host, p.Serve = imports.Of(caller, info, wasi.Options{FullPaths: info.FullPaths, Yield: worker.Yield})
	}
	err = interpreter.Run(ctx, p)
	if memory != nil {
		pages = memory.Size() >> 16
	}
	return pages, err
}

// park lets events in, unless JavaScript waits for the guest.
func park() {
	if !gojs.Nested() {
		worker.Yield()
	}
}

func main() { select {} }
