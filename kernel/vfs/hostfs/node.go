//go:build !js

package hostfs

import (
	"io/fs"
	"os"
	"sync"
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

	// mu guards the host's file, which is open while anybody holds the node open.
	mu    sync.Mutex
	holds int
	open  *os.File
	wide  bool // open may be written
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
		Dev: n.dev, Ino: n.id.ino, Type: n.kind, Mode: uint32(info.Mode().Perm()),
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
		if err := n.chmod(fs.FileMode(a.Mode & 0o777)); err != nil {
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
