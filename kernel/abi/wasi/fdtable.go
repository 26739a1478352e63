package wasi

import (
	"strconv"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// A descriptor is what the process knows of one of its file descriptors.
type descriptor struct {
	open    bool
	preopen bool
	flags   sys.OpenFlag
	info    sys.FDInfo
	name    string // of a preopened directory, or as standIn has it
	at      sys.AtFlag
	// base and inheriting are what fd_fdstat_get reports. Of base, reading
	// and writing are enforced for what they say; the other rights only once
	// they have been given up, for programs ask for too few of them: what was
	// given up is in denied, and what is opened below starts with deniedBelow.
	base, inheriting    rights
	denied, deniedBelow rights
}

// maxFD bounds the mirror. A kernel never hands out higher numbers.
const maxFD = 1 << 20

// set enters d as number fd.
func (a *ABI) set(fd uint32, d descriptor) {
	if fd >= maxFD {
		return
	}
	t := a.fds
	t.lock()
	defer t.unlock()
	for uint32(len(t.list)) <= fd {
		t.list = append(t.list, descriptor{})
	}
	d.open = true
	t.list[fd] = d
}

// get finds an open descriptor that has not given up the rights in need. It
// stays good until the next call of set or get, and is to be read only.
func (a *ABI) get(fd uint64, need rights) (*descriptor, errno.Errno) {
	n := uint32(fd)
	t := a.fds
	t.lock()
	if n >= uint32(len(t.list)) || !t.list[n].open {
		t.unlock()
		return nil, errno.EBADF
	}
	d := &t.list[n]
	if t.shared {
		a.found = *d
		d = &a.found
	}
	t.unlock()
	if d.denied&need != 0 {
		return nil, errno.ENOTCAPABLE
	}
	return d, 0
}

// dir finds an open directory for a look-up.
func (a *ABI) dir(fd uint64, need rights) (*descriptor, errno.Errno) {
	d, e := a.get(fd, need)
	if e != 0 {
		return nil, e
	}
	if d.info.Type() != sys.TypeDirectory {
		return nil, errno.ENOTDIR
	}
	return d, 0
}

// inherit enters the descriptors that the process begins with.
func (a *ABI) inherit(list []sys.StartFD) {
	last := uint32(0) // of the preopened directories
	for _, f := range list {
		if f.Flags&sys.OPreopen != 0 {
			last = max(last, f.FD)
		}
	}
	for _, f := range list {
		d := descriptor{flags: f.Flags, info: f.Info, name: f.Name, at: sys.AtBeneath}
		d.base = granted(f.Info, f.Flags)
		if f.Info.Type() == sys.TypeDirectory {
			d.inheriting = heritableRights
		}
		if f.Flags&sys.OPreopen != 0 {
			d.preopen = true
			if f.Name == "/" {
				d.at = a.rootAt
			}
		} else if f.FD > 2 && f.FD < last {
			d.name = standIn(f.FD)
		}
		a.set(f.FD, d)
	}
}

// standIn is the name under which fd_prestat_get reports a descriptor that a program
// was given below its preopened directories, as by `exec 3>&1`. C libraries look for
// those from 3 on and end with the first number that has none; this one they take for
// a directory, whose name is that of no file.
func standIn(fd uint32) string {
	return "/dev/fd/" + strconv.FormatUint(uint64(fd), 10) + "/-"
}

// fdflags are preview 1's fd flags.
const (
	flagAppend = 1 << iota
	flagDsync
	flagNonblock
	flagRsync
	flagSync

	flagAll = flagAppend | flagDsync | flagNonblock | flagRsync | flagSync
)

var statusFlags = [...]struct {
	wasi uint16
	open sys.OpenFlag
}{
	{flagAppend, sys.OAppend},
	{flagDsync, sys.ODsync},
	{flagNonblock, sys.ONonblock},
	{flagRsync, sys.ORsync},
	{flagSync, sys.OSync},
}

func toOpenFlags(f uint16) (o sys.OpenFlag) {
	for _, m := range statusFlags {
		if f&m.wasi != 0 {
			o |= m.open
		}
	}
	return o
}

func fromOpenFlags(o sys.OpenFlag) (f uint16) {
	for _, m := range statusFlags {
		if o&m.open != 0 {
			f |= m.wasi
		}
	}
	return f
}

// filetype is t as preview 1 knows it.
func filetype(t sys.FileType) byte {
	if t > sys.TypeSymlink {
		return byte(sys.TypeUnknown)
	}
	return byte(t)
}
