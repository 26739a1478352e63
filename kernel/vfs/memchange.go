package vfs

import "github.com/bushel-wasm/bushel/kernel/errno"

// Create makes an empty file.
func (d *memDir) Create(name string, mode uint32) (File, error) { return d.create(name, mode, false) }

// CreatePromised is Create with room that was set aside.
func (d *memDir) CreatePromised(name string, mode uint32) (File, error) {
	return d.create(name, mode, true)
}

func (d *memDir) create(name string, mode uint32, promised bool) (File, error) {
	f := &memFile{counted: true}
	if err := d.make(name, f, mode, 0, promised); err != nil {
		return nil, err
	}
	return f, nil
}

// Symlink makes a symbolic link.
func (d *memDir) Symlink(name, target string) (Link, error) {
	l := &memLink{target: target}
	if err := d.make(name, l, 0o777, int64(len(target)), false); err != nil {
		return nil, err
	}
	return l, nil
}

// Mkdir makes an empty directory.
func (d *memDir) Mkdir(name string, mode uint32) (Dir, error) {
	sub := &memDir{}
	if err := d.make(name, sub, mode, 0, false); err != nil {
		return nil, err
	}
	return sub, nil
}

// make makes the entry name for the new node n, whose contents take size bytes.
func (d *memDir) make(name string, n memNode, mode uint32, size int64, promised bool) error {
	now := d.fs.clock()
	d.fs.tree.Lock()
	defer d.fs.tree.Unlock()
	if err := d.free(name); err != nil {
		return err
	}
	if !d.fs.charge(nodeCost+size+nameCost+int64(len(name)), promised) {
		return d.fs.full()
	}
	d.fs.nodes.Add(1)
	sub, isDir := n.(*memDir)
	dirs, nlink := 0, uint64(1)
	if isDir {
		sub.parent, sub.name = d, name
		dirs, nlink = 1, 2
	}
	n.inode().init(d.fs, mode, nlink, now)
	d.entries.Add(name, n)
	d.touched(dirs, now)
	return nil
}

// free is the verdict over a new name.
func (d *memDir) free(name string) error {
	if d.dead {
		return errno.ENOENT
	}
	if d.entries.Find(name) != nil {
		return errno.EEXIST
	}
	return nil
}

// Link gives n a further name.
func (d *memDir) Link(name string, n Node) error {
	node, ok := n.(memNode)
	if !ok || node.inode().fs != d.fs {
		return errno.EXDEV
	}
	if _, isDir := n.(*memDir); isDir {
		return errno.EPERM
	}
	now := d.fs.clock()
	d.fs.tree.Lock()
	defer d.fs.tree.Unlock()
	if err := d.free(name); err != nil {
		return err
	}
	inode := node.inode()
	inode.mu.RLock()
	nlink := inode.nlink
	inode.mu.RUnlock()
	if nlink == 0 {
		return errno.ENOENT // what has lost its last name gets no new one
	}
	if !d.fs.charge(nameCost+int64(len(name)), false) {
		return d.fs.full()
	}
	inode.linked(1, now)
	d.entries.Add(name, node)
	d.touched(0, now)
	return nil
}

// Unlink removes a name of anything but a directory.
func (d *memDir) Unlink(name string) error {
	now := d.fs.clock()
	d.fs.tree.Lock()
	defer d.fs.tree.Unlock()
	e := d.entries.Find(name)
	if e == nil {
		return errno.ENOENT
	}
	if _, isDir := e.Node.(*memDir); isDir {
		return errno.EISDIR
	}
	node := e.Node
	d.remove(e)
	d.touched(0, now)
	unlinked(node, now)
	return nil
}

// Rmdir removes an empty directory.
func (d *memDir) Rmdir(name string) error {
	now := d.fs.clock()
	d.fs.tree.Lock()
	defer d.fs.tree.Unlock()
	e := d.entries.Find(name)
	if e == nil {
		return errno.ENOENT
	}
	sub, isDir := e.Node.(*memDir)
	if !isDir {
		return errno.ENOTDIR
	}
	if sub.entries.Len() > 0 {
		return errno.ENOTEMPTY
	}
	d.remove(e)
	d.touched(-1, now)
	unlinked(sub, now)
	return nil
}

// unlinked takes a name off n, which has just lost it. The tree is locked.
func unlinked(n memNode, now int64) {
	if d, isDir := n.(*memDir); isDir {
		d.dead = true
		d.linked(-2, now)
		d.dropped()
		return
	}
	if n.inode().linked(-1, now) == 0 {
		n.dropped()
	}
}

// Rename moves an entry.
func (d *memDir) Rename(name string, to Dir, newName string) error {
	dst, ok := to.(*memDir)
	if !ok || dst.fs != d.fs {
		return errno.EXDEV
	}
	now := d.fs.clock()
	d.fs.tree.Lock()
	defer d.fs.tree.Unlock()
	e := d.entries.Find(name)
	if e == nil || dst.dead {
		return errno.ENOENT
	}
	node := e.Node
	old := dst.entries.Find(newName)
	if old != nil && old.Node == node {
		return nil
	}
	moved, isDir := node.(*memDir)
	if isDir && moved.contains(dst) {
		return errno.EINVAL
	}
	if err := d.mayReplace(old, isDir); err != nil {
		return err
	}
	// The new name is at most as long as names can be: room for it is taken
	// without asking, so that a full file system can still be put in order.
	dst.fs.used.Add(nameCost + int64(len(newName)))
	d.remove(e)
	fewer, more := 0, 0
	if isDir {
		moved.parent, moved.name = dst, newName
		fewer, more = -1, 1
	}
	if old != nil {
		// The name was there all the time, so its place in the order stays.
		dst.fs.used.Add(-nameCost - int64(len(newName)))
		gone := old.Node
		old.Node = node
		if isDir {
			more = 0
		}
		unlinked(gone, now)
	} else {
		dst.entries.Add(newName, node)
	}
	d.touched(fewer, now)
	dst.touched(more, now)
	node.inode().linked(0, now)
	return nil
}

// contains reports whether sub is d or below it.
func (d *memDir) contains(sub *memDir) bool {
	for ; sub != d; sub = sub.parent {
		if sub.parent == sub {
			return false
		}
	}
	return true
}

// mayReplace is the verdict over replacing the entry old, if it is not nil, by
// something of d.
func (d *memDir) mayReplace(old *memEntry, isDir bool) error {
	if old == nil {
		return nil
	}
	there, oldIsDir := old.Node.(*memDir)
	switch {
	case oldIsDir && there.contains(d):
		return errno.ENOTEMPTY
	case isDir && !oldIsDir:
		return errno.ENOTDIR
	case oldIsDir && !isDir:
		return errno.EISDIR
	case oldIsDir && there.entries.Len() > 0:
		return errno.ENOTEMPTY
	}
	return nil
}
