package kernel

import (
	"math"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// maxRead is the most that one read returns, so that a wild size costs no memory
// and a reply fits a frame.
const maxRead = 16 << 20

// room is how many bytes c may be given.
func (c *call) room(arg uint64) int {
	n := min(arg, maxRead)
	if c.r.Dst != nil {
		n = min(n, uint64(len(c.r.Dst)))
	}
	return int(n)
}

// buffer is where n bytes for c go.
func (c *call) buffer(n int) []byte {
	if c.r.Dst != nil {
		return c.r.Dst[:n]
	}
	return make([]byte, n)
}

func sysRead(c *call) verdict {
	f, ok := c.use(c.r.Args[0])
	if !ok || f.flags&sys.ORead == 0 {
		return c.unreadable(f)
	}
	if f.stream != nil {
		n := c.r.Args[1]
		if ahead := c.r.Args[2]; ahead != 0 && n != 0 && c.alone(f) {
			n += min(ahead, maxRead)
		}
		return f.stream.read(c, c.room(n))
	}
	if c.elsewhere(f) {
		return c.wait(&f.owned)
	}
	if number := c.r.Args[3]; c.mayOwn(number) {
		return c.owning(number, readFile)
	}
	return c.goOutside(readFile)
}

// alone reports whether nobody but the caller can read what f is the end of: then
// it may be given more than it asks for.
func (c *call) alone(f *openFile) bool {
	switch f.stream.(type) {
	case pipeReader, *busFile:
	default:
		return false
	}
	refs := f.refs
	if c.pinned {
		refs--
	}
	return refs == 1
}

// unreadable is the end of a read from f, which cannot be read.
func (c *call) unreadable(f *openFile) verdict {
	if f != nil && f.info.Type() == sys.TypeDirectory {
		return c.fail(errno.EISDIR)
	}
	return c.fail(errno.EBADF)
}

func readFile(c *call) {
	f := c.f
	f.mu.Lock()
	defer f.mu.Unlock()
	if c.readAt(f.off) {
		f.off += int64(len(c.reply.Data))
	}
}

// readAt reads from the call's node and reports whether that went well.
func (c *call) readAt(off int64) bool {
	file, ok := c.place().Node().(vfs.File)
	if !ok {
		if c.place().IsDir() {
			c.fail(errno.EISDIR)
		} else {
			c.fail(errno.EBADF)
		}
		return false
	}
	n := c.room(c.r.Args[1])
	if c.r.Dst == nil && n > 64<<10 {
		// Memory is taken for what is there, not for what was asked for.
		st, err := file.Stat()
		if err != nil {
			c.failErr(err)
			return false
		}
		if left := int64(st.Size) - off; left < int64(n) {
			n = int(max(left, 512))
		}
	}
	buf := c.buffer(n)
	n, err := file.ReadAt(buf, off)
	if err != nil && n == 0 {
		c.failErr(err)
		return false
	}
	c.ok()
	c.reply.Data = buf[:n]
	return true
}

func sysPRead(c *call) verdict {
	f, ok := c.use(c.r.Args[0])
	switch {
	case !ok || f.flags&sys.ORead == 0:
		return c.unreadable(f)
	case f.stream != nil && f.info&sys.InfoSeek == 0:
		return c.fail(errno.ESPIPE)
	case int64(c.r.Args[2]) < 0:
		return c.fail(errno.EINVAL)
	case f.stream != nil:
		return f.stream.read(c, c.room(c.r.Args[1]))
	}
	return c.goOutside(func(c *call) {
		if f := c.f.copyOf(c.p); c.r.Args[3] != 0 && f != nil {
			c.readCopy(f, int64(c.r.Args[2]))
			return
		}
		c.readAt(int64(c.r.Args[2]))
	})
}

func sysWrite(c *call) verdict {
	f, ok := c.use(c.r.Args[0])
	if !ok || f.flags&sys.OWrite == 0 {
		return c.fail(errno.EBADF)
	}
	if c.sent == 0 {
		f.line(c)
	}
	if f.stream != nil {
		return f.stream.write(c, c.r.Data[c.sent:])
	}
	if c.elsewhere(f) {
		return c.wait(&f.owned)
	}
	return c.goOutside(writeFile)
}

// line puts a line break before what c writes, if it is to begin a line, and remembers
// whether a line is unfinished afterwards.
func (f *openFile) line(c *call) {
	if c.r.Args[1]&sys.WriteOwnLine != 0 && f.unfinished {
		r := *c.r
		r.Data = append([]byte{'\n'}, r.Data...)
		c.r = &r
	}
	if n := len(c.r.Data); n > 0 {
		f.unfinished = c.r.Data[n-1] != '\n'
	}
}

// writeFile writes to a file at its offset, or at its end.
func writeFile(c *call) {
	f := c.f
	f.mu.Lock()
	defer f.mu.Unlock()
	file, ok := c.place().Node().(vfs.File)
	if !ok {
		c.fail(errno.EBADF)
		return
	}
	var n int
	var err error
	if c.flags&sys.OAppend != 0 {
		var end int64
		data, ok := c.r.Data, true
		if c.fileMax != 0 {
			var st sys.Stat
			if st, err = file.Stat(); err == nil {
				data, ok = c.fitting(int64(st.Size))
			}
		}
		if !ok {
			return
		}
		if err == nil {
			end, err = vfs.Append(file, c.by(), data)
		}
		if err == nil {
			n, f.off = len(data), end
		}
	} else {
		if f.off > math.MaxInt64-int64(len(c.r.Data)) {
			c.fail(errno.EFBIG)
			return
		}
		data, ok := c.fitting(f.off)
		if !ok {
			return
		}
		n, err = vfs.WriteAt(file, c.by(), data, f.off)
		f.off += int64(n)
	}
	c.wrote(n, err)
}

// wrote ends a write to a file. What has been written counts before the error: the
// next call will meet it.
func (c *call) wrote(n int, err error) {
	if err != nil && n == 0 {
		c.failErr(err)
		return
	}
	c.ok(uint64(n), uint64(errno.Of(err)))
	if err == nil && c.flags&(sys.OSync|sys.ODsync) != 0 {
		if s, ok := c.place().Node().(vfs.Syncer); ok {
			if err := s.Sync(); err != nil {
				c.failErr(err)
			}
		}
	}
}

func sysPWrite(c *call) verdict {
	f, ok := c.use(c.r.Args[0])
	switch {
	case !ok || f.flags&sys.OWrite == 0:
		return c.fail(errno.EBADF)
	case f.stream != nil && f.info&sys.InfoSeek == 0:
		return c.fail(errno.ESPIPE)
	case int64(c.r.Args[2]) < 0:
		return c.fail(errno.EINVAL)
	case f.stream != nil:
		return f.stream.write(c, c.r.Data[c.sent:])
	}
	return c.goOutside(func(c *call) {
		file, ok := c.place().Node().(vfs.File)
		off := int64(c.r.Args[2])
		switch {
		case !ok:
			c.fail(errno.EBADF)
		case off > math.MaxInt64-int64(len(c.r.Data)):
			c.fail(errno.EFBIG)
		default:
			if data, ok := c.fitting(off); ok {
				c.wrote(vfs.WriteAt(file, c.by(), data, off))
			}
		}
	})
}
