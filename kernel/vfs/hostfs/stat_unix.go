//go:build linux || darwin

package hostfs

import (
	"os"
	"syscall"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// identity tells the file apart from all others of the host.
func identity(info os.FileInfo, _ *dir, _ string) ident {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return ident{uint64(st.Dev), st.Ino}
	}
	return ident{}
}

// fill adds what os.FileInfo does not say.
func fill(st *sys.Stat, info os.FileInfo) {
	h, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return
	}
	st.Nlink = uint64(h.Nlink)
	if st.Type == sys.TypeRegular {
		st.Holes = st.Size - min(st.Size, uint64(h.Blocks)*512)
	}
	atime, ctime := times(h)
	st.Atime, st.Ctime = atime.Nano(), ctime.Nano()
}
