package kernel

import (
	"math"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// at is where the path of a call begins that names dirfd and flags. readOnly says that
// nothing may be changed through that directory.
func (p *Process) at(dirfd, flags uint64) (at vfs.At, readOnly bool, e errno.Errno) {
	at = vfs.At{Flags: sys.AtFlag(flags) & (sys.AtNoFollow | sys.AtBeneath | sys.AtGuest), Caller: p}
	if p.strict {
		at.Flags = at.Flags&^sys.AtGuest | sys.AtBeneath
	} else {
		at.Cwd = p.cwd
	}
	if dirfd == sys.AtCwd {
		// All that there is is what the process is shown.
		at.Flags &^= sys.AtBeneath
		at.Dir = p.cwd
		return at, false, 0
	}
	if dirfd&^uint64(math.MaxUint32) == sys.AtNamed {
		dir, ok := p.copies.named(uint32(dirfd))
		if !ok {
			return at, false, errno.EBADF
		}
		return vfs.At{Dir: dir, Flags: sys.AtNoFollow | sys.AtBeneath, Caller: p}, false, 0
	}
	f, ok := p.fd(dirfd)
	switch {
	case !ok:
		return at, false, errno.EBADF
	case f.info.Type() != sys.TypeDirectory:
		return at, false, errno.ENOTDIR
	}
	at.Dir = f.place
	return at, f.readOnly, 0
}

// change has fn change the tree at the path of the call, which goes by its first and
// fourth argument.
func (c *call) change(fn func(c *call, at vfs.At) error) verdict {
	at, readOnly, e := c.p.at(c.r.Args[0], c.r.Args[3])
	switch {
	case e != 0:
		return c.fail(e)
	case readOnly:
		return c.fail(errno.EROFS)
	}
	return c.goOutside(func(c *call) { c.failErr(fn(c, c.look(at))) })
}

func sysOpen(c *call) verdict {
	flags := sys.OpenFlag(c.r.Args[1])
	if c.p.strict && c.r.Args[0] == sys.AtCwd && c.r.Path == bus.Device {
		return c.openedBus(flags)
	}
	at, readOnly, e := c.p.at(c.r.Args[0], c.r.Args[3])
	if e != 0 {
		return c.fail(e)
	}
	if readOnly && flags&(sys.OWrite|sys.OCreate|sys.OTrunc) != 0 {
		return c.fail(errno.EROFS)
	}
	// The table is asked first, so that a call that must fail makes and cuts no file.
	if _, e := c.p.lowest(0); e != 0 {
		return c.fail(e)
	}
	mode := uint32(c.r.Args[2]) & 0o7777 &^ c.p.umask
	return c.goOutside(func(c *call) {
		place, created, err := c.openNode(c.look(at), flags, mode)
		if err == nil {
			err = c.mayReach(place)
		}
		if err != nil {
			c.failErr(err)
		} else {
			c.opened(place, created, flags, readOnly)
		}
		if c.r.Args[5]&sys.OpenNumbered != 0 && c.reply.Errno != 0 && !c.mustWait {
			c.lose()
		}
	})
}

// openedBus gives a process that may reach its preopened directories only a link to the
// bus, which it may have whatever it can reach: a guest of GOOS=js opens files by their
// whole paths alone.
func (c *call) openedBus(flags sys.OpenFlag) verdict {
	n, e := c.p.add(c.p.openBus(flags), flags)
	if e != 0 {
		return c.fail(e)
	}
	return c.ok(uint64(n), uint64(c.p.fds[n].known()))
}

// openNode finds or makes what the call opens.
func (c *call) openNode(at vfs.At, flags sys.OpenFlag, mode uint32) (vfs.Place, bool, error) {
	numbered := c.r.Args[5]&sys.OpenNumbered != 0
	if !numbered || c.r.Args[5]&sys.OpenKept == 0 {
		at.Promised = numbered
		return c.p.fs.OpenNode(at, c.r.Path, flags, mode)
	}
	var err error
	place, ok := vfs.Place{}, false
	if c.p.copies != nil {
		place, ok = c.p.copies.known(c.r.Args[4])
	}
	switch {
	case !ok:
		err = errno.ENOENT
	case flags&sys.OTrunc != 0:
		err = place.SetAttr(sys.SetAttr{Set: sys.AttrSize})
	}
	return place, false, err
}

// opened gives the process an fd on what was opened.
func (c *call) opened(place vfs.Place, created bool, flags sys.OpenFlag, readOnly bool) {
	var info sys.FDInfo
	device := ""
	switch n := place.Node().(type) {
	case vfs.Dir:
		info = sys.FDInfo(sys.TypeDirectory)
	case vfs.Device:
		device = n.Device()
	case vfs.Link:
		info = sys.FDInfo(sys.TypeSymlink)
	default:
		info = sys.FDInfo(sys.TypeRegular) | sys.InfoSeek
		if flags&sys.OWrite != 0 && flags&(sys.OSync|sys.ODsync|sys.ONonblock) == 0 {
			info |= sys.InfoBulk
		}
		if _, ok := n.(vfs.Flusher); ok && flags&sys.OWrite != 0 {
			info |= sys.InfoFlush
		}
		if place.MayWait() {
			info |= sys.InfoSlow
		}
	}
	holder, _ := place.Node().(vfs.Holder)
	if holder != nil && device == "" {
		holder.Hold()
	}
	var kept *fileCopy
	var first []byte
	var sure sys.FDInfo // it is for this process alone
	if device == "" && info&sys.InfoSeek != 0 {
		if kept = c.keep(place, c.r.Args[4]); kept != nil {
			switch {
			case c.r.Args[5]&sys.OpenNumbered == 0:
				first = kept.first(flags, c.r.Args[5])
			case c.r.Args[5]&sys.OpenKept != 0:
				kept.file.Watch(kept) // what else there is to know the process knows
			default:
				if !kept.isEmpty() {
					kept.Changed() // by somebody who was quicker
				}
			}
		}
	}
	c.k.lock()
	defer c.k.unlock()
	var f *openFile
	if device != "" {
		var e errno.Errno
		if f, e = c.p.openDevice(device, flags); e != 0 {
			c.fail(e)
			return
		}
		if f.place.IsZero() && f.refs == 1 && f.info.Type() == sys.TypeCharDevice {
			f.place = place
		}
	} else {
		l := &c.p.limits
		if kept != nil && info&sys.InfoBulk != 0 && l.FileSize == 0 && l.Output == 0 && kept.list.promise(place.FS()) {
			sure = sys.InfoSure
		}
		f = c.k.newFile(flags, info)
		f.place, f.held, f.readOnly = place, holder, readOnly
		f.copy.Store(kept)
	}
	if c.gone {
		f.release()
		return
	}
	n, e := c.add(f, flags)
	if e != 0 {
		c.fail(e)
		return
	}
	c.ok(uint64(n), uint64(c.p.fds[n].known()))
	if kept != nil {
		c.reply.Vals[1] |= uint64(sure | kept.list.found(place, flags&sys.OTrunc != 0 && !created))
		c.reply.Vals[2], c.reply.Data = kept.id, first
	}
}

func sysStat(c *call) verdict {
	at, _, e := c.p.at(c.r.Args[0], c.r.Args[3])
	if e != 0 {
		return c.fail(e)
	}
	leased := c.lease()
	return c.goOutside(func(c *call) {
		at := c.look(at)
		place, err := c.p.fs.Walk(at, c.r.Path)
		if err != nil {
			c.failErr(err)
			return
		}
		st, err := place.For(at.Context).Stat()
		if d, ok := place.Node().(vfs.Device); ok && err == nil {
			st = c.p.deviceStat(d.Device(), st)
		}
		c.statReply(st, err)
		if leased && err == nil {
			c.besides(at)
		}
	})
}

func sysSetAttr(c *call) verdict {
	a, err := sys.DecodeSetAttr(c.r.Data)
	if err != nil || a.Set&sys.AttrSize != 0 && int64(a.Size) < 0 {
		return c.fail(errno.EINVAL)
	}
	if c.longer(a) {
		return c.tooLong()
	}
	return c.change(func(c *call, at vfs.At) error { return c.p.fs.SetAttr(at, c.r.Path, a) })
}

func sysMkdir(c *call) verdict {
	mode := uint32(c.r.Args[2]) & 0o7777 &^ c.p.umask
	return c.change(func(c *call, at vfs.At) error { return c.p.fs.Mkdir(at, c.r.Path, mode) })
}

func sysRmdir(c *call) verdict {
	return c.change(func(c *call, at vfs.At) error { return c.p.fs.Rmdir(at, c.r.Path) })
}

func sysUnlink(c *call) verdict {
	return c.change(func(c *call, at vfs.At) error { return c.p.fs.Unlink(at, c.r.Path) })
}

func sysSymlink(c *call) verdict {
	return c.change(func(c *call, at vfs.At) error { return c.p.fs.Symlink(at, c.r.Path, string(c.r.Data)) })
}

// second is where the second path of a call begins, that of its second argument.
func (c *call) second(at vfs.At) (vfs.At, errno.Errno) {
	to, readOnly, e := c.p.at(c.r.Args[1], uint64(at.Flags))
	if e == 0 && readOnly {
		e = errno.EROFS
	}
	return to, e
}

func sysRename(c *call) verdict {
	to, e := c.second(vfs.At{Flags: sys.AtFlag(c.r.Args[3])})
	if e != 0 {
		return c.fail(e)
	}
	return c.change(func(c *call, at vfs.At) error { return c.p.fs.Rename(at, c.r.Path, c.look(to), string(c.r.Data)) })
}

func sysLink(c *call) verdict {
	to, e := c.second(vfs.At{Flags: sys.AtFlag(c.r.Args[3])})
	if e != 0 {
		return c.fail(e)
	}
	return c.change(func(c *call, at vfs.At) error { return c.p.fs.Link(at, c.r.Path, c.look(to), string(c.r.Data)) })
}

func sysReadlink(c *call) verdict {
	at, _, e := c.p.at(c.r.Args[0], c.r.Args[3])
	if e != 0 {
		return c.fail(e)
	}
	return c.goOutside(func(c *call) {
		target, err := c.p.fs.Readlink(c.look(at), c.r.Path)
		c.failErr(err)
		if err == nil {
			c.reply.Data = []byte(target)
		}
	})
}

func sysChdir(c *call) verdict {
	at, _, e := c.p.at(sys.AtCwd, 0)
	if e != 0 {
		return c.fail(e)
	}
	return c.goOutside(func(c *call) {
		place, err := c.p.fs.WalkDir(c.look(at), c.r.Path)
		if err == nil {
			err = place.MaySearch()
		}
		if err == nil {
			c.k.lock()
			c.p.cwd = place
			c.k.unlock()
		}
		c.failErr(err)
	})
}

func sysGetcwd(c *call) verdict {
	cwd := c.p.cwd
	return c.goOutside(func(c *call) {
		path, err := c.p.fs.Path(cwd)
		c.failErr(err)
		if err == nil {
			c.reply.Data = []byte(path)
		}
	})
}

func sysUmask(c *call) verdict {
	old := c.p.umask
	c.p.umask = uint32(c.r.Args[0]) & 0o777
	return c.ok(uint64(old))
}

func sysStatfs(c *call) verdict {
	at, _, e := c.p.at(sys.AtCwd, 0)
	if e != 0 {
		return c.fail(e)
	}
	return c.goOutside(func(c *call) {
		place, err := c.p.fs.Walk(c.look(at), c.r.Path)
		if err != nil {
			c.failErr(err)
			return
		}
		c.ok()
		if s, ok := place.FS().(vfs.Space); ok {
			total, free := s.Space()
			c.ok(total, free, s.Nodes())
		}
		c.reply.Data = []byte(place.FS().Type())
	})
}
