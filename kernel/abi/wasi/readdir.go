package wasi

import (
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// maxRecord is the longest record of OpReadDir.
const maxRecord = 20 + 255

// fullReply is a length that no kernel cuts a listing to: a shorter one that
// would have had room for another entry is the last.
const fullReply = 8 << 10

// appendDirent appends preview 1's struct dirent, and the name behind it.
func appendDirent(b []byte, e *sys.DirEntry) []byte {
	b = le.AppendUint64(b, e.Cookie)
	b = le.AppendUint64(b, e.Ino)
	b = le.AppendUint32(b, uint32(len(e.Name)))
	b = le.AppendUint32(b, uint32(filetype(e.Type)))
	return append(b, e.Name...)
}

// fdReaddir has fd, buffer, its length, cookie and the place for the count. A
// count below the length says that the directory is at its end, so the kernel
// is asked until the buffer is full: in nearly all cases once.
func fdReaddir(a *ABI, s []uint64) errno.Errno {
	d, e := a.get(s[0], rightReaddir)
	switch {
	case e != 0:
		return e
	case d.info.Type() != sys.TypeDirectory:
		return errno.ENOTDIR
	case !a.covers(s[1], uint64(uint32(s[2]))) || !a.covers(s[4], 4):
		return errno.EFAULT
	}
	a.listed = a.listed[:0]
	return a.list(s, s[3])
}

// list asks for the entries behind the cookie, or ends the call.
func (a *ABI) list(s []uint64, cookie uint64) errno.Errno {
	size := uint64(uint32(s[2]))
	if uint64(len(a.listed)) >= size {
		return a.putListing(s)
	}
	// So much that there is always an entry that is cut, unless it is the end.
	want := min(size-uint64(len(a.listed))+maxRecord, maxTransfer)
	return a.ask(sys.OpReadDir, didReaddir, uint64(uint32(s[0])), cookie, want)
}

func didReaddir(a *ABI, s []uint64, r *sys.Reply) errno.Errno {
	if r.Errno != 0 {
		return r.Errno
	}
	if len(r.Data) == 0 {
		return a.putListing(s)
	}
	var last uint64
	for b := r.Data; len(b) > 0; {
		e, rest, err := sys.DecodeDirEntry(b)
		if err != nil {
			return errno.EIO
		}
		b, last = rest, e.Cookie
		a.listed = appendDirent(a.listed, &e)
	}
	if uint64(len(r.Data))+maxRecord <= min(a.req.Args[2], fullReply) {
		return a.putListing(s)
	}
	return a.list(s, last)
}

func (a *ABI) putListing(s []uint64) errno.Errno {
	b := a.listed
	if n := uint64(uint32(s[2])); uint64(len(b)) > n {
		b = b[:n]
	}
	if e := a.write(s[1], b); e != 0 {
		return e
	}
	n := len(b)
	if cap(a.listed) > scratchMax {
		a.listed = nil
	}
	return a.writeU32(s[4], uint32(n))
}
