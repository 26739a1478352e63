package bus

import "sync"

// Pipe makes a link within one program and returns its two ends; the first has opened
// it.
func Pipe(opener, accepter Options) (*Conn, *Conn) {
	opener.Accepts, accepter.Accepts = false, true
	a, b := &pipePort{}, &pipePort{}
	ca, cb := NewConn(a, opener), NewConn(b, accepter)
	a.to, b.to = cb, ca
	return ca, cb
}

// pipePort hands messages to the other end, on a goroutine that lives while there are
// any.
type pipePort struct {
	to *Conn

	mu      sync.Mutex
	queue   [][]byte
	running bool
	closed  bool
}

func (p *pipePort) Send(frames []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return ErrLinkClosed
	}
	p.queue = append(p.queue, append([]byte(nil), frames...))
	p.start()
	return nil
}

func (p *pipePort) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.start()
	return nil
}

func (p *pipePort) start() {
	if !p.running {
		p.running = true
		go p.run()
	}
}

func (p *pipePort) run() {
	p.mu.Lock()
	for len(p.queue) > 0 {
		list := p.queue
		p.queue = nil
		p.mu.Unlock()
		for _, msg := range list {
			p.to.Receive(msg)
		}
		p.mu.Lock()
	}
	p.running = false
	over := p.closed
	p.mu.Unlock()
	if over {
		p.to.Lost(ErrLinkClosed)
	}
}
