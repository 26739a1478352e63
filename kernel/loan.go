package kernel

import (
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// lendAgain is how many reads in a row one process must make of a pipe from which
// another has read while bytes were lent, before any are lent again.
const lendAgain = 64

// loan is what a process at the far end of a link has been given of a pipe before it
// asked for it, although others hold the pipe's end as well: see [sys.OpRead]. The bytes
// stay the first ones of the pipe, and in it, until the process says that it has
// read them. Who else wants to read, or to know what there is, waits until it has said
// how far it is. So nothing has to be brought back, and what a process has lent ends
// with it.
type loan struct {
	p      *Process
	number uint64 // by which p knows it
	left   int    // how many of the pipe's first bytes p has and has not said to have read
	asked  bool   // p is to say how far it is
}

// lend lends the caller of the read c what is in the pipe behind the first n bytes,
// if that may be, and returns how many bytes that is.
func (p *pipe) lend(c *call, n int) int {
	if p.reader != c.p {
		p.reader, p.inRow = c.p, 0
	}
	p.inRow++
	most, number := c.r.Args[2], c.r.Args[3]
	if c.r.Op != sys.OpRead || most == 0 || number == 0 || c.alone(c.f) || p.inRow <= p.shy {
		return 0
	}
	if c.p.feeds == nil || c.p.dying || c.p.tracer.Load() != nil || c.p.loans[number] != nil {
		return 0
	}
	left := int(min(uint64(p.ring.len()-n), most))
	if left > 0 {
		p.loan = &loan{p: c.p, number: number, left: left}
		if c.p.loans == nil {
			c.p.loans = map[uint64]*pipe{}
		}
		c.p.loans[number] = p
	}
	return left
}

// recall has the process that has bytes of the pipe say how far it is. p.loan is not nil.
func (p *pipe) recall() {
	l := p.loan
	if l.asked {
		return
	}
	l.asked = true
	p.shy, p.inRow = lendAgain, 0
	tell, number := l.p.feeds, l.number
	p.k.after(func() { tell(&sys.Request{Op: sys.OpLoan, Args: [6]uint64{number}}) })
}

// endLoan makes what was lent, and not read, the pipe's alone. It does nothing if nothing
// is lent.
func (p *pipe) endLoan() {
	if p.loan == nil {
		return
	}
	delete(p.loan.p.loans, p.loan.number)
	p.loan = nil
	p.readable.wake()
}

// sysLoan takes a process's word of how much it has read of what it was lent.
func sysLoan(c *call) verdict {
	p := c.p.loans[c.r.Args[0]]
	if p == nil {
		return c.ok() // it has ended meanwhile
	}
	n := c.r.Args[1]
	if n > uint64(p.loan.left) {
		return c.fail(errno.EINVAL)
	}
	p.loan.left -= int(n)
	p.ring.drop(int(n))
	if n > 0 && p.ring.free() >= pipeBuf {
		p.writerq.wake()
	}
	if p.loan.left == 0 || c.r.Args[2] != 0 {
		p.endLoan()
	}
	return c.ok()
}

// recallLoans asks for all that the process was lent, and for the offsets that it keeps.
func (p *Process) recallLoans() {
	for _, of := range p.loans {
		of.recall()
	}
	for i := range p.fds {
		if f := p.fds[i].f; f != nil && f.ownedBy(p) {
			f.recallOffset()
		}
	}
}

// endLoans is the end of a process that was lent something: what it had not said to have
// read is there for others.
func (p *Process) endLoans() {
	for _, of := range p.loans {
		of.endLoan()
	}
}
