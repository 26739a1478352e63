package wasi

import (
	"unicode/utf8"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// lookupFollow is preview 1's only look-up flag.
const lookupFollow = 1

// lookup checks a directory, look-up flags and a path, and says how the kernel is to
// look it up.
func (a *ABI) lookup(fd uint64, need rights, flags, p, n uint64) (sys.AtFlag, string, errno.Errno) {
	d, e := a.dir(fd, need)
	if e != 0 {
		return 0, "", e
	}
	if uint32(flags)&^lookupFollow != 0 {
		return 0, "", errno.EINVAL
	}
	path, e := a.path(p, n)
	if e != 0 {
		return 0, "", e
	}
	at := d.at
	if uint32(flags)&lookupFollow == 0 {
		at |= sys.AtNoFollow
	}
	return at, path, 0
}

// onPath asks for a call that takes a directory in s[0], a path in s[1] and s[2],
// and has no results.
func (a *ABI) onPath(s []uint64, op sys.Op, need rights, mode uint64) errno.Errno {
	at, path, e := a.lookup(s[0], need, 0, s[1], s[2])
	if e != 0 {
		return e
	}
	e = a.ask(op, onlyErrno, uint64(uint32(s[0])), 0, mode, uint64(at))
	a.req.Path = path
	return e
}

// The permissions of what a guest makes, before the umask: WASI has none.
const (
	dirMode  = 0o777
	fileMode = 0o666
)

func pathCreateDirectory(a *ABI, s []uint64) errno.Errno {
	return a.onPath(s, sys.OpMkdir, rightCreateDirectory, dirMode)
}

func pathRemoveDirectory(a *ABI, s []uint64) errno.Errno {
	return a.onPath(s, sys.OpRmdir, rightRemoveDirectory, 0)
}

func pathUnlinkFile(a *ABI, s []uint64) errno.Errno {
	return a.onPath(s, sys.OpUnlink, rightUnlinkFile, 0)
}

func pathFilestatSetTimes(a *ABI, s []uint64) errno.Errno {
	at, path, e := a.lookup(s[0], rightPathSetTimes, s[1], s[2], s[3])
	if e != 0 {
		return e
	}
	attr, e := times(s[4], s[5], s[6])
	if e != 0 {
		return e
	}
	e = a.setAttr(sys.OpSetAttr, uint64(uint32(s[0])), &attr)
	a.req.Path = path
	a.req.Args[3] = uint64(at)
	return e
}

// twoPaths asks for a call on two paths, which share their look-up flags: a
// call that touches the preopened root is looked up as from there.
func (a *ABI) twoPaths(op sys.Op, at sys.AtFlag, fd uint64, path string, atTo sys.AtFlag, fdTo uint64, pathTo string) errno.Errno {
	if (at^atTo)&sys.AtBeneath != 0 {
		at = (at | atTo) &^ sys.AtBeneath
	}
	e := a.ask(op, onlyErrno, uint64(uint32(fd)), uint64(uint32(fdTo)), 0, uint64(at))
	a.req.Path = path
	a.req.Data = []byte(pathTo)
	return e
}

func pathLink(a *ABI, s []uint64) errno.Errno {
	at, path, e := a.lookup(s[0], rightLinkSource, s[1], s[2], s[3])
	if e != 0 {
		return e
	}
	atTo, pathTo, e := a.lookup(s[4], rightLinkTarget, s[1], s[5], s[6])
	if e != 0 {
		return e
	}
	return a.twoPaths(sys.OpLink, at, s[0], path, atTo, s[4], pathTo)
}

func pathRename(a *ABI, s []uint64) errno.Errno {
	at, path, e := a.lookup(s[0], rightRenameSource, 0, s[1], s[2])
	if e != 0 {
		return e
	}
	atTo, pathTo, e := a.lookup(s[3], rightRenameTarget, 0, s[4], s[5])
	if e != 0 {
		return e
	}
	return a.twoPaths(sys.OpRename, at, s[0], path, atTo, s[3], pathTo)
}

func pathSymlink(a *ABI, s []uint64) errno.Errno {
	target, e := a.path(s[0], s[1])
	if e != 0 {
		return e
	}
	at, path, e := a.lookup(s[2], rightSymlink, 0, s[3], s[4])
	if e != 0 {
		return e
	}
	if at&sys.AtBeneath != 0 && target[0] == '/' {
		return errno.EPERM // nobody could follow it from this directory
	}
	e = a.ask(sys.OpSymlink, onlyErrno, uint64(uint32(s[2])), 0, 0, uint64(at))
	a.req.Path, a.req.Data = path, []byte(target)
	return e
}

func pathReadlink(a *ABI, s []uint64) errno.Errno {
	at, path, e := a.lookup(s[0], rightReadlink, 0, s[1], s[2])
	if e != 0 {
		return e
	}
	if !a.covers(s[3], uint64(uint32(s[4]))) || !a.covers(s[5], 4) {
		return errno.EFAULT
	}
	e = a.ask(sys.OpReadlink, didReadlink, uint64(uint32(s[0])), 0, 0, uint64(at))
	a.req.Path = path
	return e
}

func didReadlink(a *ABI, s []uint64, r *sys.Reply) errno.Errno {
	if r.Errno != 0 {
		return r.Errno
	}
	target := r.Data
	if n := uint64(uint32(s[4])); uint64(len(target)) > n {
		target = target[:n]
		// What is cut in the midst of a character is cut before it.
		for len(target) > 0 && !utf8.Valid(target) && utf8.Valid(r.Data) {
			target = target[:len(target)-1]
		}
	}
	if e := a.write(s[3], target); e != 0 {
		return e
	}
	return a.writeU32(s[5], uint32(len(target)))
}

// preview 1's flags of path_open.
const (
	openCreate = 1 << iota
	openDirectory
	openExclusive
	openTruncate

	openAll = openCreate | openDirectory | openExclusive | openTruncate
)

// pathOpen has fd, look-up flags, path, path's length, open flags, base rights,
// inheriting rights, fd flags and the place for the result.
func pathOpen(a *ABI, s []uint64) errno.Errno {
	oflags, fdflags := uint32(s[4]), uint32(s[7])
	base, inheriting := rights(s[5]), rights(s[6])
	need := rightOpen
	if oflags&openCreate != 0 {
		need |= rightCreateFile
	}
	if oflags&openTruncate != 0 {
		need |= rightPathSetSize
	}
	at, path, e := a.lookup(s[0], need, s[1], s[2], s[3])
	if e != 0 {
		return e
	}
	if oflags&^openAll != 0 || fdflags&^flagAll != 0 ||
		oflags&(openCreate|openDirectory) == openCreate|openDirectory {
		return errno.EINVAL
	}
	if !a.covers(s[8], 4) {
		return errno.EFAULT
	}
	parent, e := a.dir(s[0], need)
	if e != 0 {
		return e // another thread has closed it
	}
	flags := toOpenFlags(uint16(fdflags))
	if base&(rightRead|rightReaddir) != 0 {
		flags |= sys.ORead
	}
	// To cut a file is to write to it, whatever may be done to it afterwards.
	if base&rightWrite != 0 || oflags&openTruncate != 0 {
		flags |= sys.OWrite
	}
	// A file without rights is opened to be read, as open(2) knows nothing less;
	// its rights keep it from being read.
	if flags&sys.OAccess == 0 {
		flags |= sys.ORead
	}
	for _, m := range [...]struct {
		wasi uint32
		open sys.OpenFlag
	}{
		{openCreate, sys.OCreate},
		{openDirectory, sys.ODirectory},
		{openExclusive, sys.OExcl},
		{openTruncate, sys.OTrunc},
	} {
		if oflags&m.wasi != 0 {
			flags |= m.open
		}
	}
	a.opened = descriptor{
		flags:      flags & (sys.OAccess | sys.OStatus),
		at:         sys.AtBeneath,
		base:       base &^ parent.deniedBelow,
		inheriting: inheriting & parent.inheriting,
		denied:     parent.deniedBelow, deniedBelow: parent.deniedBelow,
	}
	e = a.ask(sys.OpOpen, didOpen, uint64(uint32(s[0])), uint64(flags|sys.OCloexec), fileMode, uint64(at))
	a.req.Path = path
	return e
}

func didOpen(a *ABI, s []uint64, r *sys.Reply) errno.Errno {
	if r.Errno != 0 {
		return r.Errno
	}
	d := a.opened
	d.info = sys.FDInfo(r.Vals[1])
	d.base &= applicable(d.info)
	if d.info.Type() != sys.TypeDirectory {
		d.inheriting = 0
	}
	a.set(uint32(r.Vals[0]), d)
	return a.writeU32(s[8], uint32(r.Vals[0]))
}
