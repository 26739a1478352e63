package busport

import (
	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/kernel/engine"
)

// An Entry says whether a guest can be entered, by one of its exports, and how it ends once
// it serves. The ABI that has it guards it with its own lock.
type Entry struct {
	// Mod is the guest, known once it serves or waits.
	Mod api.Module
	// Inside says that the guest is being entered, or is not to be any more.
	Inside bool

	end func()
}

// Ends has a guest that serves end by end: once it has returned from what was entered, or, if
// it waits within that, in the middle of it, since nothing will come any more. What it returns
// is to be called when the lock has been given up.
func (e *Entry) Ends(waits bool, end func()) func() {
	switch {
	case waits:
		return func() { engine.Exit(e.Mod, 0) }
	case e.Inside:
		e.end = end
		return func() {}
	}
	e.Inside = true
	return end
}

// Over is what ends the guest, to be called by who has it returned from what was entered; nil
// if it goes on.
func (e *Entry) Over() func() { return e.end }
