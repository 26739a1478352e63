package kernel

import "github.com/bushel-wasm/bushel/kernel/sys"

// owner is the process at the far end of a link that keeps the offset of an open file which
// others have as well: its input, as its shell has opened it. So it need not ask for each
// piece that it reads. Who else wants to use the offset waits until it is given back. From a
// process that is gone, or computes and does not listen for a while, it is taken as the kernel knew
// it last.
type owner struct {
	p      *Process
	number uint64 // by which p knows that it may be asked for
	asked  bool
}

// mayOwn reports whether the caller is to keep the offset of c.f, for which it may be asked by
// that number.
func (c *call) mayOwn(number uint64) bool {
	f, p := c.f, c.p
	if c.r.Args[5] == 0 || number == 0 || p.feeds == nil || p.dying || p.tracer.Load() != nil || c.pinned {
		return false
	}
	if f.owner != nil || f.copy.Load() != nil || f.flags&sys.OAppend != 0 || f.info.Type() != sys.TypeRegular {
		return false
	}
	fds := 0
	for i := range p.fds {
		if p.fds[i].f == f {
			fds++
		}
	}
	return fds == 1
}

// owning performs do, a read or a seek, for a caller that keeps the offset from now on. If it
// can have no copy of the file, it gives the offset back by that.
func (c *call) owning(number uint64, do func(c *call)) verdict {
	c.f.owner = &owner{p: c.p, number: number}
	return c.goOutside(func(c *call) {
		do(c)
		c.owns()
	})
}

// owns ends a call with the word that the caller keeps the offset.
func (c *call) owns() {
	var kept *fileCopy
	if c.reply.Errno == 0 {
		kept = c.keep(c.f.place, c.r.Args[5])
	}
	c.k.lock()
	defer c.k.unlock()
	f := c.f
	switch {
	case !f.ownedBy(c.p) || c.gone:
		if kept != nil {
			c.k.after(kept.release)
		}
	case kept == nil:
		f.disown()
	default:
		f.copy.Store(kept)
		c.reply.Vals = [3]uint64{uint64(c.flags), uint64(f.off), kept.id}
	}
}

// ownedBy reports whether p keeps the offset.
func (f *openFile) ownedBy(p *Process) bool { return f.owner != nil && f.owner.p == p }

// elsewhere reports whether another process keeps the offset of f, and asks for it. Who
// waits for that on f.owned waits no longer than giveBackTime.
func (c *call) elsewhere(f *openFile) bool {
	switch {
	case f.owner == nil || f.ownedBy(c.p):
		return false
	case c.expired && f.owner.asked:
		f.disown()
		return false
	}
	f.recallOffset()
	c.expire(giveBackTime)
	return true
}

// recallOffset asks for the offset, which a process keeps.
func (f *openFile) recallOffset() {
	o := f.owner
	if o.asked {
		return
	}
	o.asked = true
	tell, number := o.p.feeds, o.number
	f.k.after(func() { tell(&sys.Request{Op: sys.OpLoan, Args: [6]uint64{number}}) })
}

// disown has the kernel keep the offset, wherever it is. It does nothing if it does so
// already.
func (f *openFile) disown() {
	if f.owner == nil {
		return
	}
	f.owner = nil
	if kept := f.copy.Swap(nil); kept != nil {
		f.k.after(kept.release)
	}
	f.owned.wake()
}
