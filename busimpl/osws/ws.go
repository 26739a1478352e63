// Package osws is the service of WebSockets: texts and bytes, subprotocols, close codes with
// their reasons, and credit both ways, so that neither a slow reader nor a slow network
// makes anything pile up. The sockets themselves are a [Transport]'s: [Coder] natively, the
// browser's own in a page.
//
// The crates' service "ws" is here too, under the names of wasmer-bus-ws and wasm-bus-ws.
package osws

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/bushel-wasm/bushel/busimpl/remote"
)

// WS is the service os.ws/1, as its callers see it.
type WS interface {
	// Connect opens a WebSocket and returns when it is open. send is what the caller sends;
	// its end does not close the socket. messages is what comes, and ends when the socket is
	// closed: with an error if the connection broke. Closing the object closes the socket.
	Connect(ctx context.Context, url string, protocols []string, send iter.Seq2[Message, error]) (protocol string, socket Socket, messages iter.Seq2[Message, error], err error)
}

// Socket is an open WebSocket.
//
//bus:object
type Socket interface {
	// Close closes the socket, once what was sent before is on its way, and says how it has
	// ended. code is 1000, which is what 0 means, or between 3000 and 4999, as in
	// browsers; reason has at most 123 bytes.
	Close(ctx context.Context, code int, reason string) (End, error)
	// Wait returns when the socket is closed.
	Wait(ctx context.Context) (End, error)
}

// Message is one message.
type Message struct {
	Text bool   `json:"text"` // Data is UTF-8
	Data []byte `json:"data"`
}

// End is how a socket was closed.
type End struct {
	Code   int    `json:"code"` // RFC 6455, section 7.4; 1005 if there was none, 1006 if the connection broke
	Reason string `json:"reason"`
	Clean  bool   `json:"clean"` // both sides have said that they close
}

// The codes that this package gives itself.
const (
	codeNormal   = 1000
	codeNone     = 1005
	codeAbnormal = 1006
)

// MaxMessage is the longest message, in bytes.
const MaxMessage = 16 << 20

// Transport opens WebSockets. It may be used by several goroutines at once.
type Transport interface {
	// Dial opens a socket and returns when it is open. ctx is for that alone.
	Dial(ctx context.Context, url string, protocols []string) (Conn, error)
}

// Conn is an open WebSocket. One goroutine may read, one write and one close at once.
type Conn interface {
	// Protocol is the subprotocol that the server has chosen, empty if none.
	Protocol() string
	// Read takes the next message. When the socket is closed it returns an [*End].
	Read(ctx context.Context) (Message, error)
	// Write sends a message, and waits while the network is slow.
	Write(ctx context.Context, m Message) error
	// Close closes the socket and returns when that is done, in bounded time. It may be
	// called more than once.
	Close(code int, reason string) *End
}

// Error is what a reader meets: an End is an error so that [Conn.Read] can return it.
func (e *End) Error() string {
	switch {
	case e.Code == codeAbnormal && e.Reason == "":
		return "the connection broke"
	case e.Code == codeAbnormal:
		return "the connection broke: " + e.Reason
	case e.Reason == "":
		return fmt.Sprintf("the socket was closed with the code %d", e.Code)
	}
	return fmt.Sprintf("the socket was closed with the code %d: %s", e.Code, e.Reason)
}

// Target is what a check is asked about: the URL's host and port. A URL of a WebSocket has
// no fragment (RFC 6455, section 3).
func Target(text string) (string, error) {
	host, err := remote.Target(text, "ws", "wss")
	if err == nil && strings.Contains(text, "#") {
		err = remote.Invalid("the URL of a WebSocket has no fragment")
	}
	return host, err
}

// soundProtocols checks subprotocols as browsers do.
func soundProtocols(list []string) error {
	seen := make(map[string]bool)
	for _, p := range list {
		if p == "" || strings.ContainsFunc(p, func(c rune) bool { return c <= ' ' || c >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, c) }) {
			return remote.Invalid("%q is no subprotocol", p)
		}
		if seen[p] {
			return remote.Invalid("the subprotocol %s is named twice", p)
		}
		seen[p] = true
	}
	return nil
}

// soundClose checks how a caller wants to close.
func soundClose(code int, reason string) error {
	switch {
	case code != codeNormal && (code < 3000 || code > 4999):
		return remote.Invalid("a socket is closed with the code 1000, or one from 3000 to 4999, and not with %d", code)
	case len(reason) > 123:
		return remote.Invalid("a reason of %d bytes, where 123 are the most", len(reason))
	}
	return nil
}
