package localfs

import (
	"context"
	"slices"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// dir is a folder. All that differ in ctx alone stand for the same: those of the tree
// have none.
type dir struct {
	*node
	ctx context.Context
}

// WithContext implements [vfs.Cancelable].
func (d *dir) WithContext(ctx context.Context) vfs.Node { return &dir{d.node, ctx} }

// Stat describes the folder.
func (d *dir) Stat() (sys.Stat, error) { return d.stat(d.ctx) }

// SetAttr remembers attributes.
func (d *dir) SetAttr(a sys.SetAttr) error { return d.setAttr(d.ctx, a) }

// Parent is the folder above.
func (d *dir) Parent() (vfs.Dir, error) {
	up, _, err := d.Location()
	return up, err
}

// Location is the folder above and the name there.
func (d *dir) Location() (vfs.Dir, string, error) {
	d.fs.mu.Lock()
	defer d.fs.mu.Unlock()
	if d.removed {
		return nil, "", vfs.ErrRemoved
	}
	return d.parent.self.(*dir), d.name, nil
}

// child is the node of the entry name, which is a folder or not.
func (d *dir) child(name string, isDir bool) *node {
	d.fs.mu.Lock()
	defer d.fs.mu.Unlock()
	n := d.children[name]
	if n == nil || n.isDir != isDir {
		if n != nil {
			n.removed = true
		}
		n = d.fs.newNode(d.node, name, isDir)
		d.children[name] = n
	}
	return n
}

// forget notes that there is no entry name any more.
func (d *dir) forget(name string) {
	d.fs.mu.Lock()
	defer d.fs.mu.Unlock()
	if n := d.children[name]; n != nil {
		n.removed = true
		delete(d.children, name)
	}
	delete(d.cookies, name)
}

// Lookup finds an entry.
func (d *dir) Lookup(name string) (vfs.Node, error) {
	path, err := d.path()
	if err != nil {
		return nil, err
	}
	info, err := d.fs.host.Stat(d.ctx, join(path, name))
	if err != nil {
		if errno.Of(err) == errno.ENOENT {
			d.forget(name)
		}
		return nil, err
	}
	return d.child(name, info.Dir).self, nil
}

// ReadDir lists the entries, those that came later at the end.
func (d *dir) ReadDir(cookie uint64, yield func(sys.DirEntry) bool) error {
	path, err := d.path()
	if err != nil {
		return nil // removed: it is empty
	}
	entries, err := d.fs.host.List(d.ctx, path)
	if err != nil {
		return err
	}
	for _, e := range d.number(entries) {
		if e.Cookie > cookie && !yield(e) {
			break
		}
	}
	return nil
}

// number gives the entries their cookies, which names keep, and sorts by them.
func (d *dir) number(entries []Entry) []sys.DirEntry {
	list := make([]sys.DirEntry, 0, len(entries))
	for _, e := range entries {
		n := d.child(e.Name, e.Dir)
		t := sys.TypeRegular
		if e.Dir {
			t = sys.TypeDirectory
		}
		list = append(list, sys.DirEntry{Ino: n.ino, Type: t, Name: e.Name})
	}
	slices.SortFunc(list, func(a, b sys.DirEntry) int { return compare(a.Name, b.Name) })
	d.fs.mu.Lock()
	defer d.fs.mu.Unlock()
	cookies := make(map[string]uint64, len(list))
	for i := range list {
		c, ok := d.cookies[list[i].Name]
		if !ok {
			d.last++
			c = d.last
		}
		cookies[list[i].Name] = c
		list[i].Cookie = c
	}
	d.cookies = cookies
	slices.SortFunc(list, func(a, b sys.DirEntry) int { return compare(a.Cookie, b.Cookie) })
	return list
}

// change begins a change of the entry name, whose path is the result. taken says
// whether there is one.
func (d *dir) change(name string) (path string, info Info, taken bool, unlock func(), err error) {
	if err := d.fs.lock(d.ctx); err != nil {
		return "", info, false, nil, err
	}
	unlock = d.fs.unlock
	if path, err = d.path(); err == nil {
		path = join(path, name)
		info, err = d.fs.host.Stat(d.ctx, path)
	}
	switch {
	case err == nil:
		taken = true
	case path != "" && errno.Of(err) == errno.ENOENT:
		err = nil
	default:
		unlock()
	}
	return path, info, taken, unlock, err
}

// Create makes an empty file.
func (d *dir) Create(name string, mode uint32) (vfs.File, error) {
	n, err := d.make(name, false, mode, d.fs.host.Create)
	if err != nil {
		return nil, err
	}
	return n.(*file), nil
}

// Mkdir makes an empty folder.
func (d *dir) Mkdir(name string, mode uint32) (vfs.Dir, error) {
	n, err := d.make(name, true, mode, d.fs.host.Mkdir)
	if err != nil {
		return nil, err
	}
	return n.(*dir), nil
}

// make makes the entry name, as create has it made on the disk.
func (d *dir) make(name string, isDir bool, mode uint32, create func(context.Context, string) error) (vfs.Node, error) {
	path, _, taken, unlock, err := d.change(name)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if taken {
		return nil, errno.EEXIST
	}
	if err := create(d.ctx, path); err != nil {
		return nil, err
	}
	d.forget(name)
	n := d.child(name, isDir)
	d.fs.mu.Lock()
	defer d.fs.mu.Unlock()
	n.mode = mode & 0o7777
	return n.self, nil
}

// Symlink is EPERM: browsers know no links.
func (d *dir) Symlink(string, string) (vfs.Link, error) { return nil, errNoLinks }

// Link is EPERM.
func (d *dir) Link(string, vfs.Node) error { return errNoLinks }

var errNoLinks = errno.Faultf(errno.EPERM, "a folder of the disk can have no links here: browsers know none")

// Unlink removes a file.
func (d *dir) Unlink(name string) error { return d.remove(name, false) }

// Rmdir removes an empty folder.
func (d *dir) Rmdir(name string) error { return d.remove(name, true) }

func (d *dir) remove(name string, isDir bool) error {
	path, info, taken, unlock, err := d.change(name)
	if err != nil {
		return err
	}
	defer unlock()
	switch {
	case !taken:
		return errno.ENOENT
	case info.Dir && !isDir:
		return errno.EISDIR
	case !info.Dir && isDir:
		return errno.ENOTDIR
	}
	if err := d.fs.host.Remove(d.ctx, path); err != nil {
		return err
	}
	d.forget(name)
	return nil
}

// Rename renames a file. A folder is EXDEV.
func (d *dir) Rename(name string, to vfs.Dir, newName string) error {
	dst, ok := to.(*dir)
	if !ok || dst.fs != d.fs {
		return errno.EXDEV
	}
	path, info, taken, unlock, err := d.change(name)
	if err != nil {
		return err
	}
	defer unlock()
	if !taken {
		return errno.ENOENT
	}
	up, err := dst.path()
	if err != nil {
		return err
	}
	newPath := join(up, newName)
	if newPath == path {
		return nil
	}
	old, err := d.fs.host.Stat(d.ctx, newPath)
	switch there := err == nil; {
	case err != nil && errno.Of(err) != errno.ENOENT:
		return err
	case info.Dir && there && !old.Dir:
		return errno.ENOTDIR
	case !info.Dir && there && old.Dir:
		return errno.EISDIR
	case info.Dir:
		return errno.EXDEV
	}
	if err := d.fs.host.Move(d.ctx, path, newPath); err != nil {
		return err
	}
	dst.forget(newName)
	d.fs.mu.Lock()
	defer d.fs.mu.Unlock()
	if n := d.children[name]; n != nil {
		delete(d.children, name)
		dst.children[newName] = n
		n.parent, n.name = dst.node, newName
	}
	delete(d.cookies, name)
	return nil
}

func compare[T string | uint64](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
