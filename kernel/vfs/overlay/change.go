package overlay

import (
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// change locks the tree for a change of name in d, and gives d an upper layer.
func (d *dir) change(name string) (unlock func(), err error) {
	if d.fs.opts.Upper == nil {
		return nil, errno.EROFS
	}
	if name == LogName {
		return nil, errno.Faultf(errno.EPERM, "the overlay needs the name %s for itself", name)
	}
	d.fs.mu.Lock()
	if err := d.raise(); err != nil {
		d.fs.mu.Unlock()
		return nil, err
	}
	return d.fs.mu.Unlock, nil
}

// making is change for a new entry: EEXIST if the name is taken.
func (d *dir) making(name string) (unlock func(), err error) {
	if unlock, err = d.change(name); err != nil {
		return nil, err
	}
	if _, err = d.lookup(name); err == nil {
		err = errno.EEXIST
	}
	if !missing(err) {
		unlock()
		return nil, err
	}
	return unlock, nil
}

// Create makes an empty file.
func (d *dir) Create(name string, mode uint32) (vfs.File, error) {
	unlock, err := d.making(name)
	if err != nil {
		return nil, err
	}
	defer unlock()
	n, err := d.upper.Create(name, mode)
	if err != nil {
		return nil, err
	}
	f := d.fs.wrap(d, name, n, true).(*file)
	d.children[name] = f
	return f, nil
}

// Mkdir makes an empty directory. Lower ones of that name are hidden already.
func (d *dir) Mkdir(name string, mode uint32) (vfs.Dir, error) {
	unlock, err := d.making(name)
	if err != nil {
		return nil, err
	}
	defer unlock()
	n, err := d.upper.Mkdir(name, mode)
	if err != nil {
		return nil, err
	}
	sub, ok := n.(vfs.MutableDir)
	if !ok {
		return nil, errno.EIO
	}
	made := d.fs.newDir(d, name, sub, nil)
	d.children[name] = made
	return made, nil
}

// Symlink makes a symbolic link.
func (d *dir) Symlink(name, target string) (vfs.Link, error) {
	unlock, err := d.making(name)
	if err != nil {
		return nil, err
	}
	defer unlock()
	n, err := d.upper.Symlink(name, target)
	if err != nil {
		return nil, err
	}
	l := d.fs.wrap(d, name, n, true).(*link)
	d.children[name] = l
	return l, nil
}

// Link gives n a further name.
func (d *dir) Link(name string, n vfs.Node) error {
	unlock, err := d.making(name)
	if err != nil {
		return err
	}
	defer unlock()
	under, err := d.fs.raiseNode(n)
	if err != nil {
		return err
	}
	if err := d.upper.Link(name, under); err != nil {
		return err
	}
	d.children[name] = n
	return nil
}

// raiseNode is the upper layer's node of n, which is copied there if need be.
func (f *FS) raiseNode(n vfs.Node) (vfs.Node, error) {
	switch n := n.(type) {
	case *file:
		if n.fs == f {
			return n.raise(-1)
		}
	case *link:
		if n.fs == f {
			return n.node, n.raise()
		}
	case *dir:
		return nil, errno.EPERM
	}
	return nil, errno.EXDEV
}

// Unlink removes a name.
func (d *dir) Unlink(name string) error {
	unlock, err := d.change(name)
	if err != nil {
		return err
	}
	defer unlock()
	n, err := d.lookup(name)
	if err != nil {
		return err
	}
	if _, isDir := n.(*dir); isDir {
		return errno.EISDIR
	}
	// The lower name goes first: if what comes after fails, the file is still there.
	if err := d.hide(name); err != nil {
		return err
	}
	upper, err := d.above(name)
	if err != nil {
		return err
	}
	if upper != nil {
		if err := d.upper.Unlink(name); err != nil {
			return err
		}
	}
	d.forget(name, n)
	return nil
}

// forget takes the entry name, which was n, out of what is known. A node of a lower
// layer can be found under another name, and one that nobody can find is not kept.
func (d *dir) forget(name string, n vfs.Node) {
	delete(d.children, name)
	delete(d.cookies, name)
	switch n := n.(type) {
	case *file:
		n.unlinked()
	case *link:
		if st, err := n.node.Stat(); !n.upper || err != nil || st.Nlink == 0 {
			n.nameless = true
			delete(d.fs.links, n.node)
		}
	case *dir:
		d.fs.placeMu.Lock()
		n.removed = true
		d.fs.placeMu.Unlock()
	}
}

// empty is ENOTEMPTY if the directory has entries.
func (d *dir) empty() error {
	names, err := d.names()
	if err == nil && len(names) > 0 {
		err = errno.ENOTEMPTY
	}
	return err
}

// Rmdir removes an empty directory.
func (d *dir) Rmdir(name string) error {
	unlock, err := d.change(name)
	if err != nil {
		return err
	}
	defer unlock()
	n, err := d.lookup(name)
	if err != nil {
		return err
	}
	sub, isDir := n.(*dir)
	if !isDir {
		return errno.ENOTDIR
	}
	if err := sub.empty(); err != nil {
		return err
	}
	if err := d.removeDir(name, sub); err != nil {
		return err
	}
	d.forget(name, sub)
	return nil
}

// removeDir removes the layers of an empty directory.
func (d *dir) removeDir(name string, sub *dir) error {
	if err := d.hide(name); err != nil {
		return err
	}
	if sub.upper == nil {
		return nil
	}
	if err := sub.upper.Unlink(LogName); err != nil && !missing(err) {
		return err
	}
	return d.upper.Rmdir(name)
}

// Rename moves an entry. EXDEV if it is a directory that has lower layers.
func (d *dir) Rename(name string, to vfs.Dir, newName string) error {
	dst, ok := to.(*dir)
	if !ok || dst.fs != d.fs {
		return errno.EXDEV
	}
	unlock, err := d.change(name)
	if err != nil {
		return err
	}
	defer unlock()
	n, old, err := d.mayMove(name, dst, newName)
	if err != nil || old == n {
		return err
	}
	if err := dst.raise(); err != nil {
		return err
	}
	_, isDir := n.(*dir)
	if !isDir {
		if _, err := d.fs.raiseNode(n); err != nil {
			return err
		}
	}
	if there, oldIsDir := old.(*dir); oldIsDir {
		err = dst.removeDir(newName, there)
	} else if isDir {
		// A directory that was there below must not shine through.
		err = dst.hide(newName)
	}
	if err != nil {
		return err
	}
	if err := d.upper.Rename(name, dst.upper, newName); err != nil {
		return err
	}
	if err := d.hide(name); err != nil {
		return err
	}
	d.moved(name, n, dst, newName, old)
	return nil
}

// mayMove finds the entry name and what has the new name in dst, nil if nothing has, and is
// the verdict over moving the one there. The lock is held.
func (d *dir) mayMove(name string, dst *dir, newName string) (n, old vfs.Node, err error) {
	if newName == LogName {
		return nil, nil, errno.Faultf(errno.EPERM, "the overlay needs the name %s for itself", newName)
	}
	if n, err = d.lookup(name); err != nil {
		return nil, nil, err
	}
	if dst.removed {
		return nil, nil, errno.ENOENT
	}
	old, err = dst.lookup(newName)
	if err != nil && !missing(err) {
		return nil, nil, err
	}
	if old == n {
		return n, old, nil
	}
	moved, isDir := n.(*dir)
	if isDir && moved.contains(dst) {
		return nil, nil, errno.EINVAL
	}
	if err := d.mayReplace(old, isDir); err != nil {
		return nil, nil, err
	}
	if isDir && len(moved.lower) > 0 {
		return nil, nil, errno.EXDEV
	}
	return n, old, nil
}

// moved notes that n, which was called name, is now newName in dst, in place of old. The lock
// is held.
func (d *dir) moved(name string, n vfs.Node, dst *dir, newName string, old vfs.Node) {
	delete(d.children, name)
	delete(d.cookies, name)
	if old != nil {
		cookie := dst.cookies[newName]
		dst.forget(newName, old)
		if cookie != 0 {
			dst.cookies[newName] = cookie // the name was there all the time
		}
	}
	dst.children[newName] = n
	if sub, isDir := n.(*dir); isDir {
		d.fs.placeMu.Lock()
		sub.parent, sub.name = dst, newName
		d.fs.placeMu.Unlock()
	}
}

// contains reports whether sub is d or below it.
func (d *dir) contains(sub *dir) bool {
	for ; sub != d; sub = sub.parent {
		if sub.parent == sub {
			return false
		}
	}
	return true
}

// mayReplace is the verdict over replacing old, if it is not nil, by something of d.
func (d *dir) mayReplace(old vfs.Node, isDir bool) error {
	there, oldIsDir := old.(*dir)
	switch {
	case old == nil:
		return nil
	case oldIsDir && there.contains(d):
		return errno.ENOTEMPTY
	case isDir && !oldIsDir:
		return errno.ENOTDIR
	case oldIsDir && !isDir:
		return errno.EISDIR
	case oldIsDir:
		return there.empty()
	}
	return nil
}

// raise gives the directory, and those above it, an upper layer. The lock is held.
func (d *dir) raise() error {
	switch {
	case d.upper != nil && !d.removed:
		return nil
	case d.fs.opts.Upper == nil:
		return errno.EROFS
	case d.removed:
		return errno.ENOENT
	}
	if err := d.parent.raise(); err != nil {
		return err
	}
	st, err := d.lower[0].Stat()
	if err != nil {
		return err
	}
	restore := d.parent.keepTimes()
	n, err := d.parent.upper.Mkdir(d.name, st.Mode)
	if errno.Of(err) == errno.EEXIST {
		return errno.Faultf(errno.EIO, "the upper directory has been changed by others under %q", d.name)
	}
	if err != nil {
		return err
	}
	restore()
	sub, ok := n.(vfs.MutableDir)
	if !ok {
		return errno.EROFS
	}
	err = sub.SetAttr(sys.SetAttr{Set: sys.AttrMode | sys.AttrAtime | sys.AttrMtime, Mode: st.Mode, Atime: st.Atime, Mtime: st.Mtime})
	if err != nil {
		return err
	}
	d.upper = sub
	return nil
}

// keepTimes returns what gives the upper layer back the times that it has now: what
// is copied there is no change of the directory.
func (d *dir) keepTimes() (restore func()) {
	st, err := d.upper.Stat()
	return func() {
		if err == nil {
			// Times that cannot be set are no reason to refuse the change itself.
			_ = d.upper.SetAttr(sys.SetAttr{Set: sys.AttrAtime | sys.AttrMtime, Atime: st.Atime, Mtime: st.Mtime})
		}
	}
}

var (
	_ vfs.MutableDir = (*dir)(nil)
	_ vfs.Guarded    = (*dir)(nil)
	_ vfs.Located    = (*dir)(nil)
	_ vfs.Parent     = (*dir)(nil)
	_ vfs.Space      = (*FS)(nil)
	_ vfs.ReadOnlyFS = (*FS)(nil)
	_ vfs.Waiter     = (*FS)(nil)
)
