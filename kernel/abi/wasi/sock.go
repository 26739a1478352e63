package wasi

import (
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// Preview 1 makes no sockets: a guest accepts connections of a listening one that it
// began with.

// socket finds an open socket. A directory is EBADF, as with every call that is for
// streams: a program that was given none may find one of the preopened there.
func (a *ABI) socket(fd uint64, need rights) errno.Errno {
	d, e := a.get(fd, need)
	switch {
	case e != 0:
		return e
	case d.info.Type() == sys.TypeDirectory:
		return errno.EBADF
	case d.info.Type() != sys.TypeSocket:
		return errno.ENOTSOCK
	}
	return 0
}

// sockAccept has fd, the fd flags of the connection and the place for its number.
func sockAccept(a *ABI, s []uint64) errno.Errno {
	if e := a.socket(s[0], rightAccept); e != 0 {
		return e
	}
	if uint32(s[1])&^flagNonblock != 0 {
		return errno.EINVAL
	}
	if !a.covers(s[2], 4) {
		return errno.EFAULT
	}
	flags := toOpenFlags(uint16(s[1])) | sys.OCloexec
	return a.ask(sys.OpAccept, accepted, uint64(uint32(s[0])), uint64(flags))
}

func accepted(a *ABI, s []uint64, r *sys.Reply) errno.Errno {
	if r.Errno != 0 {
		return r.Errno
	}
	d := descriptor{flags: sys.OAccess | toOpenFlags(uint16(s[1])), info: sys.FDInfo(r.Vals[1]), at: sys.AtBeneath}
	d.base = granted(d.info, d.flags)
	a.set(uint32(r.Vals[0]), d)
	return a.writeU32(s[2], uint32(r.Vals[0]))
}

const recvAll = sys.RecvPeek | sys.RecvWaitAll

// sockRecv has fd, the list of buffers and its length, flags, the place for the count
// and the one for the flags of what came, which a stream has none of.
func sockRecv(a *ABI, s []uint64) errno.Errno {
	if e := a.socket(s[0], rightRead); e != 0 {
		return e
	}
	if uint32(s[3])&^uint32(recvAll) != 0 {
		return errno.EINVAL
	}
	total, e := a.vectors(s[1], s[2])
	if e != 0 {
		return e
	}
	if !a.covers(s[4], 4) || !a.covers(s[5], 2) {
		return errno.EFAULT
	}
	e = a.ask(sys.OpRecv, didRecv, uint64(uint32(s[0])), total, uint64(uint32(s[3])))
	if total > 0 && total <= scratchMax {
		a.req.Dst = a.scratch(total)
	}
	return e
}

func didRecv(a *ABI, s []uint64, r *sys.Reply) errno.Errno {
	if e := a.received(r, s[4]); e != 0 {
		return e
	}
	return a.write(s[5], []byte{0, 0})
}

// sockSend has fd, the list of buffers and its length, flags, of which there are none,
// and the place for the count.
func sockSend(a *ABI, s []uint64) errno.Errno {
	if e := a.socket(s[0], rightWrite); e != 0 {
		return e
	}
	if uint32(s[3]) != 0 {
		return errno.EINVAL
	}
	e := a.send(s, s[4], sys.OpWrite)
	if e == pending {
		a.then = pwrote // has the count in the same place
	}
	return e
}

func sockShutdown(a *ABI, s []uint64) errno.Errno {
	if e := a.socket(s[0], rightShutdown); e != 0 {
		return e
	}
	how := uint32(s[1])
	if how == 0 || how&^uint32(sys.ShutRead|sys.ShutWrite) != 0 {
		return errno.EINVAL
	}
	return a.ask(sys.OpShutdown, onlyErrno, uint64(uint32(s[0])), uint64(how))
}
