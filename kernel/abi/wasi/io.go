package wasi

import (
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// The functions of this file have fd in s[0], the list of buffers in s[1] and
// s[2], the offset in s[3] if they take one, and where to put the count last.

func fdWrite(a *ABI, s []uint64) errno.Errno {
	if _, e := a.writable(s[0]); e != 0 {
		return e
	}
	return a.send(s, s[3], sys.OpWrite)
}

func fdPwrite(a *ABI, s []uint64) errno.Errno {
	d, e := a.writable(s[0])
	if e == 0 {
		e = d.positioned(s[3])
	}
	if e != 0 {
		return e
	}
	return a.send(s, s[4], sys.OpPWrite)
}

// positioned checks that d has offsets and that off is one.
func (d *descriptor) positioned(off uint64) errno.Errno {
	switch {
	case d.info&sys.InfoSeek == 0:
		return errno.ESPIPE
	case int64(off) < 0:
		return errno.EINVAL
	}
	return 0
}

func (a *ABI) writable(fd uint64) (*descriptor, errno.Errno) {
	d, e := a.get(fd, rightWrite)
	if e == 0 && d.base&rightWrite == 0 {
		e = errno.EBADF
	}
	return d, e
}

func (a *ABI) send(s []uint64, count uint64, op sys.Op) errno.Errno {
	total, e := a.vectors(s[1], s[2])
	if e != 0 {
		return e
	}
	if !a.covers(count, 4) {
		return errno.EFAULT
	}
	data, e := a.gather(total)
	if e != 0 {
		return e
	}
	r := &a.req
	r.Op, r.Path, r.Data, r.Dst = op, "", data, nil
	r.Args = [6]uint64{uint64(uint32(s[0]))}
	a.then = wrote
	if op == sys.OpPWrite {
		r.Args[2] = s[3]
		a.then = pwrote
	}
	return pending
}

func wrote(a *ABI, s []uint64, r *sys.Reply) errno.Errno {
	if r.Errno != 0 {
		return r.Errno
	}
	return a.writeU32(s[3], uint32(r.Vals[0]))
}

func pwrote(a *ABI, s []uint64, r *sys.Reply) errno.Errno {
	if r.Errno != 0 {
		return r.Errno
	}
	return a.writeU32(s[4], uint32(r.Vals[0]))
}

func fdRead(a *ABI, s []uint64) errno.Errno {
	if _, e := a.readable(s[0]); e != 0 {
		return e
	}
	return a.receive(s, s[3], sys.OpRead)
}

func fdPread(a *ABI, s []uint64) errno.Errno {
	d, e := a.readable(s[0])
	if e == 0 {
		e = d.positioned(s[3])
	}
	if e != 0 {
		return e
	}
	return a.receive(s, s[4], sys.OpPRead)
}

func (a *ABI) readable(fd uint64) (*descriptor, errno.Errno) {
	d, e := a.get(fd, rightRead)
	switch {
	case e != 0:
	case d.info.Type() == sys.TypeDirectory:
		e = errno.EISDIR
	case d.base&rightRead == 0:
		e = errno.EBADF
	}
	return d, e
}

func (a *ABI) receive(s []uint64, count uint64, op sys.Op) errno.Errno {
	total, e := a.vectors(s[1], s[2])
	if e != 0 {
		return e
	}
	if !a.covers(count, 4) {
		return errno.EFAULT
	}
	if total == 0 {
		return a.writeU32(count, 0)
	}
	r := &a.req
	r.Op, r.Path, r.Data, r.Dst, r.Lend = op, "", nil, nil, true
	r.Args = [6]uint64{uint64(uint32(s[0])), total}
	a.then = didRead
	if op == sys.OpPRead {
		r.Args[2] = s[3]
		a.then = didPread
	}
	if total <= scratchMax {
		r.Dst = a.scratch(total)
	}
	return pending
}

func didRead(a *ABI, s []uint64, r *sys.Reply) errno.Errno { return a.received(r, s[3]) }

func didPread(a *ABI, s []uint64, r *sys.Reply) errno.Errno { return a.received(r, s[4]) }

func (a *ABI) received(r *sys.Reply, count uint64) errno.Errno {
	if r.Errno != 0 {
		return r.Errno
	}
	if e := a.scatter(r.Data); e != 0 {
		return e
	}
	return a.writeU32(count, uint32(len(r.Data)))
}
