package busport

import "github.com/bushel-wasm/bushel/kernel/sys"

// rest is what the kernel hears of whether the guest waits. All the calls of a link are made
// aside, and the read of what comes never ends: by them nobody could tell a guest that waits
// for the bus from one that computes.
type rest struct {
	waits   bool // as it is
	told    bool // as the kernel knows it
	telling bool
}

// Rests notes whether the guest waits for the bus alone. It is called with the lock that guards
// what says so, and [Peer.TellRest] when that has been given up.
func (p *Peer) Rests(waits bool) {
	p.mu.Lock()
	p.rest.waits = waits
	p.mu.Unlock()
}

// TellRest tells the kernel what [Peer.Rests] has noted last, unless it knows. It is called before
// a guest that goes on does so.
func (p *Peer) TellRest() {
	t := &p.rest
	p.mu.Lock()
	for t.waits != t.told && !t.telling {
		t.told, t.telling = t.waits, true
		r := &sys.Request{Op: sys.OpRest}
		if t.told {
			r.Args[0] = 1
		}
		p.mu.Unlock()
		p.caller.Start(r, func(sys.Reply) {})
		p.mu.Lock()
		t.telling = false
	}
	p.mu.Unlock()
}
