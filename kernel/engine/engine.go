package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/kernel/engine/wasmbin"
	"github.com/bushel-wasm/bushel/kernel/errno"
)

// HostFunc is a function that a guest can import.
type HostFunc struct {
	Module, Name    string
	Params, Results []api.ValueType
	// Fn is the function. stack holds the parameters, and the results when it
	// ends; only the low 32 bits of an i32 are to be looked at. The slice stays
	// good until the function has ended, also if it waits. Memory is read by copying:
	// what api.Memory's Read returns may be a copy, so changes go by Write.
	Fn api.GoModuleFunc
	// Waits says that Fn may call Suspend. An engine may run the others on a
	// shorter way.
	Waits bool
}

// Suspender is implemented by the module that an engine hands to a host function.
type Suspender interface {
	api.Module
	// Suspend is package function Suspend for this module.
	Suspend(start func(resume func()))
}

// Suspend lets the guest wait: it calls start at once, and the guest goes on
// when resume is called, whether that is within start or later, on whatever
// goroutine. It must be the host function's last act: on an engine that has
// no stack to park, it returns before resume was called. Results are to be in the
// host function's stack before resume is called. Nobody waits for a process
// that has been ended: resume then does nothing.
func Suspend(mod api.Module, start func(resume func())) {
	mod.(Suspender).Suspend(start)
}

// Exit ends the guest from within a host function or from what it waits for:
// it does not return on wazero's engine; on the browser's the guest is unwound
// as soon as the host function has returned. The host function must return
// straight after it.
func Exit(mod api.Module, code uint32) {
	mod.(interface{ Exit(uint32) }).Exit(code)
}

// Enter calls the export name of the guest, whose parameters have the given types, while the
// guest waits: from the start function of [Suspend] or later, before resume is called, and
// from Program.Serve. done gets the results, of which there is at most one, and may call
// Enter again. What is entered may itself wait, and be entered; the last one that waits is to
// be resumed first. If the export ends in a trap or an exit, so does the guest, and
// done is not called. The error is one of a guest without such an export; done is not called
// then either.
func Enter(mod api.Module, name string, types []api.ValueType, params []uint64, done func(results []uint64)) error {
	return mod.(Enterer).Enter(name, types, params, done)
}

// Enterer is implemented by the module that an engine hands to a host function.
type Enterer interface {
	// Enter is package function Enter for this module.
	Enter(name string, types []api.ValueType, params []uint64, done func(results []uint64)) error
}

// Program is one run of a module.
type Program struct {
	// Name is what messages call the program.
	Name string
	// Code is the module's binary form. It may be nil if Compiled is known.
	Code []byte
	// Compiled is a compiled module of the engine's own kind, or nil.
	Compiled any
	// Host lists what the module may import.
	Host []HostFunc
	// Start is the exported function to call, "_start" if it is empty.
	Start string
	// Main, if it is not nil, is called with the guest's module instead of Start, and
	// its end is the program's: for an ABI whose programs are entered again and
	// again. Only wazero's engine, which has goroutines to do so on, looks at it.
	Main func(context.Context, api.Module) error
	// Serve, if it is not nil, is called when the start function has returned, for an ABI whose
	// guests are entered (see [Enter]) after that. The program goes on until end is called.
	Serve func(mod api.Module, end func())
	// Instructions is how many the program may run, all its threads together; 0 is no
	// limit. Only wazero's engine, which counts them (package meter says how), looks at it.
	Instructions uint64
	// Memory is called with the guest's memory before any of its code runs. It may be nil.
	Memory func(api.Memory)
}

// ExitError is the end of a guest that asked to exit.
type ExitError struct{ Code uint32 }

func (e *ExitError) Error() string { return fmt.Sprintf("exit status %d", e.Code) }

// TrapKind names a trap, in the words of the WebAssembly specification's tests.
type TrapKind string

// The traps. Both engines use these words. TrapTable is one for three of the
// specification's, since each engine tells another two of them from the third: an index
// out of bounds, an empty place, a function of another type.
const (
	TrapUnreachable   TrapKind = "unreachable"
	TrapMemory        TrapKind = "out of bounds memory access"
	TrapTable         TrapKind = "invalid table access or indirect call"
	TrapDivideByZero  TrapKind = "integer divide by zero"
	TrapOverflow      TrapKind = "integer overflow"
	TrapConversion    TrapKind = "invalid conversion to integer"
	TrapStackOverflow TrapKind = "stack overflow"
	TrapUnaligned     TrapKind = "unaligned atomic"
	TrapException     TrapKind = "uncaught exception"
)

// Trap is the end of a guest that did what WebAssembly forbids.
type Trap struct {
	Kind TrapKind
	// Detail is the engine's own message, for a log.
	Detail string
	// Stack lists the guest's functions, innermost first, as far as known.
	Stack []string
}

func (t *Trap) Error() string { return "trap: " + string(t.Kind) }

// LimitError is the end of a guest that ran as many instructions as it may.
type LimitError struct{ Instructions uint64 }

func (e *LimitError) Error() string {
	return fmt.Sprintf("limit of %d instructions reached (raise it with ulimit -i)", e.Instructions)
}

// limited is the exit code of such a guest: that of one which SIGXCPU has ended.
const limited = 128 + 24

// LoadError is a module that cannot be run.
type LoadError struct {
	// Reason is one clear sentence without the file's name.
	Reason string
	Err    error
}

func (e *LoadError) Error() string { return e.Reason }

func (e *LoadError) Unwrap() error { return e.Err }

// Status is the exit code that a shell shows for the end of a run, and the lines
// to print on standard error, empty if there is nothing to say. The codes:
// the program's own, 126 for a module that cannot be loaded, 134 for a trap, 152 for the
// limit of instructions. used and limit are the program's memory in pages of 64 KiB: one
// that failed near its limit is told so. A limit of 0 is none.
func Status(name string, err error, used, limit uint32) (code uint8, message string) {
	if err == nil {
		return 0, ""
	}
	name = errno.Plain(name)
	line := name + ": " + err.Error()
	if exit, ok := errors.AsType[*ExitError](err); ok {
		code, line = uint8(exit.Code), ""
	} else if _, ok := errors.AsType[*LoadError](err); ok {
		return 126, line
	} else if _, ok := errors.AsType[*LimitError](err); ok {
		code = limited
	} else {
		code = 134
	}
	near := wasmbin.NearLimit(used, limit)
	switch {
	case code == 0 || near == "":
		return code, line
	case line == "":
		return code, name + ": " + near
	}
	return code, line + "\n" + name + ": " + near
}
