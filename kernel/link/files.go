package link

import (
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

const (
	// trust is how long after the last call that the kernel has answered was sent the
	// client answers from what it knows. A process that never lets messages in, and
	// so hears of no change, asks the kernel again after that.
	trust = 50 * time.Millisecond
	// renewAfter is when it asks the kernel, without waiting, whether all is as it was.
	renewAfter = trust / 2
	// firstAhead is how much comes with the opening of a file, and maxAhead the most
	// that is read ahead of a process that reads from front to back.
	firstAhead = 16 << 10
	maxAhead   = 4 << 20
	// ownCopy is up to which size a file is known that the process writes. Of what is
	// longer only the size is. ownCopies is how much is known of all files together.
	ownCopy   = 64 << 20
	ownCopies = 80 << 20
)

// A file is what the client knows of a file that the process has open.
type file struct {
	id  uint64
	fds int // that are open on it
	// held: the kernel has said what follows, and that it would tell of a change.
	held bool
	size int64
	data segments
	// edits counts what the process has done to the contents, so that what was read
	// before that is known to be old.
	edits uint64
	ahead *waiter // a read ahead that is under way
	// retained: the kernel keeps it at hand when it is closed. gone: it is not to be
	// opened by a name that is known here.
	retained, gone bool
	dir            *directory // where, and by which name, it was opened last
	name           string
	// allowed is what the file's mode is known to let it be opened for.
	allowed sys.OpenFlag
}

// A description is an open file description of which only this process knows, so
// that its offset is kept here. Duplicates of a fd share it.
type description struct {
	*file
	flags  sys.OpenFlag
	off    int64
	next   int64 // where a read goes on that reads from front to back
	window int   // how much is read ahead
	// fetched is file.edits when the kernel was last asked for contents.
	fetched uint64
	// lent is the number under which the kernel may ask for the offset, which others share; 0
	// if it need not.
	lent uint64
}

// forget drops what is known of the contents.
func (f *file) forget() {
	f.held = false
	f.data = nil
	f.edits++
}

// fresh reports whether what the kernel has said may still be relied on. When that
// will soon not be so, the kernel is asked to say so again.
func (c *Client) fresh() bool {
	age := c.now() - c.heard
	if c.heard <= c.doubt {
		age = trust
	}
	return c.recent(age)
}

// listens is fresh for what nobody can know of but by the kernel.
func (c *Client) listens() bool { return c.recent(c.now() - c.heard) }

// recent reports whether what the kernel has said is of late, age being how long ago.
func (c *Client) recent(age time.Duration) bool {
	if age >= renewAfter && !c.renewing {
		c.renewing = true
		c.call(0, &sys.Request{Op: sys.OpGetPID}, waiter{op: sys.OpGetPID, renews: true})
		c.flush()
	}
	return age < trust
}

// again has r tried once more when the kernel has answered what fresh, or listens, has asked.
func (c *Client) again(lane uint16, r *sys.Request, done func(sys.Reply)) bool {
	if !c.renewing {
		return false
	}
	c.retries = append(c.retries, func() { c.StartLane(lane, r, done) })
	return true
}

// distrust has calls ask the kernel that could be answered from what is known, until
// one has that is sent from now on. Something has reached the process by another way
// than the kernel's messages: with it may come the news of a change.
func (c *Client) distrust() { c.doubt = c.now() }

// described is the description that r, a call on a fd, may be answered from.
func (c *Client) described(r *sys.Request) *description {
	if c.plain || r.Args[0] > 1<<31 {
		return nil
	}
	return c.fds.get(uint32(r.Args[0])).desc
}

// fileCall answers what can be answered of a call of a file's, or sends it. ok is
// false for a call that is to take the common way.
func (c *Client) fileCall(r *sys.Request, done func(sys.Reply)) (reply sys.Reply, answered, ok bool) {
	switch r.Op {
	case sys.OpClose:
		c.settleLent(r.Args[0])
	case sys.OpDup, sys.OpRenumber:
		c.settleLent(r.Args[0])
		c.settleLent(r.Args[1])
	case sys.OpOpen:
		if strings.Contains(r.Path, "dev/") || strings.Contains(r.Path, "proc/") {
			c.settleLentAll() // it may be a name of what is open already
		}
	}
	d := c.described(r)
	if d == nil && r.Op == sys.OpWrite && len(c.files) > 0 {
		if id := c.toOwn(r); id != 0 {
			c.own(r, id, done)
			return reply, false, true
		}
	}
	if d == nil {
		c.around(r)
		return reply, false, false
	}
	switch r.Op {
	case sys.OpRead:
		if d.flags&sys.ORead != 0 {
			reply, answered = c.readFile(d, d.off, true, r, done)
			return reply, answered, true
		}
	case sys.OpPRead:
		if d.flags&sys.ORead != 0 && int64(r.Args[2]) >= 0 {
			reply, answered = c.readFile(d, int64(r.Args[2]), false, r, done)
			return reply, answered, true
		}
	case sys.OpWrite:
		if r.Args[1] != 0 {
			d.forget()
			c.settle(d) // what stands there already is for the kernel to see
		} else if d.flags&sys.OWrite != 0 {
			reply, answered = c.writeFile(d, d.off, true, r, done)
			return reply, answered, true
		}
	case sys.OpPWrite:
		if d.flags&sys.OWrite != 0 && int64(r.Args[2]) >= 0 {
			reply, answered = c.writeFile(d, int64(r.Args[2]), false, r, done)
			return reply, answered, true
		}
	case sys.OpSeek:
		reply, answered = c.seek(d, r)
		return reply, answered, answered
	case sys.OpFSetAttr, sys.OpAllocate:
		d.forget()
	case sys.OpSetFD:
		if sys.OpenFlag(r.Args[1])&sys.OAppend != 0 {
			c.settle(d)
		}
	}
	return reply, false, false
}

// around sees to it that a call which is not of one description leaves what is known
// as it should be.
func (c *Client) around(r *sys.Request) {
	switch r.Op {
	case sys.OpWrite, sys.OpPWrite:
		if r.Args[0] > 1<<31 {
			return
		}
		switch state := c.fds.get(uint32(r.Args[0])); {
		case state.of != nil:
			state.of.forget()
		case state.file:
			// It may be any of them.
			for _, f := range c.files {
				f.forget()
			}
		}
	case sys.OpSpawn:
		// The child shares the offsets of what it gets.
		c.settleAll()
	}
}

// settle gives the offset of d to the kernel, which keeps it from now on.
func (c *Client) settle(d *description) {
	told := false
	for fd := range c.fds.all() {
		state := c.fds.get(fd)
		if state.desc != d {
			continue
		}
		if !told {
			c.sayAll()
			state.unsaid = false
			c.follow(&sys.Request{Op: sys.OpSeek, Args: [6]uint64{uint64(fd), uint64(d.off), uint64(sys.SeekSet), min(d.lent, 1)}})
			told = true
		}
		state.desc = nil
		c.fds.set(fd, state)
	}
}

func (c *Client) settleAll() {
	for fd := range c.fds.all() {
		if d := c.fds.get(fd).desc; d != nil {
			c.settle(d)
		}
	}
}

// seek answers a move of d's offset; ok is false if it takes the file's size, and that
// is not known.
func (c *Client) seek(d *description, r *sys.Request) (reply sys.Reply, ok bool) {
	off, base := int64(r.Args[1]), int64(0)
	switch sys.Whence(r.Args[2]) {
	case sys.SeekSet:
	case sys.SeekCur:
		base = d.off
	case sys.SeekEnd:
		if !d.held || !c.fresh() {
			return reply, false // the kernel is asked
		}
		base = d.size
	default:
		return reply, false
	}
	switch {
	case off > 0 && base > math.MaxInt64-off:
		reply.Errno = errno.EOVERFLOW
	case base+off < 0:
		reply.Errno = errno.EINVAL
	default:
		d.off = base + off
		reply.Vals[0] = uint64(d.off)
	}
	return reply, true
}

// openedFile takes what the kernel says of a file that has been opened by w.
func (c *Client) openedFile(w *waiter, r *sys.Reply) {
	fd, id := uint32(r.Vals[0]), r.Vals[2]
	first := r.Data
	if slices.Contains(w.changed, id) {
		first = nil // it was read before
	}
	r.Data, r.Vals[2] = nil, 0
	info, flags := sys.FDInfo(r.Vals[1]), sys.OpenFlag(w.args[1])
	r.Vals[1] &^= uint64(sys.InfoSure | sys.InfoNamed)
	if id == 0 || c.plain {
		c.enter(fd, info)
		c.newFeed(fd, info, flags)
		c.learnName(w, fd, info)
		return
	}
	f := c.files[id]
	if f == nil {
		f = &file{id: id}
		c.files[id] = f
	}
	same := len(first) >= 8 && f.held && flags&sys.OTrunc == 0 && f.size == int64(binary.LittleEndian.Uint64(first))
	if !same {
		f.forget()
	}
	if len(first) >= 8 && !same {
		f.held = true
		f.size = int64(binary.LittleEndian.Uint64(first))
		f.data.reset(0, first[8:])
	}
	c.learnMode(w, f)
	c.describe(fd, info, f, flags)
	c.learnName(w, fd, info)
}

// describe sets what is known of fd, which is open on f from now on.
func (c *Client) describe(fd uint32, info sys.FDInfo, f *file, flags sys.OpenFlag) {
	c.enter(fd, info)
	state := c.fds.get(fd)
	f.fds++
	state.of = f
	if flags&sys.OAppend == 0 {
		state.desc = &description{file: f, flags: flags, window: firstAhead}
	}
	c.fds.set(fd, state)
}

// whole reports whether all of f is known, and that is more than comes with its opening.
func (f *file) whole() bool {
	return f.held && f.size > firstAhead && f.data.covers(0, f.size)
}

// spare sees to it that what is known of files does not take too much memory, now that
// there is more of f.
func (c *Client) spare(f *file) {
	total := 0
	for _, of := range c.files {
		total += of.data.held()
	}
	if total <= ownCopies {
		return
	}
	for _, of := range c.files {
		if of == f {
			continue
		}
		of.data = nil
		if of.fds == 0 && of.dir == nil {
			c.release(of)
		}
	}
}

// dropped is told that a number of the open file of state is no more.
func (c *Client) dropped(state fdState) {
	if state.feed != nil {
		c.starve(state.feed)
	}
	if state.loan != nil {
		c.giveUp(state.loan)
		c.flushOut()
	}
	if f := state.of; f != nil {
		if f.fds--; f.fds == 0 && !f.retained {
			f.gone = true
			delete(c.files, f.id)
		}
	}
}

// changed is told that a file is no longer as it was said to be, or with id 0 that the
// names are to be given back.
func (c *Client) changed(id uint64) {
	for n, w := range c.waiting {
		if w.op == sys.OpOpen || w.op == sys.OpNames || w.op == sys.OpStat { // which may have been answered before that
			w.changed = append(w.changed, id)
			c.waiting[n] = w
		}
	}
	if f := c.files[id]; f != nil {
		f.forget()
	}
	if id == c.attributes.id && id != 0 {
		c.attributes.forget()
		c.attributes.need = asksRarely
	}
	if id == 0 {
		c.recalled()
	}
}
