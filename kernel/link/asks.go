package link

import "github.com/bushel-wasm/bushel/bus"

// Asks reports whether msg, a message of a [Client], has a call in it that is answered.
// What comes of any other can wait for a moment: the process does not.
func Asks(msg []byte) bool {
	for len(msg) > 0 {
		frame, rest, err := bus.Decode(msg)
		if err != nil || frame.Kind == bus.KindCall {
			return true
		}
		msg = rest
	}
	return false
}
