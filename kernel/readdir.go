package kernel

import (
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// Cookies of a listing: 1 stands after ".", 2 after "..", and those of the file system
// follow, moved up.
const dotCookies = 2

// maxReadDir is the most that one listing returns, in bytes.
const maxReadDir = 1 << 20

func sysReadDir(c *call) verdict {
	f, ok := c.use(c.r.Args[0])
	switch {
	case !ok:
		return c.fail(errno.EBADF)
	case f.info.Type() != sys.TypeDirectory:
		return c.fail(errno.ENOTDIR)
	}
	return c.goOutside(readDir)
}

// readDir fills a reply with entries from a cookie on.
func readDir(c *call) {
	dir, err := c.place().Dir()
	if err != nil {
		c.failErr(err)
		return
	}
	limit := int(min(c.r.Args[2], maxReadDir))
	cookie := c.r.Args[1]
	var out []byte
	full := false
	emit := func(e sys.DirEntry) bool {
		if len(out)+sys.DirEntrySize(len(e.Name)) > limit {
			full = true
			return false
		}
		out = e.Append(out)
		return true
	}
	if cookie == 0 {
		st, err := dir.Stat()
		if err != nil {
			c.failErr(err)
			return
		}
		emit(sys.DirEntry{Cookie: 1, Ino: st.Ino, Type: sys.TypeDirectory, Name: "."})
		cookie = 1
	}
	if cookie == 1 && !full {
		emit(sys.DirEntry{Cookie: dotCookies, Ino: c.parentIno(dir), Type: sys.TypeDirectory, Name: ".."})
		cookie = dotCookies
	}
	if !full {
		err = dir.ReadDir(cookie-dotCookies, func(e sys.DirEntry) bool {
			e.Cookie += dotCookies
			return emit(e)
		})
	}
	switch {
	case err != nil && len(out) == 0:
		c.failErr(err)
	case full && len(out) == 0:
		c.fail(errno.EINVAL) // not even one entry fits
	default:
		c.ok()
		c.reply.Data = out
	}
}

// parentIno is the number of the directory above dir, or of dir itself where that
// is not known.
func (c *call) parentIno(dir vfs.Dir) uint64 {
	if up, err := c.p.fs.Walk(c.look(vfs.At{Dir: c.f.place}), ".."); err == nil {
		if st, err := up.Stat(); err == nil {
			return st.Ino
		}
	}
	if st, err := dir.Stat(); err == nil {
		return st.Ino
	}
	return 0
}
