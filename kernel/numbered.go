package kernel

import (
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// A process that has the names opens files without waiting for the answer, and says
// which numbers they are to have.

// add puts f at the number that the call names, or else at the lowest free one. If that
// cannot be, f is released.
func (c *call) add(f *openFile, flags sys.OpenFlag) (int, errno.Errno) {
	if c.r.Args[5]&sys.OpenNumbered == 0 {
		return c.p.add(f, flags)
	}
	n := int(uint32(c.r.Args[5]))
	if _, taken := c.p.fd(uint64(n)); taken || n >= c.p.maxOpen() {
		f.release()
		return 0, errno.EMFILE
	}
	c.p.install(n, fdEntry{f: f, flags: flags & sys.OCloexec})
	return n, 0
}

// lose puts a file at the number that the call names of which every use fails: the
// process believes that it has opened something there.
func (c *call) lose() {
	c.k.lock()
	defer c.k.unlock()
	if c.gone || c.p.dead {
		return
	}
	flags := sys.OpenFlag(c.r.Args[1])
	c.add(c.k.newStream(lostFile{}, flags, sys.FDInfo(sys.TypeRegular)|sys.InfoSeek), flags)
}

// lostFile is a file that could not be opened.
type lostFile struct{}

func (lostFile) read(c *call, _ int) verdict     { return c.fail(errno.EIO) }
func (lostFile) write(c *call, _ []byte) verdict { return c.fail(errno.EIO) }
func (lostFile) poll() (sys.PollEvent, uint64)   { return sys.PollIn | sys.PollOut, 0 }
func (lostFile) await(*call, sys.PollEvent)      {}
func (lostFile) stat() sys.Stat                  { return sys.Stat{Type: sys.TypeRegular} }
func (lostFile) closed()                         {}

// isEmpty reports whether the file has no contents. The process is told when that changes.
func (f *fileCopy) isEmpty() bool {
	f.file.Watch(f)
	st, err := f.file.Stat()
	return err == nil && st.Size == 0
}
