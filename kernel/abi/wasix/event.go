package wasix

import (
	"encoding/binary"

	"github.com/bushel-wasm/bushel/bus"
)

var le = binary.LittleEndian

// eventSize is the size of an event's record, in bytes.
const eventSize = 64

// The kinds of event that are told, by their tags.
const (
	eventCall   = 2
	eventResult = 3
	eventFault  = 4
	eventClose  = 5
)

// An event is what a guest is told by bus_poll.
type event struct {
	kind     byte
	cid      uint64
	parent   uint64 // of a call; 0 is none
	callback bool   // a call along one that the guest made
	format   bus.Format
	method   bus.Method
	body     []byte
	errno    bus.Crate
}

// record is the event in the guest's memory; fd is the descriptor of its payload.
func (e *event) record(fd uint32) (b [eventSize]byte) {
	b[0] = e.kind
	switch e.kind {
	case eventCall:
		if e.parent != 0 {
			b[8] = 1
		}
		le.PutUint64(b[16:], e.parent)
		le.PutUint64(b[24:], e.cid)
		b[32] = formatID(e.format)
		copy(b[40:], e.method[:])
		le.PutUint32(b[56:], fd)
	case eventResult:
		b[8] = formatID(e.format)
		le.PutUint64(b[16:], e.cid)
		le.PutUint32(b[24:], fd)
	case eventFault:
		le.PutUint64(b[8:], e.cid)
		le.PutUint32(b[16:], uint32(e.errno))
	case eventClose:
		le.PutUint64(b[8:], e.cid)
	}
	return b
}

// formatID is the crate's number of a format. It reads those that it does not know as raw.
func formatID(f bus.Format) byte {
	if f > bus.FormatRkyv {
		return byte(bus.FormatRaw)
	}
	return byte(f)
}
