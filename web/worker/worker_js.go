package worker

import (
	"runtime"
	"sync"
	"time"
	"unsafe"
)

//go:wasmimport bushel now
//go:noescape
func jsNow() float64

//go:wasmimport bushel park
//go:noescape
func jsPark()

// Now is the time since the worker began, as fine as the page's clock.
func Now() time.Duration { return time.Duration(jsNow() * float64(time.Millisecond)) }

// Clock returns the time of day as [Now] goes on from here: finer than [time.Now],
// which asks JavaScript twice.
func Clock() func() time.Time {
	zero := time.Now().Round(0).Add(-Now())
	return func() time.Time { return zero.Add(Now()) }
}

// received is the buffer of the message that is being given.
var received []byte

// buffer makes room for a message of n bytes, with which the event loop has turned.
//
//go:wasmexport buffer
func buffer(n uint32) unsafe.Pointer {
	turned()
	if spare := reusable; spare != nil && uint32(cap(spare)) >= n && uint32(cap(spare))/2 <= n {
		received, reusable = spare[:n], nil
	} else {
		received = make([]byte, n, max(n, 1))
	}
	return unsafe.Pointer(unsafe.SliceData(received))
}

// Received is the first n bytes of the message that JavaScript has just given.
// The caller owns them.
func Received(n uint32) []byte {
	b := received
	received = nil
	return b[:n:n]
}

// reusable is memory for the next message of about its length.
var reusable []byte

// Reuse takes a message that nobody needs any more. Its memory, which need not be cleared,
// is that of one of the next.
func Reuse(msg []byte) { reusable = msg }

// Pointer is the address of b's bytes, for an import to read or write.
func Pointer(b []byte) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(b)) }

// LetRun lets the goroutines run that can, and those that they wake, until they wait. An
// export that ends with it need not be followed by a resumption of the program, which costs
// several times as much; timers that were made are set at the next.
func LetRun() {
	// The scheduler now and then takes the caller before what lies in its own queue.
	for range 2 {
		runtime.Gosched()
	}
}

var parking struct {
	sync.Mutex
	waiting []chan struct{}
	last    time.Duration // when the event loop turned, as far as it is known
	turned  bool          // it has since
}

func turned() {
	parking.turned = true
	if onTurn != nil {
		onTurn(sinceTurn())
	}
}

// sinceTurn is when the event loop turned, or was asked for first after that: the clock is
// JavaScript's, and most messages are served without it.
func sinceTurn() time.Duration {
	if parking.turned {
		parking.turned, parking.last = false, Now()
	}
	return parking.last
}

var onTurn func(now time.Duration)

// OnTurn has f called whenever the event loop has turned, before goroutines run. f must
// not wait. It is called once, before the program's first message.
func OnTurn(f func(now time.Duration)) { onTurn = f }

// Slice is how long a goroutine may compute before it parks, so that the worker's
// messages and timers are served.
const Slice = 12 * time.Millisecond

// Yield parks the goroutine if the worker has computed for a [Slice] since a
// message was last served. It must not be called from an export.
func Yield() {
	if turn := sinceTurn(); Now()-turn < Slice {
		return
	}
	Park()
}

// Park parks the goroutine until the messages and timers that are due have been
// served. It must not be called from an export.
func Park() {
	turn := make(chan struct{})
	parking.Lock()
	parking.waiting = append(parking.waiting, turn)
	first := len(parking.waiting) == 1
	parking.Unlock()
	if first {
		jsPark()
	}
	<-turn
}

// parked is called when the event loop has turned.
//
//go:wasmexport parked
func parked() {
	parking.Lock()
	waiting := parking.waiting
	parking.waiting = nil
	parking.Unlock()
	turned()
	for _, turn := range waiting {
		close(turn)
	}
}
