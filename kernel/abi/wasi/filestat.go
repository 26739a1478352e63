package wasi

import (
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// The sizes of struct filestat in preview 1 and in preview 0, whose count of
// links has 32 bits.
const (
	filestatSize    = 64
	filestatSizeOld = 56
)

func appendFilestat(b []byte, st *sys.Stat) []byte {
	b = le.AppendUint64(b, st.Dev)
	b = le.AppendUint64(b, st.Ino)
	b = le.AppendUint64(b, uint64(filetype(st.Type)))
	b = le.AppendUint64(b, st.Nlink)
	return appendSizeAndTimes(b, st)
}

func appendFilestatOld(b []byte, st *sys.Stat) []byte {
	b = le.AppendUint64(b, st.Dev)
	b = le.AppendUint64(b, st.Ino)
	b = le.AppendUint32(b, uint32(filetype(st.Type)))
	b = le.AppendUint32(b, uint32(min(st.Nlink, 1<<32-1)))
	return appendSizeAndTimes(b, st)
}

func appendSizeAndTimes(b []byte, st *sys.Stat) []byte {
	b = le.AppendUint64(b, st.Size)
	b = le.AppendUint64(b, uint64(st.Atime))
	b = le.AppendUint64(b, uint64(st.Mtime))
	return le.AppendUint64(b, uint64(st.Ctime))
}

// putStat writes the stat record in r to address p.
func (a *ABI) putStat(r *sys.Reply, p uint64, form func([]byte, *sys.Stat) []byte) errno.Errno {
	if r.Errno != 0 {
		return r.Errno
	}
	st, err := sys.DecodeStat(r.Data)
	if err != nil {
		return errno.EIO
	}
	return a.write(p, form(make([]byte, 0, filestatSize), &st))
}

func fdFilestatGet(a *ABI, s []uint64) errno.Errno { return a.fstat(s, filestatSize, gotFstat) }

func fdFilestatGetOld(a *ABI, s []uint64) errno.Errno {
	return a.fstat(s, filestatSizeOld, gotFstatOld)
}

func (a *ABI) fstat(s []uint64, size uint64, then func(*ABI, []uint64, *sys.Reply) errno.Errno) errno.Errno {
	if _, e := a.get(s[0], rightStat); e != 0 {
		return e
	}
	if !a.covers(s[1], size) {
		return errno.EFAULT
	}
	return a.ask(sys.OpFStat, then, uint64(uint32(s[0])))
}

func gotFstat(a *ABI, s []uint64, r *sys.Reply) errno.Errno {
	return a.putStat(r, s[1], appendFilestat)
}

func gotFstatOld(a *ABI, s []uint64, r *sys.Reply) errno.Errno {
	return a.putStat(r, s[1], appendFilestatOld)
}

func pathFilestatGet(a *ABI, s []uint64) errno.Errno { return a.stat(s, filestatSize, gotStat) }

func pathFilestatGetOld(a *ABI, s []uint64) errno.Errno {
	return a.stat(s, filestatSizeOld, gotStatOld)
}

func (a *ABI) stat(s []uint64, size uint64, then func(*ABI, []uint64, *sys.Reply) errno.Errno) errno.Errno {
	at, path, e := a.lookup(s[0], rightPathStat, s[1], s[2], s[3])
	if e != 0 {
		return e
	}
	if !a.covers(s[4], size) {
		return errno.EFAULT
	}
	e = a.ask(sys.OpStat, then, uint64(uint32(s[0])), 0, 0, uint64(at))
	a.req.Path = path
	return e
}

func gotStat(a *ABI, s []uint64, r *sys.Reply) errno.Errno {
	return a.putStat(r, s[4], appendFilestat)
}

func gotStatOld(a *ABI, s []uint64, r *sys.Reply) errno.Errno {
	return a.putStat(r, s[4], appendFilestatOld)
}
