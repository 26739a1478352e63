//go:build !js

package osws

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/coder/websocket"

	"github.com/bushel-wasm/bushel/busimpl/remote"
)

// Coder is a [Transport] on github.com/coder/websocket, for hosts. The zero value is good.
type Coder struct {
	// Client makes the first request of each socket, http.DefaultClient if it is nil.
	Client *http.Client
}

// Dial implements [Transport].
func (t Coder) Dial(ctx context.Context, url string, protocols []string) (Conn, error) {
	client := http.Client{}
	if t.Client != nil {
		client = *t.Client
	}
	// A redirection would lead past the check of the host; browsers follow none either.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c, res, err := websocket.Dial(ctx, url, &websocket.DialOptions{
		HTTPClient: &client, Subprotocols: protocols, CompressionMode: websocket.CompressionContextTakeover,
	})
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil && res != nil && res.StatusCode != http.StatusSwitchingProtocols:
		return nil, remote.Unreachable("the server answers %s and opens no WebSocket", res.Status)
	case err != nil:
		return nil, remote.Unreachable("the WebSocket cannot be opened: %v", err)
	}
	return NewConn(c), nil
}

// NewConn is a socket that was opened by a client, or accepted by a server, as a [Conn].
func NewConn(c *websocket.Conn) Conn {
	c.SetReadLimit(MaxMessage)
	return &coderConn{c: c}
}

type coderConn struct {
	c *websocket.Conn

	mu      sync.Mutex
	end     *End          // set by who learns it first
	closing chan struct{} // made by Close, closed when that is done
}

func (c *coderConn) Protocol() string { return c.c.Subprotocol() }

func (c *coderConn) Read(ctx context.Context) (Message, error) {
	kind, data, err := c.c.Read(ctx)
	if err != nil {
		return Message{}, c.ended(err)
	}
	return Message{Text: kind == websocket.MessageText, Data: data}, nil
}

func (c *coderConn) Write(ctx context.Context, m Message) error {
	kind := websocket.MessageBinary
	if m.Text {
		kind = websocket.MessageText
	}
	return c.c.Write(ctx, kind, m.Data)
}

// ended is how the socket has ended, if a read says err.
func (c *coderConn) ended(err error) *End {
	end := &End{Code: codeAbnormal, Reason: err.Error()}
	peer, ok := errors.AsType[websocket.CloseError](err)
	switch {
	case ok:
		end = &End{Code: int(peer.Code), Reason: peer.Reason, Clean: true}
	case errors.Is(err, websocket.ErrMessageTooBig):
		end.Reason = fmt.Sprintf("a message of more than %d bytes", MaxMessage)
	}
	c.mu.Lock()
	closing := c.closing
	c.mu.Unlock()
	if !ok && closing != nil {
		<-closing // that takes the connection from the reader, and knows better
	}
	return c.learned(end)
}

// learned is how the socket has ended: end, unless something was known before.
func (c *coderConn) learned(end *End) *End {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.end == nil {
		c.end = end
	}
	return c.end
}

func (c *coderConn) Close(code int, reason string) *End {
	c.mu.Lock()
	closing := c.closing
	if closing == nil {
		c.closing = make(chan struct{})
	}
	c.mu.Unlock()
	if closing != nil {
		<-closing
		return c.learned(nil)
	}
	defer close(c.closing)
	// The other side answers with the code that it was sent, or not in time.
	end := &End{Code: code, Reason: reason, Clean: true}
	if err := c.c.Close(websocket.StatusCode(code), reason); err != nil {
		end = &End{Code: codeAbnormal, Reason: err.Error()}
	}
	return c.learned(end)
}
