package kernel

import (
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// complain writes a line behind the process's name to its standard error, and costs
// the process nothing: process 1 is the writer, and waits where it has to. The lock is
// held. What can take the line at once has it before anything else happens.
func (p *Process) complain(line string) {
	f, ok := p.fd(2)
	if !ok || f.flags&sys.OWrite == 0 || p.k.closed {
		return
	}
	k := p.k
	c := &call{
		k: k, p: k.init, done: func(sys.Reply) {}, handler: sysWrite,
		r: &sys.Request{Op: sys.OpWrite, Args: [6]uint64{1: sys.WriteOwnLine}, Data: []byte(errno.Plain(p.name) + ": " + line + "\n")},
		f: f, flags: f.flags &^ sys.ONonblock,
	}
	if _, master := f.stream.(ptyMaster); master {
		// Nobody but who holds it could make room, and the line would hold it too.
		c.flags |= sys.ONonblock
	}
	f.line(c)
	if f.stream == nil {
		c.pin()
		write := func() {
			writeFile(c)
			k.lock()
			c.dropPin()
			k.unlock()
		}
		if f.place.MayWait() {
			k.programs.Go(write)
		} else {
			k.after(write)
		}
		return
	}
	if f.stream.write(c, c.r.Data) == waiting {
		c.pin()
		c.p.addCall(c)
	}
}
