package wasix

import (
	"slices"

	"github.com/bushel-wasm/bushel/bus"
)

// A guest does not answer a call whose method returns an object: it has it, and hears of
// calls along it. Who made the call may have to wait for an answer, and says so by
// [bus.Request.Keep]. That one is answered when the guest has done what follows from the call,
// and has not failed it.

// nextRound begins a round and returns the calls that have become objects in the last one,
// which are to be opened when the lock has been given up. The lock is held.
func (a *ABI) nextRound() (made []*call) {
	a.round++
	if a.callbacks > 0 {
		return nil // the guest is in the middle of one
	}
	a.wanted = slices.DeleteFunc(a.wanted, func(c *call) bool {
		if c.round != 0 {
			made = append(made, c)
		}
		return c.round != 0 || c.in.Err() != nil
	})
	return made
}

// open answers those of calls that have no answer.
func open(calls []*call) {
	for _, c := range calls {
		format, unit := unitOf(c.in.Format())
		_ = c.in.Open(format, unit, nil) // it may have failed, or have been given up
	}
}

// unitOf is Rust's unit as an answer to a call in the format f.
func unitOf(f bus.Format) (bus.Format, []byte) {
	switch f {
	case bus.FormatJSON, bus.FormatYAML:
		return f, []byte("null")
	case bus.FormatMessagePack:
		return f, []byte{0xc0}
	case bus.FormatBincode:
		return f, nil
	}
	return bus.FormatRaw, nil
}
