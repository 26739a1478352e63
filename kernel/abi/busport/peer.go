// Package busport is the end of the bus of a guest whose ABI has functions of its own for
// it: a link of package bus on the file /dev/bus of the guest's process, and what becomes
// of a guest that serves. Nothing here waits; what arrives is handled when its system call
// ends.
//
// What the guest is given of it belongs to the ABIs (wasix and wasmbus), the other end
// to package kernel.
package busport

import (
	"context"
	"path"
	"strings"
	"sync"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// A Peer is a guest as the bus knows it. Its methods may be called by several goroutines at
// once.
type Peer struct {
	caller  sys.Caller
	info    *sys.StartInfo
	handler bus.Handler

	mu     sync.Mutex
	link   *link // nil until it is used
	serves bool
	end    func() // of a guest that goes on because it serves
	rest   rest
}

// NewPeer makes the peer of the process that caller stands for and info describes. handler
// takes the calls that come in.
func NewPeer(caller sys.Caller, info *sys.StartInfo, handler bus.Handler) *Peer {
	return &Peer{caller: caller, info: info, handler: handler}
}

// Conn is the guest's link, which is opened when it is first asked for. Only the guest's own
// calls, of which there is one at a time, may ask for the first time.
func (p *Peer) Conn() *bus.Conn {
	p.mu.Lock()
	l := p.link
	p.mu.Unlock()
	if l == nil {
		l = open(p.caller, p.info, bus.Options{Handler: p.handler, Closed: func(error) { p.End() }})
		p.mu.Lock()
		p.link = l
		p.mu.Unlock()
	}
	return l.conn
}

// Sleep calls done when d nanoseconds have passed.
func (p *Peer) Sleep(d uint64, done func()) {
	r := &sys.Request{Op: sys.OpPoll, Args: [6]uint64{d}, Data: sys.AppendPoll(nil, nil)}
	start(p.caller, laneWaits, r, func(sys.Reply) { done() })
}

// Listen makes the guest the one who serves its package: the one by whose name the bus has
// started it, with the argument "bus", or else the one that is called as it is. It reports
// false, and does nothing, if the guest has asked for it before.
func (p *Peer) Listen() bool {
	p.mu.Lock()
	again := p.serves
	p.serves = true
	p.mu.Unlock()
	if again {
		return false
	}
	name := ""
	if args := p.info.Argv; len(args) < 2 || args[1] != "bus" {
		name = strings.TrimSuffix(path.Base(p.info.Name), ".wasm")
	}
	conn := p.Conn()
	body := append(make([]byte, 4), name...) // any number of calls at once
	conn.Package(bus.PackageBus).Start(context.Background(), &bus.Request{Method: bus.MethodListen, Body: body},
		func(_ *bus.Response, err error) {
			if err != nil {
				conn.Close(err)
			}
		})
	return true
}

// Serve is called when the guest's main function has returned, and reports whether the guest
// goes on because it serves. Then end is called, once, when that is over: by [Peer.End], or
// when the link has ended.
func (p *Peer) Serve(end func()) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.serves || p.link.conn.Err() != nil {
		return false
	}
	p.end = end
	return true
}

// Serving reports whether the guest's main function has returned and it goes on.
func (p *Peer) Serving() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.end != nil
}

// End ends a guest that serves.
func (p *Peer) End() {
	p.mu.Lock()
	end := p.end
	p.end = nil
	p.mu.Unlock()
	if end != nil {
		end()
	}
}
