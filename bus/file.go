package bus

import (
	"io"
	"sync"
)

// NewFileConn makes an end of a link of an open file, such as /dev/bus or a socket:
// one goroutine reads it and, while there is something to send, one writes. The file is
// closed with the link.
func NewFileConn(f io.ReadWriteCloser, opt Options) *Conn {
	p := &filePort{f: f, more: sync.NewCond(new(sync.Mutex)), wrote: make(chan struct{})}
	c := NewConn(p, opt)
	go p.write(c)
	go p.read(c)
	return c
}

// filePort is a [Port] that writes behind.
type filePort struct {
	f io.ReadWriteCloser

	more   *sync.Cond
	out    []byte
	closed bool
	wrote  chan struct{} // closed when nothing is written any more
}

func (p *filePort) Send(frames []byte) error {
	p.more.L.Lock()
	defer p.more.L.Unlock()
	if p.closed {
		return ErrLinkClosed
	}
	p.out = append(p.out, frames...)
	p.more.Signal()
	return nil
}

func (p *filePort) Close() error {
	p.more.L.Lock()
	defer p.more.L.Unlock()
	p.closed = true
	p.more.Signal()
	return nil
}

// Written implements [drainer].
func (p *filePort) Written() { <-p.wrote }

// write writes what was sent, to the end, and then closes the file.
func (p *filePort) write(c *Conn) {
	var spare []byte
	for {
		p.more.L.Lock()
		for len(p.out) == 0 && !p.closed {
			p.more.Wait()
		}
		out := p.out
		p.out = spare[:0]
		over := p.closed
		p.more.L.Unlock()
		var err error
		if len(out) > 0 {
			_, err = p.f.Write(out)
		}
		if err != nil || over {
			close(p.wrote)
			if err != nil {
				c.Lost(err)
			}
			p.f.Close()
			return
		}
		spare = nil
		if cap(out) <= spareMost {
			spare = out
		}
	}
}

// readSize is how much one read of the file may bring, in bytes.
const readSize = 64 << 10

func (p *filePort) read(c *Conn) {
	defer c.Lost(ErrLinkClosed) // also when the goroutine is unwound, as in a process that was ended
	var split Splitter
	split.Most = c.limits.Frame
	buf := make([]byte, readSize)
	for {
		n, err := p.f.Read(buf)
		if n > 0 {
			split.Write(buf[:n])
			msg, bad := split.Next()
			if bad != nil {
				c.Break(NewError(CodeInvalidArgument, bad.Error()))
				return
			}
			if msg != nil && c.Receive(msg) != nil {
				return
			}
		}
		if err != nil {
			if err == io.EOF {
				err = ErrLinkClosed
			}
			c.Lost(err)
			return
		}
	}
}
