//go:build linux || darwin

package hostfs

import (
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// chtimes sets the times that are to be set, also a link's own.
func (n *node) chtimes(atime time.Time, setAtime bool, mtime time.Time, setMtime bool) error {
	path, err := n.where()
	if err != nil {
		return n.chtimesOpen(atime, setAtime, mtime, setMtime, err)
	}
	up, name := ".", path
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		up, name = path[:i], path[i+1:]
	}
	d, err := n.fs.root.Open(up)
	if err != nil {
		return err
	}
	defer d.Close()
	if !setAtime || !setMtime {
		st, err := n.Stat()
		if err != nil {
			return err
		}
		if !setAtime {
			atime = time.Unix(0, st.Atime)
		}
		if !setMtime {
			mtime = time.Unix(0, st.Mtime)
		}
	}
	ts := []unix.Timespec{unix.NsecToTimespec(atime.UnixNano()), unix.NsecToTimespec(mtime.UnixNano())}
	return unix.UtimesNanoAt(int(d.Fd()), name, ts, unix.AT_SYMLINK_NOFOLLOW)
}

// chtimesOpen sets the times of an open file without a name, to the microsecond.
func (n *node) chtimesOpen(atime time.Time, setAtime bool, mtime time.Time, setMtime bool, missing error) error {
	st, err := n.Stat()
	if err != nil {
		return missing
	}
	if !setAtime {
		atime = time.Unix(0, st.Atime)
	}
	if !setMtime {
		mtime = time.Unix(0, st.Mtime)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.open == nil {
		return missing
	}
	return unix.Futimes(int(n.open.Fd()), []unix.Timeval{unix.NsecToTimeval(atime.UnixNano()), unix.NsecToTimeval(mtime.UnixNano())})
}
