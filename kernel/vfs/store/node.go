package store

import (
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// node is a node of an FS. Everything but SetAttr, Stat and the other methods of
// package vfs is called with the file system's lock held.
type node interface {
	vfs.Node
	inode() *common
	fileType() sys.FileType
}

// common is what all nodes have.
type common struct {
	fs                  *FS
	ino                 uint64
	mode                uint32
	nlink               uint64
	atime, mtime, ctime int64
}

func (n *common) inode() *common { return n }

// Sync makes last what was done to the node, and to all others.
func (n *common) Sync() error { return n.fs.Sync() }

func (n *common) stat(t sys.FileType, size int64) sys.Stat {
	return sys.Stat{
		Dev: n.fs.devNum, Ino: n.ino, Type: t, Mode: n.mode, Nlink: n.nlink, Size: uint64(size),
		Atime: n.atime, Mtime: n.mtime, Ctime: n.ctime,
	}
}

// Permissions are the permission bits; see [vfs.Guarded].
func (n *common) Permissions() uint32 {
	n.fs.mu.Lock()
	defer n.fs.mu.Unlock()
	return n.mode
}

// attrs are the attributes that a record of a change has.
type attrs struct {
	mode                uint32
	size                int64
	atime, mtime, ctime int64
}

// changed is what a makes of the node's attributes, but for the size.
func (n *common) changed(a sys.SetAttr, size, now int64) attrs {
	c := attrs{n.mode, size, n.atime, n.mtime, n.ctime}
	if a.Set&sys.AttrMode != 0 {
		c.mode = a.Mode & permBits
	}
	switch {
	case a.Set&sys.AttrAtimeNow != 0:
		c.atime = now
	case a.Set&sys.AttrAtime != 0:
		c.atime = a.Atime
	}
	switch {
	case a.Set&sys.AttrMtimeNow != 0:
		c.mtime = now
	case a.Set&sys.AttrMtime != 0:
		c.mtime = a.Mtime
	}
	if a.Set != 0 {
		c.ctime = now
	}
	return c
}

// setAttrs records and makes a change of attributes.
func (fs *FS) setAttrs(n node, c attrs) error {
	i := n.inode()
	if _, is := n.(*file); !is && i.nlink == 0 {
		// No record can mean it any more, and none needs to.
		i.mode, i.atime, i.mtime, i.ctime = c.mode, c.atime, c.mtime, c.ctime
		return nil
	}
	e := &fs.enc
	e.begin(recAttr)
	e.uint(i.ino)
	e.uint(uint64(c.mode))
	e.uint(uint64(c.size))
	e.time(c.atime)
	e.time(c.mtime)
	e.time(c.ctime)
	if err := fs.commit(); err != nil {
		return err
	}
	fs.applyAttr(n, c)
	fs.step()
	return nil
}

func (fs *FS) applyAttr(n node, c attrs) {
	i := n.inode()
	i.mode, i.atime, i.mtime, i.ctime = c.mode, c.atime, c.mtime, c.ctime
	if f, ok := n.(*file); ok && c.size != f.size {
		f.resize(c.size)
	}
	fs.touch(n)
}

// link is a symbolic link.
type link struct {
	common
	target string
}

// Stat describes the link; its size is the target's length.
func (l *link) Stat() (sys.Stat, error) {
	l.fs.mu.Lock()
	defer l.fs.mu.Unlock()
	return l.stat(sys.TypeSymlink, int64(len(l.target))), nil
}

// SetAttr sets the link's times: ENOTSUP for its mode, EINVAL for its size.
func (l *link) SetAttr(a sys.SetAttr) (err error) {
	switch {
	case a.Set&sys.AttrSize != 0:
		return errno.EINVAL
	case a.Set&sys.AttrMode != 0:
		return errno.ENOTSUP
	}
	now := l.fs.clock()
	defer l.fs.settle(&err)
	l.fs.mu.Lock()
	defer l.fs.mu.Unlock()
	return l.fs.setAttrs(l, l.changed(a, 0, now))
}

// Readlink is the target.
func (l *link) Readlink() (string, error) { return l.target, nil }

func (l *link) fileType() sys.FileType { return sys.TypeSymlink }

var (
	_ vfs.FS          = (*FS)(nil)
	_ vfs.Space       = (*FS)(nil)
	_ vfs.ReadOnlyFS  = (*FS)(nil)
	_ vfs.Repaired    = (*FS)(nil)
	_ vfs.Waiter      = (*FS)(nil)
	_ vfs.PromisedDir = (*dir)(nil)
	_ vfs.Promiser    = (*FS)(nil)
	_ vfs.Guarded     = (*dir)(nil)
	_ vfs.Located     = (*dir)(nil)
	_ vfs.Parent      = (*dir)(nil)
	_ vfs.Syncer      = (*dir)(nil)
	_ vfs.Watched     = (*file)(nil)
	_ vfs.Guarded     = (*file)(nil)
	_ vfs.Holder      = (*file)(nil)
	_ vfs.Syncer      = (*file)(nil)
	_ vfs.Versioned   = (*file)(nil)
	_ vfs.Link        = (*link)(nil)
)
