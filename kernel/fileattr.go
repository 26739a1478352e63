package kernel

import (
	"math"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

func sysSeek(c *call) verdict {
	f, ok := c.use(c.r.Args[0])
	switch {
	case !ok:
		return c.fail(errno.EBADF)
	case f.info&sys.InfoSeek == 0 && f.info.Type() != sys.TypeDirectory:
		return c.fail(errno.ESPIPE)
	case c.r.Args[2] > uint64(sys.SeekEnd):
		return c.fail(errno.EINVAL)
	case f.stream != nil:
		return c.ok(0) // a device that has an offset and ignores it
	}
	gives := c.r.Args[3] == 1
	switch {
	case gives && !f.ownedBy(c.p):
		return c.ok() // it was taken from the caller before
	case c.elsewhere(f):
		return c.wait(&f.owned)
	}
	if number := c.r.Args[4]; c.mayOwn(number) {
		return c.owning(number, seekFile)
	}
	return c.goOutside(func(c *call) {
		seekFile(c)
		if gives {
			c.k.lock()
			defer c.k.unlock()
			if c.f.ownedBy(c.p) {
				c.f.disown()
			}
		}
	})
}

func seekFile(c *call) {
	f := c.f
	f.mu.Lock()
	defer f.mu.Unlock()
	off, base := int64(c.r.Args[1]), int64(0)
	switch sys.Whence(c.r.Args[2]) {
	case sys.SeekCur:
		base = f.off
	case sys.SeekEnd:
		st, err := c.place().Stat()
		if err != nil {
			c.failErr(err)
			return
		}
		base = int64(st.Size)
	}
	switch {
	case off > 0 && base > math.MaxInt64-off:
		c.fail(errno.EOVERFLOW)
	case base+off < 0:
		c.fail(errno.EINVAL)
	default:
		f.off = base + off
		c.ok(uint64(f.off))
	}
}

func sysFStat(c *call) verdict {
	f, ok := c.use(c.r.Args[0])
	if !ok {
		return c.fail(errno.EBADF)
	}
	if f.stream != nil && f.place.IsZero() {
		st := f.stream.stat()
		c.ok()
		c.reply.Data = st.Append(nil)
		return ended
	}
	return c.goOutside(func(c *call) { c.statReply(c.place().Stat()) })
}

// statReply ends the call with a description.
func (c *call) statReply(st sys.Stat, err error) {
	c.failErr(err)
	if err == nil {
		c.reply.Data = st.Append(nil)
	}
}

func sysFSetAttr(c *call) verdict {
	a, err := sys.DecodeSetAttr(c.r.Data)
	if err != nil {
		return c.fail(errno.EINVAL)
	}
	f, ok := c.use(c.r.Args[0])
	switch {
	case !ok:
		return c.fail(errno.EBADF)
	case a.Set&sys.AttrSize != 0 && (f.stream != nil || f.flags&sys.OWrite == 0 || int64(a.Size) < 0):
		return c.fail(errno.EINVAL)
	case f.readOnly:
		return c.fail(errno.EROFS)
	case f.place.IsZero():
		return c.fail(errno.EINVAL)
	case c.longer(a):
		return c.tooLong()
	}
	return c.goOutside(func(c *call) { c.failErr(c.place().SetAttr(a)) })
}

// longer reports whether a makes a file longer than it may be.
func (c *call) longer(a sys.SetAttr) bool {
	return c.fileMax != 0 && a.Set&sys.AttrSize != 0 && a.Size > c.fileMax
}

func sysAllocate(c *call) verdict {
	f, ok := c.use(c.r.Args[0])
	off, n := c.r.Args[1], c.r.Args[2]
	switch {
	case !ok || f.flags&sys.OWrite == 0:
		return c.fail(errno.EBADF)
	case f.info.Type() == sys.TypeFIFO:
		return c.fail(errno.ESPIPE)
	case f.stream != nil || f.info.Type() != sys.TypeRegular:
		return c.fail(errno.ENODEV)
	case n == 0 || int64(off) < 0 || int64(n) < 0:
		return c.fail(errno.EINVAL)
	case off > math.MaxInt64-n:
		return c.fail(errno.EFBIG)
	case c.fileMax != 0 && off+n > c.fileMax:
		return c.tooLong()
	}
	return c.goOutside(func(c *call) {
		st, err := c.place().Stat()
		if err == nil && st.Size < off+n {
			err = c.place().SetAttr(sys.SetAttr{Set: sys.AttrSize, Size: off + n})
		}
		c.failErr(err)
	})
}

func sysSync(c *call) verdict {
	f, ok := c.use(c.r.Args[0])
	if !ok {
		return c.fail(errno.EBADF)
	}
	if f.stream != nil {
		if f.info.Type() == sys.TypeFIFO {
			return c.fail(errno.EINVAL)
		}
		return c.ok()
	}
	return c.goOutside(func(c *call) {
		var err error
		if s, ok := c.place().Node().(vfs.Syncer); ok {
			err = s.Sync()
		}
		c.failErr(err)
	})
}
