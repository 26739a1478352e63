package busport

import (
	"path"
	"sync"
	"sync/atomic"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// laner is a Caller with lanes, whose calls are begun in the order of each: see package
// kernel/link.
type laner interface {
	StartLane(lane uint16, r *sys.Request, done func(sys.Reply)) bool
}

// The lanes of this package's calls: reads and clocks wait for no other call, and the
// process's end for what it has written.
const (
	laneWaits  = 0xffff
	laneWrites = 0xfffe
)

// readSize is how much one read may bring, in bytes.
const readSize = 256 << 10

// link is a guest's link. Its methods may be called by several goroutines at once.
type link struct {
	conn   *bus.Conn
	caller sys.Caller

	mu      sync.Mutex
	fd      uint64
	opened  bool
	closed  bool
	writing bool
	out     []byte // to be written
	split   bus.Splitter
}

// open makes a link of the process that info describes. It is usable at once; if the device
// cannot be opened, it ends. Handlers and continuations of the link are called by whoever
// ends its system calls.
func open(caller sys.Caller, info *sys.StartInfo, opt bus.Options) *link {
	l := &link{caller: caller}
	l.conn = bus.NewConn(l, opt)
	dir, name := device(info)
	call := &sys.Request{Op: sys.OpOpen, Path: name, Args: [6]uint64{dir, uint64(sys.ORead | sys.OWrite)}}
	start(caller, laneWrites, call, func(r sys.Reply) {
		if r.Errno != 0 {
			l.conn.Lost(bus.ErrorOf(r.Errno))
			return
		}
		l.mu.Lock()
		l.fd, l.opened = r.Vals[0], true
		l.mu.Unlock()
		l.read()
		l.write()
	})
	return l
}

// device is where the process finds the device: a process that may not reach all of the
// tree has a directory opened for it.
func device(info *sys.StartInfo) (dir uint64, name string) {
	for _, f := range info.FDs {
		if f.Flags&sys.OPreopen != 0 && f.Name == path.Dir(bus.Device) {
			return uint64(f.FD), path.Base(bus.Device)
		}
	}
	return sys.AtCwd, bus.Device
}

// start performs r aside: the guest computes meanwhile, or the peer says that it waits.
func start(caller sys.Caller, lane uint16, r *sys.Request, done func(sys.Reply)) {
	r.Aside = true
	if c, ok := caller.(laner); ok {
		c.StartLane(lane, r, done)
		return
	}
	caller.Start(r, done)
}

// Send implements [bus.Port].
func (l *link) Send(frames []byte) error {
	l.mu.Lock()
	l.out = append(l.out, frames...)
	l.mu.Unlock()
	l.write()
	return nil
}

// Close implements [bus.Port].
func (l *link) Close() error {
	l.mu.Lock()
	opened := l.opened
	l.opened, l.closed = false, true
	l.mu.Unlock()
	if opened {
		start(l.caller, laneWrites, &sys.Request{Op: sys.OpClose, Args: [6]uint64{l.fd}}, func(sys.Reply) {})
	}
	return nil
}

// write writes what is to be written, one call after another.
func (l *link) write() {
	l.mu.Lock()
	if !l.opened || l.writing || len(l.out) == 0 {
		l.mu.Unlock()
		return
	}
	l.writing = true
	data := l.out
	l.out = nil
	l.mu.Unlock()
	r := &sys.Request{Op: sys.OpWrite, Args: [6]uint64{l.fd}, Data: data}
	start(l.caller, laneWrites, r, func(r sys.Reply) {
		l.mu.Lock()
		l.writing = false
		n := 0
		if r.Errno == 0 {
			n = int(r.Vals[0])
		}
		if n < len(data) {
			l.out = append(data[n:len(data):len(data)], l.out...)
		}
		l.mu.Unlock()
		if r.Errno != 0 && r.Errno != errno.EINTR {
			l.conn.Lost(bus.ErrorOf(r.Errno))
			return
		}
		l.write()
	})
}

// read takes what comes, for ever.
func (l *link) read() {
	for {
		const ended, left = 1, 2
		var state atomic.Int32
		more := false
		r := &sys.Request{Op: sys.OpRead, Args: [6]uint64{l.fd, readSize}}
		start(l.caller, laneWaits, r, func(r sys.Reply) {
			more = l.arrived(&r)
			if state.Swap(ended) == left && more {
				l.read()
			}
		})
		// A read that has ended at once is followed by the next one here, so that the
		// stack does not grow.
		if state.Swap(left) != ended || !more {
			return
		}
	}
}

// arrived takes what a read has brought and reports whether there is to be another.
func (l *link) arrived(r *sys.Reply) bool {
	switch {
	case r.Errno == errno.EINTR:
	case r.Errno != 0:
		l.conn.Lost(bus.ErrorOf(r.Errno))
		return false
	case len(r.Data) == 0:
		l.conn.Lost(nil)
		return false
	default:
		if !l.receive(r.Data) {
			return false
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.closed
}

// receive takes bytes of the stream and reports whether the link goes on.
func (l *link) receive(data []byte) bool {
	l.split.Write(data)
	msg, err := l.split.Next()
	if err != nil {
		l.conn.Break(bus.NewError(bus.CodeInvalidArgument, err.Error()))
		return false
	}
	return msg == nil || l.conn.Receive(msg) == nil
}
