package buslink

import (
	"context"
	"strings"
	"sync"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/busimpl/osws"
)

// Protocol is the WebSocket's subprotocol that both sides speak: bus frames in binary
// messages, each of one or more whole frames.
const Protocol = "bus.bushel.v1"

const (
	// portMost is how many bytes may wait for the network before the link is cut.
	portMost = 64 << 20
	// messageMost is the size from which frames go into another message. A frame alone may be longer.
	messageMost = 256 << 10
	// frameMost is the longest frame, so that it goes into a message.
	frameMost = osws.MaxMessage
)

// What a WebSocket is closed with: as it should be, or because the link has failed.
const (
	codeNormal = 1000
	codeFailed = 4000
)

// port sends behind: who sends on a link never waits.
type port struct {
	s osws.Conn

	mu      sync.Mutex
	more    chan struct{} // has room for one
	waiting []byte        // whole frames
	closed  bool
}

func newPort(s osws.Conn) *port { return &port{s: s, more: make(chan struct{}, 1)} }

// Send implements [bus.Port].
func (p *port) Send(frames []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return bus.ErrLinkClosed
	}
	if len(p.waiting)+len(frames) > portMost {
		return bus.NewError(bus.CodeResourceExhausted, "the other side of the link does not read")
	}
	p.waiting = append(p.waiting, frames...)
	p.wake()
	return nil
}

// Close implements [bus.Port].
func (p *port) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.wake()
	return nil
}

func (p *port) wake() {
	select {
	case p.more <- struct{}{}:
	default:
	}
}

// write sends what is to be sent, to the end of the link, and closes the socket. What has gathered while the
// network took the last message goes together: a message for each small frame costs far more than the frame.
func (p *port) write(ctx context.Context, c *bus.Conn) {
	defer func() {
		if err := c.Err(); err != nil && err != bus.ErrLinkClosed {
			reason := strings.ToValidUTF8(err.Error()[:min(len(err.Error()), 120)], "") // of which there is room for 123 bytes
			p.s.Close(codeFailed, reason)
			return
		}
		p.s.Close(codeNormal, "")
	}()
	for {
		p.mu.Lock()
		frames, over := p.waiting, p.closed
		p.waiting = nil
		p.mu.Unlock()
		if len(frames) == 0 && over {
			return
		}
		if len(frames) > 0 {
			for len(frames) > 0 {
				msg := message(frames)
				frames = frames[len(msg):]
				if err := p.s.Write(ctx, osws.Message{Data: msg}); err != nil {
					c.Lost(err)
					return
				}
			}
			continue
		}
		select {
		case <-p.more:
		case <-ctx.Done():
			return
		}
	}
}

// message is the first whole frames of b, as many as one message is to have.
func message(b []byte) []byte {
	n := 0
	for n < len(b) {
		size := int(b[n]) | int(b[n+1])<<8 | int(b[n+2])<<16 | int(b[n+3])<<24
		if n > 0 && n+size > messageMost {
			break
		}
		n += size
	}
	return b[:n]
}

// read hands the link what comes, and returns why there is no more.
func (p *port) read(ctx context.Context, c *bus.Conn) error {
	for {
		msg, err := p.s.Read(ctx)
		if err != nil {
			return err
		}
		if msg.Text {
			err := bus.NewError(bus.CodeInvalidArgument, "a message of text")
			c.Close(err)
			return err
		}
		if err := c.Receive(msg.Data); err != nil {
			return err
		}
	}
}
