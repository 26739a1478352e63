package sys

import (
	"io"
	"io/fs"

	"github.com/bushel-wasm/bushel/kernel/errno"
)

// Files is the C library on a [Caller]: a method for each system call, with Go's
// types. It holds nothing but the caller: it may be copied, and used by several
// goroutines at once.
//
// A relative path is taken from the working directory of the caller's process.
// Errors are [*fs.PathError] around an [errno.Errno] where there is a path, and
// the bare errno.Errno else; or an [*errno.Fault] in the number's stead, where the
// kernel says why. A call that a caught signal interrupts fails with
// EINTR; nothing is tried again.
type Files struct {
	c Caller
}

// NewFiles makes the library on c.
func NewFiles(c Caller) *Files { return &Files{c} }

// call performs a call that has no path.
func (f *Files) call(r *Request) (Reply, error) {
	rep := f.c.Syscall(r)
	return rep, rep.Err()
}

// pathCall performs a call on r.Path; op is the word that its error carries.
func (f *Files) pathCall(op string, r *Request) (Reply, error) {
	rep := f.c.Syscall(r)
	if rep.Errno != 0 {
		return rep, &fs.PathError{Op: op, Path: r.Path, Err: rep.Err()}
	}
	return rep, nil
}

// num is fd as a system call's argument; no fd is negative.
func num(fd int) uint64 {
	if fd < 0 {
		return 1<<32 - 1
	}
	return uint64(fd)
}

// Open opens path; mode is the permission of a file that is made.
func (f *Files) Open(path string, flags OpenFlag, mode uint32) (int, error) {
	return f.OpenAt(AtCwd, path, flags, mode, 0)
}

// OpenAt opens path below the directory dirfd ([AtCwd]: the working directory).
func (f *Files) OpenAt(dirfd uint64, path string, flags OpenFlag, mode uint32, at AtFlag) (int, error) {
	rep, err := f.pathCall("open", &Request{Op: OpOpen, Path: path, Args: [6]uint64{dirfd, uint64(flags), uint64(mode), uint64(at)}})
	return int(rep.Vals[0]), err
}

// Close closes fd.
func (f *Files) Close(fd int) error {
	_, err := f.call(&Request{Op: OpClose, Args: [6]uint64{num(fd)}})
	return err
}

// Read reads into p what is there, at least one byte, and waits for that; at the
// end it returns 0 and io.EOF.
func (f *Files) Read(fd int, p []byte) (int, error) {
	return f.read(&Request{Op: OpRead, Args: [6]uint64{num(fd), uint64(len(p))}, Dst: p}, p)
}

// ReadAt reads into p from offset off, and like io.ReaderAt all of it or up to the
// end, with io.EOF.
func (f *Files) ReadAt(fd int, p []byte, off int64) (int, error) {
	total := 0
	for total < len(p) {
		rest := p[total:]
		n, err := f.read(&Request{Op: OpPRead, Args: [6]uint64{num(fd), uint64(len(rest)), uint64(off + int64(total))}, Dst: rest}, rest)
		total += n
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

func (f *Files) read(r *Request, p []byte) (int, error) {
	rep, err := f.call(r)
	if err != nil {
		return 0, err
	}
	n := len(rep.Data)
	// A link cannot write into p, and what is there already need not be copied.
	if n > 0 && &rep.Data[0] != &p[0] {
		n = copy(p, rep.Data)
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// Write writes all of p, or fewer bytes and an error.
func (f *Files) Write(fd int, p []byte) (int, error) {
	return f.write(&Request{Op: OpWrite, Args: [6]uint64{num(fd)}, Data: p})
}

// WriteAt writes all of p at offset off, or fewer bytes and an error.
func (f *Files) WriteAt(fd int, p []byte, off int64) (int, error) {
	return f.write(&Request{Op: OpPWrite, Args: [6]uint64{num(fd), 0, uint64(off)}, Data: p})
}

func (f *Files) write(r *Request) (int, error) {
	rep, err := f.call(r)
	n := int(rep.Vals[0])
	if err == nil && n < len(r.Data) {
		err = errno.EAGAIN // of a descriptor that must not wait
		if why := errno.Errno(rep.Vals[1]); why != 0 {
			err = why
		}
	}
	return n, err
}

// Seek moves fd's offset; whence is io.SeekStart, io.SeekCurrent or io.SeekEnd.
func (f *Files) Seek(fd int, off int64, whence int) (int64, error) {
	rep, err := f.call(&Request{Op: OpSeek, Args: [6]uint64{num(fd), uint64(off), uint64(whence)}})
	return int64(rep.Vals[0]), err
}

// Sync makes what was written to fd last.
func (f *Files) Sync(fd int) error {
	_, err := f.call(&Request{Op: OpSync, Args: [6]uint64{num(fd)}})
	return err
}

// Allocate makes sure that fd has size bytes from offset off.
func (f *Files) Allocate(fd int, off, size uint64) error {
	_, err := f.call(&Request{Op: OpAllocate, Args: [6]uint64{num(fd), off, size}})
	return err
}

// Pipe makes a pipe: r is the end to read, w the end to write.
func (f *Files) Pipe() (r, w int, err error) {
	rep, err := f.call(&Request{Op: OpPipe})
	return int(rep.Vals[0]), int(rep.Vals[1]), err
}

// Dup gives fd a second number, the lowest free one.
func (f *Files) Dup(fd int) (int, error) { return f.DupFrom(fd, 0) }

// DupFrom gives fd a second number, the lowest free one that is not under min.
func (f *Files) DupFrom(fd, min int) (int, error) {
	rep, err := f.call(&Request{Op: OpDup, Args: [6]uint64{num(fd), ^uint64(0), num(min)}})
	return int(rep.Vals[0]), err
}

// Dup2 makes to a second number of fd; what was open there is closed.
func (f *Files) Dup2(fd, to int) error {
	_, err := f.call(&Request{Op: OpDup, Args: [6]uint64{num(fd), num(to)}})
	return err
}

// Renumber moves fd to the number to, which must be open.
func (f *Files) Renumber(fd, to int) error {
	_, err := f.call(&Request{Op: OpRenumber, Args: [6]uint64{num(fd), num(to)}})
	return err
}

// FDFlags asks for fd's flags and what is known of it; name is that of a
// preopened directory.
func (f *Files) FDFlags(fd int) (flags OpenFlag, info FDInfo, name string, err error) {
	rep, err := f.call(&Request{Op: OpGetFD, Args: [6]uint64{num(fd)}})
	return OpenFlag(rep.Vals[0]), FDInfo(rep.Vals[1]), string(rep.Data), err
}

// SetFDFlags sets the status flags ([OStatus]) of fd.
func (f *Files) SetFDFlags(fd int, flags OpenFlag) error {
	_, err := f.call(&Request{Op: OpSetFD, Args: [6]uint64{num(fd), uint64(flags)}})
	return err
}
