package wasi

import (
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

const maxAdvice = 5 // noreuse

func fdAdvise(a *ABI, s []uint64) errno.Errno {
	d, e := a.get(s[0], rightAdvise)
	switch {
	case e != 0:
		return e
	case uint32(s[3]) > maxAdvice || int64(s[1]) < 0 || int64(s[2]) < 0:
		return errno.EINVAL
	case d.info.Type() == sys.TypeDirectory:
		return errno.EBADF
	case d.info&sys.InfoSeek == 0:
		return errno.ESPIPE
	}
	return 0
}

func fdAllocate(a *ABI, s []uint64) errno.Errno {
	d, e := a.get(s[0], rightAllocate)
	switch {
	case e != 0:
		return e
	case d.info.Type() == sys.TypeDirectory || d.flags&sys.OWrite == 0:
		return errno.EBADF
	case d.info&sys.InfoSeek == 0:
		return errno.ESPIPE
	case s[2] == 0 || int64(s[1]) < 0 || int64(s[2]) < 0:
		return errno.EINVAL
	case int64(s[1]+s[2]) < 0:
		return errno.EFBIG
	}
	return a.ask(sys.OpAllocate, onlyErrno, uint64(uint32(s[0])), s[1], s[2])
}

func fdClose(a *ABI, s []uint64) errno.Errno {
	if _, e := a.get(s[0], 0); e != 0 {
		return e
	}
	// Whatever close(2) says, the descriptor is gone.
	a.fds.take(uint32(s[0]))
	return a.ask(sys.OpClose, onlyErrno, uint64(uint32(s[0])))
}

func fdSync(a *ABI, s []uint64) errno.Errno {
	if _, e := a.get(s[0], rightSync); e != 0 {
		return e
	}
	return a.ask(sys.OpSync, onlyErrno, uint64(uint32(s[0])))
}

func fdDatasync(a *ABI, s []uint64) errno.Errno {
	if _, e := a.get(s[0], rightDatasync); e != 0 {
		return e
	}
	return a.ask(sys.OpSync, onlyErrno, uint64(uint32(s[0])))
}

func fdFdstatGet(a *ABI, s []uint64) errno.Errno {
	d, e := a.get(s[0], 0)
	if e != 0 {
		return e
	}
	var b [24]byte
	b[0] = filetype(d.info.Type())
	le.PutUint16(b[2:], fromOpenFlags(d.flags))
	le.PutUint64(b[8:], uint64(d.base))
	le.PutUint64(b[16:], uint64(d.inheriting))
	return a.write(s[1], b[:])
}

func fdFdstatSetFlags(a *ABI, s []uint64) errno.Errno {
	if _, e := a.get(s[0], rightSetFlags); e != 0 {
		return e
	}
	if uint32(s[1])&^flagAll != 0 {
		return errno.EINVAL
	}
	return a.ask(sys.OpSetFD, flagsSet, uint64(uint32(s[0])), uint64(toOpenFlags(uint16(s[1]))))
}

func flagsSet(a *ABI, s []uint64, r *sys.Reply) errno.Errno {
	if r.Errno == 0 {
		a.fds.change(uint32(s[0]), func(d *descriptor) {
			d.flags = d.flags&^sys.OStatus | toOpenFlags(uint16(s[1]))
		})
	}
	return r.Errno
}

func fdFdstatSetRights(a *ABI, s []uint64) errno.Errno {
	d, e := a.get(s[0], 0)
	if e != 0 {
		return e
	}
	base, inheriting := rights(s[1]), rights(s[2])
	if base&^d.base != 0 || inheriting&^d.inheriting != 0 {
		return errno.ENOTCAPABLE
	}
	a.fds.change(uint32(s[0]), func(d *descriptor) {
		d.denied |= d.base &^ base
		d.deniedBelow |= d.inheriting &^ inheriting
		d.base, d.inheriting = base, inheriting
	})
	return 0
}

func fdFilestatSetSize(a *ABI, s []uint64) errno.Errno {
	d, e := a.get(s[0], rightSetSize)
	switch {
	case e != 0:
		return e
	case d.info.Type() == sys.TypeDirectory || d.flags&sys.OWrite == 0 || int64(s[1]) < 0:
		return errno.EINVAL
	}
	attr := sys.SetAttr{Set: sys.AttrSize, Size: s[1]}
	return a.setAttr(sys.OpFSetAttr, uint64(uint32(s[0])), &attr)
}

// setAttr asks for a change of attributes of fd, or of what is below it.
func (a *ABI) setAttr(op sys.Op, fd uint64, attr *sys.SetAttr) errno.Errno {
	e := a.ask(op, onlyErrno, fd)
	a.req.Data = attr.Append(a.scratch(0))
	return e
}

// The flags that say which times to change.
const (
	setAtime = 1 << iota
	setAtimeNow
	setMtime
	setMtimeNow
)

// times reads the arguments of the functions that set times.
func times(atime, mtime, flags uint64) (attr sys.SetAttr, e errno.Errno) {
	f := uint32(flags)
	if f&^(setAtime|setAtimeNow|setMtime|setMtimeNow) != 0 ||
		f&(setAtime|setAtimeNow) == setAtime|setAtimeNow ||
		f&(setMtime|setMtimeNow) == setMtime|setMtimeNow {
		return attr, errno.EINVAL
	}
	for _, m := range [...]struct {
		flag uint32
		attr sys.AttrSet
	}{
		{setAtime, sys.AttrAtime},
		{setAtimeNow, sys.AttrAtimeNow},
		{setMtime, sys.AttrMtime},
		{setMtimeNow, sys.AttrMtimeNow},
	} {
		if f&m.flag != 0 {
			attr.Set |= m.attr
		}
	}
	attr.Atime, attr.Mtime = int64(atime), int64(mtime)
	if attr.Set&sys.AttrAtime != 0 && attr.Atime < 0 || attr.Set&sys.AttrMtime != 0 && attr.Mtime < 0 {
		return attr, errno.EOVERFLOW
	}
	return attr, 0
}

func fdFilestatSetTimes(a *ABI, s []uint64) errno.Errno {
	if _, e := a.get(s[0], rightSetTimes); e != 0 {
		return e
	}
	attr, e := times(s[1], s[2], s[3])
	if e != 0 {
		return e
	}
	return a.setAttr(sys.OpFSetAttr, uint64(uint32(s[0])), &attr)
}

func fdPrestatGet(a *ABI, s []uint64) errno.Errno {
	d, e := a.get(s[0], 0)
	if e != 0 {
		return e
	}
	if !d.preopen && d.name == "" {
		return errno.EBADF
	}
	var b [8]byte // the tag 0, a directory, and the length of its name
	le.PutUint32(b[4:], uint32(len(d.name)))
	return a.write(s[1], b[:])
}

func fdPrestatDirName(a *ABI, s []uint64) errno.Errno {
	d, e := a.get(s[0], 0)
	if e != 0 {
		return e
	}
	if !d.preopen && d.name == "" {
		return errno.EBADF
	}
	if uint64(uint32(s[2])) < uint64(len(d.name)) {
		return errno.ENAMETOOLONG
	}
	return a.write(s[1], []byte(d.name))
}

func fdRenumber(a *ABI, s []uint64) errno.Errno {
	if _, e := a.get(s[0], 0); e != 0 {
		return e
	}
	if _, e := a.get(s[1], 0); e != 0 {
		return e
	}
	if uint32(s[0]) == uint32(s[1]) {
		return 0
	}
	// Taken away before the kernel does it: afterwards another thread may have
	// been given the number.
	a.opened = a.fds.take(uint32(s[0]))
	return a.ask(sys.OpRenumber, renumbered, uint64(uint32(s[0])), uint64(uint32(s[1])))
}

func renumbered(a *ABI, s []uint64, r *sys.Reply) errno.Errno {
	if r.Errno == 0 {
		a.set(uint32(s[1]), a.opened)
	} else {
		a.set(uint32(s[0]), a.opened)
	}
	return r.Errno
}

func fdSeek(a *ABI, s []uint64) errno.Errno {
	return a.seek(s, uint32(s[2]))
}

// fdSeekOld is fd_seek of preview 0, which counts the places otherwise.
func fdSeekOld(a *ABI, s []uint64) errno.Errno {
	places := [...]sys.Whence{sys.SeekCur, sys.SeekEnd, sys.SeekSet}
	n := uint32(s[2])
	if n >= uint32(len(places)) {
		return errno.EINVAL
	}
	return a.seek(s, uint32(places[n]))
}

func (a *ABI) seek(s []uint64, whence uint32) errno.Errno {
	need := rightSeek
	if whence == uint32(sys.SeekCur) && s[1] == 0 {
		need = rightTell
	}
	if e := a.seekable(s[0], need); e != 0 {
		return e
	}
	if whence > uint32(sys.SeekEnd) {
		return errno.EINVAL
	}
	if !a.covers(s[3], 8) {
		return errno.EFAULT
	}
	return a.ask(sys.OpSeek, sought, uint64(uint32(s[0])), s[1], uint64(whence))
}

func (a *ABI) seekable(fd uint64, need rights) errno.Errno {
	d, e := a.get(fd, need)
	switch {
	case e != 0:
		return e
	case d.info.Type() == sys.TypeDirectory:
		return errno.EBADF
	case d.info&sys.InfoSeek == 0:
		return errno.ESPIPE
	}
	return 0
}

func sought(a *ABI, s []uint64, r *sys.Reply) errno.Errno {
	if r.Errno != 0 {
		return r.Errno
	}
	return a.writeU64(s[3], r.Vals[0])
}

func fdTell(a *ABI, s []uint64) errno.Errno {
	if e := a.seekable(s[0], rightTell); e != 0 {
		return e
	}
	if !a.covers(s[1], 8) {
		return errno.EFAULT
	}
	return a.ask(sys.OpSeek, told, uint64(uint32(s[0])), 0, uint64(sys.SeekCur))
}

func told(a *ABI, s []uint64, r *sys.Reply) errno.Errno {
	if r.Errno != 0 {
		return r.Errno
	}
	return a.writeU64(s[1], r.Vals[0])
}
