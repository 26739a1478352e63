package wasi

import (
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// The kernel lists a directory without "." and "..", a guest expects them
// first. So of the cookies that a guest sees, 1 is the place behind ".", 2 that
// behind "..", and n+2 is the kernel's n.
const (
	cookieDot    = 1
	cookieDotDot = 2
)

// maxRecord is the longest record of OpReadDir.
const maxRecord = 20 + 255

// fullReply is a length that no kernel cuts a listing to: a shorter one that
// would have had room for another entry is the last.
const fullReply = 8 << 10

// direntSize is the length of preview 1's struct dirent.
const direntSize = 24

func appendDirent(b []byte, next, ino uint64, t sys.FileType, name string) []byte {
	b = le.AppendUint64(b, next)
	b = le.AppendUint64(b, ino)
	b = le.AppendUint32(b, uint32(len(name)))
	b = le.AppendUint32(b, uint32(filetype(t)))
	return append(b, name...)
}

// fdReaddir has fd, buffer, its length, cookie and the place for the count.
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
	if s[3] < cookieDotDot {
		return a.ask(sys.OpFStat, dots, uint64(uint32(s[0])))
	}
	return a.list(s, s[3]-cookieDotDot)
}

// dots begins a listing with the entries that a kernel's does not have. The
// directory above is out of reach, so ".." has the directory's own number.
func dots(a *ABI, s []uint64, r *sys.Reply) errno.Errno {
	if r.Errno != 0 {
		return r.Errno
	}
	st, err := sys.DecodeStat(r.Data)
	if err != nil {
		return errno.EIO
	}
	if s[3] < cookieDot {
		a.listed = appendDirent(a.listed, cookieDot, st.Ino, sys.TypeDirectory, ".")
	}
	a.listed = appendDirent(a.listed, cookieDotDot, st.Ino, sys.TypeDirectory, "..")
	return a.list(s, 0)
}

// list asks for the entries behind the kernel's cookie, or ends the call.
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
		a.listed = appendDirent(a.listed, e.Cookie+cookieDotDot, e.Ino, e.Type, e.Name)
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
	if cap(a.listed) > scratchMax {
		a.listed = nil
	}
	return a.writeU32(s[4], uint32(len(b)))
}
