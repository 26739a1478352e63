package browser

import (
	"fmt"
	"strings"
	"unsafe"

	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/kernel/engine"
)

// jsEnter calls an export of the guest, soon, with the parameters in the stack, whose types
// the text lists. It answers 0, or 1 if the guest has no such export. The result is told by
// bushel_entered, a trap or an exit as the guest's end.
//
//go:wasmimport bushel engine_enter
//go:noescape
func jsEnter(name unsafe.Pointer, nameLen uint32, types unsafe.Pointer, typesLen uint32) uint32

// jsEnd ends a guest whose start function has returned.
//
//go:wasmimport bushel engine_end
//go:noescape
func jsEnd()

// Enter implements [engine.Enterer].
func (*module) Enter(name string, types []api.ValueType, params []uint64, done func([]uint64)) error {
	copy(stack[:], params)
	var b strings.Builder
	writeTypes(&b, types)
	list := b.String()
	if jsEnter(unsafe.Pointer(unsafe.StringData(name)), uint32(len(name)),
		unsafe.Pointer(unsafe.StringData(list)), uint32(len(list))) != 0 {
		return fmt.Errorf("the guest has no function %q of the type that is wanted", name)
	}
	guest.entries = append(guest.entries, done)
	return nil
}

// entering tells that the guest, which waits, is now entered.
//
//go:wasmexport bushel_entering
func entering() { guest.waiting, guest.resumed = false, false }

// entered tells that what was entered last has returned, with its result in the stack.
//
//go:wasmexport bushel_entered
func entered() {
	last := len(guest.entries) - 1
	if last < 0 {
		return // the guest has ended
	}
	done := guest.entries[last]
	guest.entries = guest.entries[:last]
	guest.waiting = true
	done(stack[:1])
}

// returned tells that the start function has returned, and answers whether the guest
// goes on.
//
//go:wasmexport bushel_returned
func returned() uint32 {
	serve := guest.serve
	if serve == nil {
		return 0
	}
	guest.serve = nil
	guest.waiting, guest.serving, guest.over = true, true, false
	serve(theModule, func() {
		guest.over = true
		if !guest.serving {
			jsEnd()
		}
	})
	guest.serving = false
	if guest.over {
		return 0
	}
	return 1
}

var _ engine.Enterer = (*module)(nil)
