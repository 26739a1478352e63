package main

import (
	"context"
	"io"
	"sync"
	"unsafe"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/web/worker"
)

// JavaScript's half is web/ts/conversation.ts, by way of the kernel's worker.

//go:wasmimport bushel talk_open
//go:noescape
func jsTalkOpen(id uint32, what unsafe.Pointer, n uint32)

//go:wasmimport bushel talk_send
//go:noescape
func jsTalkSend(id uint32, p unsafe.Pointer, n uint32)

//go:wasmimport bushel talk_close
func jsTalkClose(id uint32)

// thePage is the page's main thread, as the kernel's programs talk to it.
var thePage pageTalks

type pageTalks struct{ worker.Numbered[*pageTalk] }

// pageTalk is a conversation. The page sends only as much as it is asked for, so
// that its queue has a bound.
type pageTalk struct {
	id    uint32
	mu    sync.Mutex
	queue [][]byte
	ended bool
	news  chan struct{} // has room for one
}

// Open implements kernel.Page.
func (p *pageTalks) Open(what string) kernel.PageConn {
	t := p.Add(func(id uint32) *pageTalk { return &pageTalk{id: id, news: make(chan struct{}, 1)} })
	text := []byte(what)
	jsTalkOpen(t.id, worker.Pointer(text), uint32(len(text)))
	return t
}

// Send implements kernel.PageConn.
func (t *pageTalk) Send(msg []byte) { jsTalkSend(t.id, worker.Pointer(msg), uint32(len(msg))) }

// Recv implements kernel.PageConn.
func (t *pageTalk) Recv(ctx context.Context) ([]byte, error) {
	for {
		t.mu.Lock()
		if len(t.queue) > 0 {
			msg := t.queue[0]
			t.queue = t.queue[1:]
			t.mu.Unlock()
			return msg, nil
		}
		ended := t.ended
		t.mu.Unlock()
		if ended {
			return nil, io.EOF
		}
		select {
		case <-t.news:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Close implements kernel.PageConn.
func (t *pageTalk) Close() {
	if _, open := thePage.Remove(t.id); open {
		jsTalkClose(t.id)
	}
}

// add queues a message, or with nil notes the end.
func (t *pageTalk) add(msg []byte) {
	t.mu.Lock()
	if msg == nil {
		t.ended = true
	} else {
		t.queue = append(t.queue, msg)
	}
	t.mu.Unlock()
	select {
	case t.news <- struct{}{}:
	default:
	}
}

// talkMessage takes a message of the page.
//
//go:wasmexport talk_message
func talkMessage(id, n uint32) {
	msg := worker.Received(n)
	if t := thePage.Find(id); t != nil {
		t.add(msg)
	}
}

// talkEnded is told when the page has ended a conversation.
//
//go:wasmexport talk_ended
func talkEnded(id uint32) {
	if t := thePage.Find(id); t != nil {
		thePage.Remove(id)
		t.add(nil)
	}
}
