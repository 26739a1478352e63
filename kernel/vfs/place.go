package vfs

import (
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// Place is a node together with the way to it: the mount it was reached in, so
// that ".." goes back over mount points, and what is needed to name it. A
// Place is a small immutable value. The zero Place is no place; where a look-up
// begins it stands for the root.
type Place struct {
	node Node
	mnt  *mount
	// up and name are the directory and the name by which the node was found.
	// They are known for what is no directory, and for directories that do not
	// know their parent themselves.
	up   *Place
	name string
}

// Node is the file at the place, nil for the zero Place.
func (p Place) Node() Node { return p.node }

// IsZero reports whether p is no place.
func (p Place) IsZero() bool { return p.node == nil }

// Same reports whether p and q are the same file in the same mount.
func (p Place) Same(q Place) bool { return p.node == q.node && p.mnt == q.mnt }

// SameMount reports whether p and q are in the same mount.
func (p Place) SameMount(q Place) bool { return p.mnt == q.mnt }

// IsMount reports whether p is the top directory of a mount.
func (p Place) IsMount() bool { return p.mnt != nil && p.node == p.mnt.root }

// Fixed reports whether the mount of the place cannot be unmounted.
func (p Place) Fixed() bool { return p.mnt != nil && (p.mnt.fixed || p.mnt.at.IsZero()) }

// In reports whether p, which is no directory, may have been found in the directory dir, however
// that was reached. It is false only where that is known.
func (p Place) In(dir Place) bool { return p.up == nil || p.up.node == dir.node }

// FS is the file system of the place, nil for the zero Place.
func (p Place) FS() FS {
	if p.mnt == nil {
		return nil
	}
	return p.mnt.fs
}

// ReadOnly reports whether the mount of the place forbids changes.
func (p Place) ReadOnly() bool { return p.mnt != nil && p.mnt.readOnly }

// Dir is the node if it is a directory: ENOTDIR if it is not.
func (p Place) Dir() (Dir, error) {
	if d, ok := p.node.(Dir); ok {
		return d, nil
	}
	return nil, errno.ENOTDIR
}

// IsDir reports whether the node is a directory.
func (p Place) IsDir() bool {
	_, ok := p.node.(Dir)
	return ok
}

// Stat describes the node.
func (p Place) Stat() (sys.Stat, error) {
	if p.node == nil {
		return sys.Stat{}, errno.ENOENT
	}
	return p.node.Stat()
}

// SetAttr changes the node's attributes: EROFS on a read-only mount, EISDIR and
// EINVAL for the size of what is no regular file.
func (p Place) SetAttr(a sys.SetAttr) error {
	switch {
	case p.node == nil:
		return errno.ENOENT
	case a.Set&sys.AttrSize != 0 && p.IsDir():
		return errno.EISDIR
	case p.ReadOnly():
		return errno.EROFS
	}
	if a.Set&sys.AttrSize != 0 {
		if _, ok := p.node.(File); !ok {
			return errno.EINVAL
		}
	}
	return p.node.SetAttr(a)
}

// mutable is the directory for a change of its entries.
func (p Place) mutable() (MutableDir, error) {
	if p.ReadOnly() {
		return nil, errno.EROFS
	}
	switch d := p.node.(type) {
	case MutableDir:
		return d, nil
	case Dir:
		return nil, errno.EROFS
	}
	return nil, errno.ENOTDIR
}
