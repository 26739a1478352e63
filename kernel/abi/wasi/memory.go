package wasi

import (
	"encoding/binary"
	"unicode/utf8"

	"github.com/bushel-wasm/bushel/kernel/errno"
)

var le = binary.LittleEndian

// pageLimit is the number of 64 KiB pages of a memory of 4 GiB, whose size does
// not fit the 32 bits that api.Memory answers with.
const pageLimit = 1 << 16

// maxIovecs is the longest list of buffers, as POSIX's IOV_MAX.
const maxIovecs = 1024

// maxTransfer is the most that one read or write moves, in bytes. What is
// beyond is left to the next call, as POSIX allows.
const maxTransfer = 16 << 20

// maxPath is the longest path, in bytes.
const maxPath = 4096

// scratchMax is the longest buffer that is kept for the next call.
const scratchMax = 64 << 10

// covers reports whether the guest's memory has n bytes at address p.
func (a *ABI) covers(p, n uint64) bool {
	end := uint64(uint32(p)) + n
	if end <= a.memSize {
		return true
	}
	if a.mem == nil {
		return false
	}
	a.memSize = uint64(a.mem.Size())
	if a.memSize == 0 {
		if pages, ok := a.mem.Grow(0); ok && pages == pageLimit {
			a.memSize = 1 << 32
		}
	}
	return end <= a.memSize
}

// read returns n bytes of the guest's memory, which are good until the guest runs again.
func (a *ABI) read(p, n uint64) ([]byte, bool) {
	if n == 0 {
		return nil, a.covers(p, 0)
	}
	if !a.covers(p, n) || n > 1<<32-1 {
		return nil, false
	}
	return a.mem.Read(uint32(p), uint32(n))
}

// write copies b into the guest's memory.
func (a *ABI) write(p uint64, b []byte) errno.Errno {
	if len(b) == 0 {
		return 0
	}
	if a.mem == nil || !a.mem.Write(uint32(p), b) {
		return errno.EFAULT
	}
	return 0
}

func (a *ABI) writeU32(p uint64, v uint32) errno.Errno {
	if a.mem == nil || !a.mem.WriteUint32Le(uint32(p), v) {
		return errno.EFAULT
	}
	return 0
}

func (a *ABI) writeU64(p uint64, v uint64) errno.Errno {
	if a.mem == nil || !a.mem.WriteUint64Le(uint32(p), v) {
		return errno.EFAULT
	}
	return 0
}

// path reads the path of n bytes at address p.
func (a *ABI) path(p, n uint64) (string, errno.Errno) {
	n = uint64(uint32(n))
	if !a.covers(p, n) {
		return "", errno.EFAULT
	}
	if n > maxPath {
		return "", errno.ENAMETOOLONG
	}
	if n == 0 {
		return "", errno.ENOENT
	}
	b, ok := a.read(p, n)
	if !ok {
		return "", errno.EFAULT
	}
	s := string(b)
	for i := range len(s) {
		if s[i] == 0 {
			return "", errno.EINVAL
		}
	}
	if !utf8.ValidString(s) {
		return "", errno.EILSEQ
	}
	return s, 0
}

// An iovec is a buffer of the guest's.
type iovec struct{ ptr, len uint32 }

// vectors reads the list of n buffers at address p, every one of them within
// the memory, into a.iovs. total is how much they hold, at most maxTransfer.
func (a *ABI) vectors(p, n uint64) (total uint64, e errno.Errno) {
	n = uint64(uint32(n))
	if !a.covers(p, 8*n) {
		return 0, errno.EFAULT
	}
	if n > maxIovecs {
		return 0, errno.EINVAL
	}
	raw, ok := a.read(p, 8*n)
	if !ok {
		return 0, errno.EFAULT
	}
	a.iovs = a.iovs[:0]
	for ; len(raw) >= 8; raw = raw[8:] {
		v := iovec{le.Uint32(raw), le.Uint32(raw[4:])}
		if !a.covers(uint64(v.ptr), uint64(v.len)) {
			return 0, errno.EFAULT
		}
		if room := maxTransfer - total; uint64(v.len) > room {
			v.len = uint32(room)
		}
		total += uint64(v.len)
		if v.len > 0 {
			a.iovs = append(a.iovs, v)
		}
	}
	return total, 0
}

// gather is the bytes that a.iovs point at. A single buffer is not copied.
func (a *ABI) gather(total uint64) ([]byte, errno.Errno) {
	switch len(a.iovs) {
	case 0:
		return nil, 0
	case 1:
		b, ok := a.mem.Read(a.iovs[0].ptr, a.iovs[0].len)
		if !ok {
			return nil, errno.EFAULT
		}
		return b, 0
	}
	out := a.scratch(total)[:0]
	for _, v := range a.iovs {
		b, ok := a.mem.Read(v.ptr, v.len)
		if !ok {
			return nil, errno.EFAULT
		}
		out = append(out, b...)
	}
	return out, 0
}

// scatter copies b into the buffers that a.iovs point at.
func (a *ABI) scatter(b []byte) errno.Errno {
	for _, v := range a.iovs {
		if len(b) == 0 {
			break
		}
		n := min(len(b), int(v.len))
		if e := a.write(uint64(v.ptr), b[:n]); e != 0 {
			return e
		}
		b = b[n:]
	}
	return 0
}

// scratch is a buffer of n bytes, kept for the next call unless it is long.
func (a *ABI) scratch(n uint64) []byte {
	if n > scratchMax {
		return make([]byte, n)
	}
	if uint64(cap(a.buf)) < n {
		a.buf = make([]byte, max(n, 4096))
	}
	return a.buf[:n]
}
