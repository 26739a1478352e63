package store

import (
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// Each change is judged, recorded and made, in this order. When the log is read
// again it is judged and made by the same functions.

// Create makes an empty file.
func (d *dir) Create(name string, mode uint32) (vfs.File, error) { return d.create(name, mode, false) }

// CreatePromised is Create with room that was set aside.
func (d *dir) CreatePromised(name string, mode uint32) (vfs.File, error) {
	return d.create(name, mode, true)
}

func (d *dir) create(name string, mode uint32, promised bool) (vfs.File, error) {
	n, err := d.make(name, sys.TypeRegular, mode, "", promised)
	if err != nil {
		return nil, err
	}
	return n.(*file), nil
}

// Mkdir makes an empty directory.
func (d *dir) Mkdir(name string, mode uint32) (vfs.Dir, error) {
	n, err := d.make(name, sys.TypeDirectory, mode, "", false)
	if err != nil {
		return nil, err
	}
	return n.(*dir), nil
}

// Symlink makes a symbolic link.
func (d *dir) Symlink(name, target string) (vfs.Link, error) {
	n, err := d.make(name, sys.TypeSymlink, 0o777, target, false)
	if err != nil {
		return nil, err
	}
	return n.(*link), nil
}

func (d *dir) make(name string, t sys.FileType, mode uint32, target string, promised bool) (n node, err error) {
	fs := d.fs
	now := fs.clock()
	defer fs.settle(&err)
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if err := d.free(name); err != nil {
		return nil, err
	}
	if err := fs.makeRoom(0, promised); err != nil {
		return nil, err
	}
	e := &fs.enc
	e.begin(recCreate)
	e.uint(d.ino)
	e.uint(fs.lastIno + 1)
	e.uint(uint64(t))
	e.uint(uint64(mode & permBits))
	e.time(now)
	e.text(name)
	if t == sys.TypeSymlink {
		e.text(target)
	}
	if err := fs.commit(); err != nil {
		return nil, err
	}
	n = fs.newNode(fs.lastIno+1, t, mode&permBits, target, now)
	d.applyMake(name, n, now)
	fs.step()
	return n, nil
}

// newNode makes a node without a name.
func (fs *FS) newNode(ino uint64, t sys.FileType, mode uint32, target string, now int64) node {
	i := common{fs: fs, ino: ino, mode: mode, atime: now, mtime: now, ctime: now}
	var n node
	switch t {
	case sys.TypeDirectory:
		n = &dir{common: i}
	case sys.TypeSymlink:
		n = &link{i, target}
	default:
		n = &file{common: i}
	}
	fs.nodes[ino] = n
	fs.lastIno = max(fs.lastIno, ino)
	fs.weight.nodes++
	fs.weight.text += int64(len(target))
	return n
}

func (d *dir) applyMake(name string, n node, now int64) {
	n.inode().nlink = 1
	if sub, ok := n.(*dir); ok {
		sub.parent, sub.name, sub.nlink = d, name, 2
		d.nlink++
	}
	d.add(name, n)
	d.mtime, d.ctime = now, now
	d.fs.touch(d)
	d.fs.touch(n)
}

// free is the verdict over a new name.
func (d *dir) free(name string) error {
	switch {
	case d.dead:
		return errno.ENOENT
	case d.entries.Find(name) != nil:
		return errno.EEXIST
	}
	return nil
}

// Link gives n a further name.
func (d *dir) Link(name string, n vfs.Node) (err error) {
	fs := d.fs
	nd, ok := n.(node)
	if !ok || nd.inode().fs != fs {
		return errno.EXDEV
	}
	now := fs.clock()
	defer fs.settle(&err)
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if err := d.mayLink(name, nd); err != nil {
		return err
	}
	if err := fs.makeRoom(0, false); err != nil {
		return err
	}
	e := &fs.enc
	e.begin(recLink)
	e.uint(d.ino)
	e.uint(nd.inode().ino)
	e.time(now)
	e.text(name)
	if err := fs.commit(); err != nil {
		return err
	}
	d.applyLink(name, nd, now)
	fs.step()
	return nil
}

func (d *dir) mayLink(name string, n node) error {
	if _, isDir := n.(*dir); isDir {
		return errno.EPERM
	}
	if err := d.free(name); err != nil {
		return err
	}
	if n.inode().nlink == 0 {
		return errno.ENOENT // what has lost its last name gets no new one
	}
	return nil
}

func (d *dir) applyLink(name string, n node, now int64) {
	i := n.inode()
	i.nlink++
	i.ctime = now
	d.add(name, n)
	d.mtime, d.ctime = now, now
	d.fs.touch(d)
	d.fs.touch(n)
}

// Unlink removes a name of anything but a directory.
func (d *dir) Unlink(name string) error { return d.unlink(name, false) }

// Rmdir removes an empty directory.
func (d *dir) Rmdir(name string) error { return d.unlink(name, true) }

func (d *dir) unlink(name string, isDir bool) (err error) {
	fs := d.fs
	now := fs.clock()
	defer fs.settle(&err)
	fs.mu.Lock()
	defer fs.mu.Unlock()
	x := d.entries.Find(name)
	if x == nil {
		return errno.ENOENT
	}
	sub, is := x.Node.(*dir)
	switch {
	case is && !isDir:
		return errno.EISDIR
	case isDir && !is:
		return errno.ENOTDIR
	case is && sub.entries.Len() > 0:
		return errno.ENOTEMPTY
	}
	e := &fs.enc
	e.begin(recUnlink)
	e.uint(d.ino)
	e.time(now)
	e.text(name)
	if err := fs.commit(); err != nil {
		return err
	}
	d.applyUnlink(x, now)
	fs.step()
	return nil
}

func (d *dir) applyUnlink(x *entry, now int64) {
	n := x.Node
	d.remove(x)
	if _, is := n.(*dir); is {
		d.nlink--
	}
	d.mtime, d.ctime = now, now
	d.fs.touch(d)
	d.fs.unlinked(n, now)
}

// unlinked takes a name off n, which has just lost it.
func (fs *FS) unlinked(n node, now int64) {
	i := n.inode()
	i.ctime = now
	switch n := n.(type) {
	case *dir:
		n.dead, n.nlink = true, 0
		fs.forget(n)
	case *link:
		if i.nlink--; i.nlink == 0 {
			fs.weight.text -= int64(len(n.target))
			fs.forget(n)
			return
		}
		fs.touch(n)
	case *file:
		fs.touch(n)
		if i.nlink--; i.nlink == 0 && n.holds == 0 && !fs.alloc.replaying {
			fs.doom(n)
		}
	}
}

// forget removes a node that has no name and no contents.
func (fs *FS) forget(n node) {
	delete(fs.nodes, n.inode().ino)
	fs.weight.nodes--
	fs.lost(n)
}

// Rename moves an entry.
func (d *dir) Rename(name string, to vfs.Dir, newName string) (err error) {
	fs := d.fs
	dst, ok := to.(*dir)
	if !ok || dst.fs != fs {
		return errno.EXDEV
	}
	now := fs.clock()
	defer fs.settle(&err)
	fs.mu.Lock()
	defer fs.mu.Unlock()
	x, err := d.mayRename(name, dst, newName)
	if err != nil || x == nil {
		return err
	}
	// A new name may be longer: room for it is taken without asking, so that a
	// full store can still be put in order.
	e := &fs.enc
	e.begin(recRename)
	e.uint(d.ino)
	e.uint(dst.ino)
	e.time(now)
	e.text(name)
	e.text(newName)
	if err := fs.commit(); err != nil {
		return err
	}
	d.applyRename(x, dst, newName, now)
	fs.step()
	return nil
}

// mayRename is the entry to be moved, nil if there is nothing to do.
func (d *dir) mayRename(name string, dst *dir, newName string) (*entry, error) {
	x := d.entries.Find(name)
	if x == nil || dst.dead {
		return nil, errno.ENOENT
	}
	old := dst.entries.Find(newName)
	if old != nil && old.Node == x.Node {
		return nil, nil
	}
	moved, isDir := x.Node.(*dir)
	if isDir && moved.contains(dst) {
		return nil, errno.EINVAL
	}
	if old == nil {
		return x, nil
	}
	there, oldIsDir := old.Node.(*dir)
	switch {
	case oldIsDir && there.contains(d):
		return nil, errno.ENOTEMPTY
	case isDir && !oldIsDir:
		return nil, errno.ENOTDIR
	case oldIsDir && !isDir:
		return nil, errno.EISDIR
	case oldIsDir && there.entries.Len() > 0:
		return nil, errno.ENOTEMPTY
	}
	return x, nil
}

func (d *dir) applyRename(x *entry, dst *dir, newName string, now int64) {
	fs, n := d.fs, x.Node
	old := dst.entries.Find(newName)
	d.remove(x)
	moved, isDir := n.(*dir)
	if isDir {
		moved.parent, moved.name = dst, newName
		d.nlink--
		if old == nil {
			dst.nlink++
		}
	}
	if old != nil {
		// The name was there all the time, so its place in the order stays.
		gone := old.Node
		old.Node = n
		fs.unlinked(gone, now)
	} else {
		dst.add(newName, n)
	}
	n.inode().ctime = now
	d.mtime, d.ctime = now, now
	dst.mtime, dst.ctime = now, now
	fs.touch(d)
	fs.touch(dst)
	fs.touch(n)
}
