package busport

import "github.com/bushel-wasm/bushel/bus"

const (
	// maxKept is how much a guest may have: calls that are not over, and news of calls that
	// it has not taken. It is more than the calls that a link has open both ways.
	maxKept = 4 * bus.DefaultCalls
	// maxKeptBytes is how many bytes of bodies may wait for a guest.
	maxKeptBytes = 64 << 20
)

// Full reports whether a guest that has count calls and news, of which the bodies have so many
// bytes, is to get no more: its own calls fail then, and those of others get [ErrFull].
func Full(count, bytes int) bool { return count >= maxKept || bytes > maxKeptBytes }

// ErrFull is what a call to a guest gets that does not take what comes.
var ErrFull = bus.NewError(bus.CodeResourceExhausted, "the callee does not take its calls")
