package main

import (
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// jsGuestJoin hands the two ends of a channel to the workers of two guests, or answers
// 0 if one of them has none.
//
//go:wasmimport bushel guest_join
//go:noescape
func jsGuestJoin(writer, reader, pipe uint32) uint32

// Join implements kernel.Joiner. A guest with threads may have several links, none of
// which sees all of its calls.
func (m *machine) Join(writer, reader *kernel.Guest, pipe uint32) bool {
	if writer.Image.(*image).threads || reader.Image.(*image).threads {
		return false
	}
	return jsGuestJoin(writer.Info.PID, reader.Info.PID, pipe) != 0
}

// Ask implements kernel.Holder.
func (r *guest) Ask(pipe uint32, reader bool, what sys.PipeAsk) { r.server.Ask(pipe, reader, what) }
