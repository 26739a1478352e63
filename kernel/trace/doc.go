// Package trace has what a trace of programs is made of: events, each a system call or a
// call on the bus with its arguments, its result and its time, and the forms in which
// they are written: lines as strace has them, a summary, and the file of Chrome's trace
// viewer, which Perfetto opens.
//
// Where events come from is package kernel's affair. Nothing here waits or keeps events.
package trace

import (
	"time"

	"github.com/bushel-wasm/bushel/bus"
)

// Event is a call that has ended, or was cut off by the end of its process.
type Event struct {
	Begin time.Time
	// Took is how long it took; below 0 is for one that never ended.
	Took    time.Duration
	PID     int
	Program string
	// Call is the name of the system call, "bus" for one on the bus.
	Call         string
	Args, Result string // as they are printed, without brackets
	Failed       bool
	Bus          *BusCall // nil for a system call
}

// Unfinished is Event.Took of a call that never ended.
const Unfinished = time.Duration(-1)

// BusCall is what is told of a call on the bus besides.
type BusCall struct {
	Call    uint64 // its number
	Cause   uint64 // the number of the call in whose service it was made, 0 if there is none
	Session uint64 // the number of the call along which it went, 0 if it was to a package
	Package string
	Method  bus.Method
	Notify  bool
	Format  bus.Format
	Body    []byte // the first MaxBody bytes
	// The answer. Err is why there is none.
	ReplyFormat bus.Format
	Reply       []byte
	Err         error
}

// MaxBody is how much of a body is kept.
const MaxBody = 16 << 10
