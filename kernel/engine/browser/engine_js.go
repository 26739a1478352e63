package browser

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"unsafe"

	"github.com/bushel-wasm/bushel/kernel/engine"
	"github.com/tetratelabs/wazero/api"
)

// maxStack is how many parameters or results a host function may have.
const maxStack = 16

// stack holds a host function's parameters, and then its results. Its address is
// known to the JavaScript half. While a guest waits nothing else uses it, because a
// guest has one thread.
var stack [maxStack]uint64

// What bushel_host answers.
const (
	hostDone    = 0 // the results are in the stack
	hostWaits   = 1 // they will be when engine_resume is called
	hostUnwinds = 2 // the guest is to be ended
)

// guest is the one that runs.
var guest struct {
	host    []engine.HostFunc
	done    func(error)
	exiting bool
	code    uint32
	inHost  bool // a host function is being called
	waiting bool // the guest waits, or will when the host function has returned
	resumed bool // it may go on before it has begun to wait

	serve   func(mod api.Module, end func()) // Program.Serve, until it is called
	serving bool                             // it is being called
	over    bool                             // and has called end
	entries []func(results []uint64)         // who waits for what is entered, innermost last
}

// module is what host functions get.
type module struct{ api.Module }

var (
	theMemory api.Memory = memory{}
	theModule api.Module = &module{}
)

func (*module) Name() string                     { return "" }
func (*module) String() string                   { return "guest" }
func (*module) Memory() api.Memory               { return theMemory }
func (*module) ExportedMemory(string) api.Memory { return theMemory }
func (*module) IsClosed() bool                   { return guest.exiting }

// Suspend implements engine.Suspender.
func (*module) Suspend(start func(resume func())) {
	guest.waiting, guest.resumed = true, false
	start(resume)
}

func resume() {
	if !guest.waiting {
		return
	}
	if guest.inHost {
		guest.resumed = true // bushel_host answers at once
		return
	}
	guest.waiting = false
	jsResume()
}

// Exit ends the guest: see engine.Exit.
func (*module) Exit(code uint32) {
	guest.exiting, guest.code = true, code
	if guest.waiting && !guest.inHost {
		guest.waiting = false
		jsResume()
	}
}

// Exiting reports, to the JavaScript half, whether a guest that goes on is to be unwound.
//
//go:wasmexport bushel_exiting
func exiting() uint32 {
	if guest.exiting {
		return 1
	}
	return 0
}

//go:wasmexport bushel_host
func host(index uint32) uint32 {
	if guest.exiting {
		return hostUnwinds
	}
	f := &guest.host[index]
	guest.inHost = true
	arena.used = 0
	f.Fn.Call(context.Background(), theModule, stack[:])
	guest.inHost = false
	switch {
	case guest.exiting:
		guest.waiting = false
		return hostUnwinds
	case guest.waiting && guest.resumed:
		guest.waiting = false
		return hostDone
	case guest.waiting:
		return hostWaits
	}
	return hostDone
}

// Start runs the module that the JavaScript half was given, with the host
// functions of p, and calls done with its end: nil, or an [*engine.ExitError],
// [*engine.Trap] or [*engine.LoadError].
// p.Code and p.Compiled are not looked at. It does not block, so it may be called
// from an export.
func Start(p *engine.Program, done func(error)) { StartThread(p, 0, 0, done) }

// StartThread is [Start] for a further thread of a guest whose first is in another
// worker: id and arg are what p.Start is called with. An id of 0 is the first thread.
func StartThread(p *engine.Program, id, arg uint32, done func(error)) {
	guest.host, guest.done, guest.serve = p.Host, done, p.Serve
	guest.exiting, guest.waiting, guest.inHost, guest.entries = false, false, false, nil
	table := tableOf(p.Host)
	start := p.Start
	if start == "" {
		start = "_start"
	}
	jsRun(unsafe.Pointer(unsafe.StringData(table)), uint32(len(table)),
		unsafe.Pointer(unsafe.StringData(start)), uint32(len(start)),
		unsafe.Pointer(&stack), id, arg)
}

// Attach takes the end of a guest that the JavaScript half runs by itself: done is
// called with it as by [Start].
func Attach(done func(error)) {
	guest.host, guest.done, guest.serve = nil, done, nil
	guest.exiting, guest.waiting, guest.inHost, guest.entries = false, false, false, nil
}

// writeTypes writes a letter for each type.
func writeTypes(b *strings.Builder, list []api.ValueType) {
	for _, t := range list {
		switch t {
		case api.ValueTypeI64:
			b.WriteByte('l')
		case api.ValueTypeF32:
			b.WriteByte('f')
		case api.ValueTypeF64:
			b.WriteByte('d')
		default:
			b.WriteByte('i')
		}
	}
}

// tableOf describes host functions for the JavaScript half: for each a line of
// module, name, parameters, results and whether it waits.
func tableOf(host []engine.HostFunc) string {
	var b strings.Builder
	for i := range host {
		f := &host[i]
		b.WriteString(f.Module)
		b.WriteByte('\t')
		b.WriteString(f.Name)
		b.WriteByte('\t')
		writeTypes(&b, f.Params)
		b.WriteByte('\t')
		writeTypes(&b, f.Results)
		b.WriteByte('\t')
		if f.Waits {
			b.WriteByte('w')
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// MemoryPages is the size of the guest's memory in pages of 64 KiB, until its end has
// been told; 0 if it has none.
func MemoryPages() uint32 { return jsMemSize() >> 16 }

// The ways in which a run ends, as the JavaScript half tells them.
const (
	endReturned = 0
	endUnwound  = 1 // after Exit; the text is the code if JavaScript knows it
	endTrapped  = 2 // the text is a TrapKind, a line break, and the engine's message with the stack
	endNotRun   = 3 // the text is the reason
)

// Ended is called by the entry point when the JavaScript half tells the end of the run.
func Ended(kind uint32, text string) {
	done := guest.done
	if done == nil {
		return
	}
	guest.done, guest.host, guest.serve, guest.entries = nil, nil, nil, nil
	guest.waiting = false
	switch kind {
	case endReturned:
		done(nil)
	case endUnwound:
		if code, err := strconv.ParseUint(text, 10, 32); err == nil {
			guest.code = uint32(code)
		}
		done(&engine.ExitError{Code: guest.code})
	case endTrapped:
		what, detail, _ := strings.Cut(text, "\n")
		var frames []string
		if head, rest, ok := strings.Cut(detail, "\n"); ok {
			detail, frames = head, strings.Split(rest, "\n")
		}
		done(&engine.Trap{Kind: engine.TrapKind(what), Detail: detail, Stack: frames})
	default:
		done(&engine.LoadError{Reason: text, Err: errors.New(text)})
	}
}
