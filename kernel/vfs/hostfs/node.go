//go:build !js

package hostfs

import (
	"io/fs"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// node is what all types of file have in common. self is the node with its type.
type node struct {
	fs   *FS
	id   ident
	dev  uint64 // the kernel's number
	kind sys.FileType
	self vfs.Node

	// parent and name are where the node was last seen; fs.mu guards them. The
	// top directory has no parent.
	parent  *dir
	name    string
	removed bool // by us: the name is not the node's any more
	lost    bool // by us: that was the last name, the host's file lives while it is open

	// mu guards the host's file, which is open while anybody holds the node open.
	mu    sync.Mutex
	holds int
	open  *os.File
	wide  bool        // open may be written
	held  atomic.Bool // open is not nil
}

// hold opens the host's file for one more user, with openHost if it is not open yet. If
// that fails, so will the calls, and they say why.
func (n *node) hold(openHost func() (*os.File, bool, error)) {
	n.fs.tree.RLock()
	defer n.fs.tree.RUnlock()
	n.mu.Lock()
	defer n.mu.Unlock()
	n.holds++
	if n.open == nil {
		n.open, n.wide, _ = openHost()
		n.held.Store(n.open != nil)
	}
}

// Release ends what one Hold began.
func (n *node) Release() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.holds--; n.holds == 0 && n.open != nil {
		n.fs.close(n)
		n.open.Close()
		n.open, n.wide = nil, false
	}
}

// where is the node's path below the root: ENOENT if it has none.
func (n *node) where() (string, error) {
	n.fs.mu.Lock()
	defer n.fs.mu.Unlock()
	return n.path()
}

// path is where, with fs.mu held.
func (n *node) path() (string, error) {
	if n.removed {
		return "", errno.ENOENT
	}
	if n.parent == nil {
		return ".", nil
	}
	up, err := n.parent.path()
	if err != nil {
		return "", err
	}
	return join(up, n.name), nil
}

// info asks the host after the node.
func (n *node) info() (os.FileInfo, error) {
	n.mu.Lock()
	if n.open != nil {
		defer n.mu.Unlock()
		return n.open.Stat()
	}
	n.mu.Unlock()
	path, err := n.where()
	if err != nil {
		return nil, err
	}
	return n.fs.root.Lstat(path)
}

// Stat describes the node.
func (n *node) Stat() (sys.Stat, error) {
	info, err := n.info()
	if err != nil {
		return sys.Stat{}, number(err)
	}
	st := sys.Stat{
		Dev: n.dev, Ino: n.id.ino, Type: n.kind, Mode: modeBits(info.Mode()),
		Nlink: 1, Size: uint64(info.Size()), Mtime: info.ModTime().UnixNano(),
	}
	st.Atime, st.Ctime = st.Mtime, st.Mtime
	fill(&st, info)
	return st, nil
}

// SetAttr changes attributes.
func (n *node) SetAttr(a sys.SetAttr) error {
	if err := n.fs.writable(); err != nil {
		return err
	}
	if a.Set&sys.AttrSize != 0 {
		f, ok := n.self.(*file)
		if !ok {
			return errno.EINVAL
		}
		if err := f.truncate(a.Size); err != nil {
			return number(err)
		}
	}
	if a.Set&sys.AttrMode != 0 && n.kind != sys.TypeSymlink { // the host's links have none
		if err := n.chmod(n.fs.mode(a.Mode)); err != nil {
			return number(err)
		}
	}
	return number(n.setTimes(a))
}

func (n *node) chmod(mode fs.FileMode) error {
	n.mu.Lock()
	if n.open != nil {
		defer n.mu.Unlock()
		return n.open.Chmod(mode)
	}
	n.mu.Unlock()
	path, err := n.where()
	if err != nil {
		return err
	}
	return n.fs.root.Chmod(path, mode)
}

// setTimes sets the times that a names; the zero time stands for one that is kept.
func (n *node) setTimes(a sys.SetAttr) error {
	var atime, mtime time.Time
	now := time.Now()
	if a.Set&sys.AttrAtime != 0 {
		atime = time.Unix(0, a.Atime)
	}
	if a.Set&sys.AttrAtimeNow != 0 {
		atime = now
	}
	if a.Set&sys.AttrMtime != 0 {
		mtime = time.Unix(0, a.Mtime)
	}
	if a.Set&sys.AttrMtimeNow != 0 {
		mtime = now
	}
	if a.Set&(sys.AttrAtime|sys.AttrAtimeNow|sys.AttrMtime|sys.AttrMtimeNow) == 0 {
		return nil
	}
	return n.chtimes(atime, a.Set&(sys.AttrAtime|sys.AttrAtimeNow) != 0, mtime, a.Set&(sys.AttrMtime|sys.AttrMtimeNow) != 0)
}

// special are the bits of a mode above the permissions, and the host's for them.
var special = []struct {
	bit  uint32
	host fs.FileMode
}{{0o4000, fs.ModeSetuid}, {0o2000, fs.ModeSetgid}, {0o1000, fs.ModeSticky}}

// modeBits is the kernel's mode for one of the host's.
func modeBits(m fs.FileMode) uint32 {
	bits := uint32(m.Perm())
	for _, s := range special {
		if m&s.host != 0 {
			bits |= s.bit
		}
	}
	return bits
}

// mode is the host's mode for one of the kernel's.
func (f *FS) mode(bits uint32) fs.FileMode {
	m := fs.FileMode(bits & 0o777)
	for _, s := range special {
		if bits&s.bit != 0 && (f.opts.Trusting || s.bit == 0o1000) {
			m |= s.host
		}
	}
	return m
}

// fileType is the kernel's type of a host's file.
func fileType(m fs.FileMode) sys.FileType {
	switch m.Type() {
	case 0:
		return sys.TypeRegular
	case fs.ModeDir:
		return sys.TypeDirectory
	case fs.ModeSymlink:
		return sys.TypeSymlink
	case fs.ModeNamedPipe:
		return sys.TypeFIFO
	case fs.ModeSocket:
		return sys.TypeSocket
	case fs.ModeDevice:
		return sys.TypeBlockDevice
	case fs.ModeDevice | fs.ModeCharDevice:
		return sys.TypeCharDevice
	}
	return sys.TypeUnknown
}

// other is a pipe, socket or device of the host. It can be seen and removed, and
// not opened: what it would do is not the kernel's to decide.
type other struct{ *node }
