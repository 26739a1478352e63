package main

import (
	"context"
	"encoding/json"
	"sync"
	"time"
	"unsafe"

	"github.com/bushel-wasm/bushel/busimpl/osws"
	"github.com/bushel-wasm/bushel/busimpl/remote"
	"github.com/bushel-wasm/bushel/web/worker"
)

// JavaScript's half is web/ts/workers/sockets.ts, which numbers the events too.

//go:wasmimport bushel ws_open
//go:noescape
func jsWSOpen(id uint32, head unsafe.Pointer, n uint32)

//go:wasmimport bushel ws_send
//go:noescape
func jsWSSend(id, text uint32, data unsafe.Pointer, n uint32)

//go:wasmimport bushel ws_pull
func jsWSPull(id uint32)

//go:wasmimport bushel ws_close
//go:noescape
func jsWSClose(id, code uint32, reason unsafe.Pointer, n uint32)

// What is told of a socket.
const (
	wsOpened = 1
	wsText   = 2
	wsBinary = 3
	wsSent   = 4
	wsClosed = 5
	wsFailed = 6
)

// wsUnderWay is how many bytes may be on their way to the network before a writer waits.
const wsUnderWay = 256 << 10

// wsPatience is how long the other side has to answer a close.
const wsPatience = 5 * time.Second

// sockets is an osws.Transport on the browser's WebSockets.
type sockets struct{}

// wsLive are the sockets that are not over.
var wsLive worker.Numbered[*webSocket]

// webSocket is an osws.Conn.
type webSocket struct {
	id       uint32
	protocol string
	opened   chan struct{}
	messages chan osws.Message // what was pulled: never more than one
	over     chan struct{}     // closed when the socket is, and end or failure is set
	end      *osws.End
	failure  string
	pulled   bool // the reader's: it has asked for what it has not got

	mu      sync.Mutex
	unsent  int
	drained chan struct{}
}

// wsEvent takes an event, whose data have just been given.
//
//go:wasmexport ws_event
func wsEvent(id, kind, a, n uint32) {
	data := worker.Received(n)
	s := wsLive.Find(id)
	if kind == wsClosed || kind == wsFailed {
		wsLive.Remove(id)
	}
	if s == nil {
		return
	}
	switch kind {
	case wsOpened:
		s.protocol = string(data)
		close(s.opened)
	case wsText, wsBinary:
		s.messages <- osws.Message{Text: kind == wsText, Data: data} // there is room: it was pulled
	case wsSent:
		s.mu.Lock()
		s.unsent -= int(a)
		s.mu.Unlock()
		select {
		case s.drained <- struct{}{}:
		default:
		}
	case wsClosed:
		s.end = &osws.End{Code: int(a)}
		if err := json.Unmarshal(data, s.end); err != nil {
			s.end.Reason = err.Error()
		}
		close(s.over)
	case wsFailed:
		s.failure = string(data)
		s.end = &osws.End{Code: 1006, Reason: s.failure}
		close(s.over)
	}
}

// Dial implements osws.Transport.
func (sockets) Dial(ctx context.Context, url string, protocols []string) (osws.Conn, error) {
	if protocols == nil {
		protocols = []string{}
	}
	head, err := json.Marshal(map[string]any{"url": url, "protocols": protocols})
	if err != nil {
		return nil, err
	}
	s := wsLive.Add(func(id uint32) *webSocket {
		return &webSocket{
			id: id, opened: make(chan struct{}), messages: make(chan osws.Message, 1),
			over: make(chan struct{}), drained: make(chan struct{}, 1),
		}
	})
	jsWSOpen(s.id, worker.Pointer(head), uint32(len(head)))
	select {
	case <-s.opened:
		return s, nil
	case <-s.over:
		return nil, remote.Unreachable("%s", s.failure)
	case <-ctx.Done():
		jsWSClose(s.id, 1000, nil, 0)
		return nil, context.Cause(ctx)
	}
}

// Protocol implements osws.Conn.
func (s *webSocket) Protocol() string { return s.protocol }

// Read implements osws.Conn.
func (s *webSocket) Read(ctx context.Context) (osws.Message, error) {
	if !s.pulled {
		s.pulled = true
		jsWSPull(s.id)
	}
	select {
	case m := <-s.messages:
		s.pulled = false
		return m, nil
	default:
	}
	select {
	case m := <-s.messages:
		s.pulled = false
		return m, nil
	case <-s.over:
	case <-ctx.Done():
		return osws.Message{}, context.Cause(ctx)
	}
	select {
	case m := <-s.messages: // it came before the end
		s.pulled = false
		return m, nil
	default:
		return osws.Message{}, s.end
	}
}

// Write implements osws.Conn.
func (s *webSocket) Write(ctx context.Context, m osws.Message) error {
	for {
		s.mu.Lock()
		free := s.unsent == 0 || s.unsent+len(m.Data) <= wsUnderWay
		if free {
			s.unsent += len(m.Data)
		}
		s.mu.Unlock()
		if free {
			break
		}
		select {
		case <-s.drained:
		case <-s.over:
			return s.end
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	select {
	case <-s.over:
		return s.end
	default:
	}
	text := uint32(0)
	if m.Text {
		text = 1
	}
	jsWSSend(s.id, text, worker.Pointer(m.Data), uint32(len(m.Data)))
	return nil
}

// Close implements osws.Conn.
func (s *webSocket) Close(code int, reason string) *osws.End {
	b := []byte(reason)
	jsWSClose(s.id, uint32(code), worker.Pointer(b), uint32(len(b)))
	late := time.NewTimer(wsPatience)
	defer late.Stop()
	select {
	case <-s.over:
		return s.end
	case <-late.C:
		return &osws.End{Code: 1006, Reason: "the other side did not answer the close in time"}
	}
}
