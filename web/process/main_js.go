// Command process is process.wasm: the Go half of a process worker whose guest
// runs on the browser's own WebAssembly. It has the process's end of the link and
// the ABIs; it starts no goroutine, so that a system call costs no switch.
//
// What an interpreted guest needs is in command interp.
package main

import (
	"github.com/bushel-wasm/bushel/kernel/abi/imports"
	"github.com/bushel-wasm/bushel/kernel/abi/wasi"
	"github.com/bushel-wasm/bushel/kernel/engine"
	"github.com/bushel-wasm/bushel/kernel/engine/browser"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/web/guest"
	"github.com/bushel-wasm/bushel/web/worker"
)

// begin starts the guest whose module the JavaScript half holds.
//
//go:wasmexport begin
func begin(n, abi uint32) {
	info := guest.Begin(n)
	end := func(err error) { guest.End(info, err, browser.MemoryPages()) }
	if abi == guest.GoJS {
		browser.Attach(end) // JavaScript runs it, and makes its calls by guest's exports
		return
	}
	if abi == guest.WASIThreads {
		browser.Start(&engine.Program{Name: info.Name, Host: threads(info)}, end)
		return
	}
	host, serve := imports.Of(guest.Client, info, wasi.Options{FullPaths: info.FullPaths, Now: worker.Clock()})
	if err := engine.CheckTypes(host, info.Imports); err != nil {
		end(err)
		return
	}
	browser.Start(&engine.Program{Name: info.Name, Host: host, Serve: serve}, end)
}

// beginThread starts a further thread of a guest whose first is in another worker.
//
//go:wasmexport begin_thread
func beginThread(n, id, arg uint32) {
	info := guest.Begin(n)
	p := &engine.Program{Name: info.Name, Host: threads(info), Start: wasi.ThreadStart}
	browser.StartThread(p, id, arg, func(err error) { guest.EndThread(info, err, browser.MemoryPages()) })
}

// threads is what a thread may import that shares its process with other workers.
func threads(info *sys.StartInfo) []engine.HostFunc {
	options := wasi.Options{FullPaths: info.FullPaths, Now: worker.Clock(), Elsewhere: true}
	return wasi.New(guest.Threads{Client: guest.Client}, info, options).Host()
}

//go:wasmexport ended
func ended(kind, n uint32) { browser.Ended(kind, string(worker.Received(n))) }

func main() { select {} }
