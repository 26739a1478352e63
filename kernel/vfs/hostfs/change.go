//go:build !js

package hostfs

import (
	"os"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// entry is the path of the entry name, which is to be changed.
func (d *dir) entry(name string) (string, error) {
	if err := d.fs.writable(); err != nil {
		return "", err
	}
	where, err := d.where()
	return join(where, name), err
}

// Create makes an empty file. Its mode is further limited by the host's umask.
func (d *dir) Create(name string, mode uint32) (vfs.File, error) {
	where, err := d.entry(name)
	if err != nil {
		return nil, err
	}
	d.fs.tree.RLock()
	defer d.fs.tree.RUnlock()
	m := d.fs.mode(mode)
	f, err := d.fs.root.OpenFile(where, os.O_RDWR|os.O_CREATE|os.O_EXCL, m.Perm())
	if err != nil {
		return nil, number(err)
	}
	defer f.Close()
	if m != m.Perm() {
		if err := f.Chmod(m); err != nil {
			return nil, number(err)
		}
	}
	info, err := f.Stat()
	if err != nil {
		return nil, number(err)
	}
	return d.fs.node(d, name, info).self.(*file), nil
}

// Mkdir makes an empty directory. Its mode is further limited by the host's umask.
func (d *dir) Mkdir(name string, mode uint32) (vfs.Dir, error) {
	where, err := d.entry(name)
	if err != nil {
		return nil, err
	}
	m := d.fs.mode(mode)
	if err := d.fs.root.Mkdir(where, m.Perm()); err != nil {
		return nil, number(err)
	}
	if m != m.Perm() {
		if err := d.fs.root.Chmod(where, m); err != nil {
			return nil, number(err)
		}
	}
	n, err := d.fs.lookup(d, name)
	if err != nil {
		return nil, err
	}
	if made, ok := n.self.(*dir); ok {
		return made, nil
	}
	return nil, errno.ENOTDIR // replaced by others meanwhile
}

// Symlink makes a symbolic link: EPERM if it leads out of the file system.
func (d *dir) Symlink(name, target string) (vfs.Link, error) {
	where, err := d.entry(name)
	if err != nil {
		return nil, err
	}
	if _, err := d.fs.root.Lstat(where); err == nil {
		return nil, errno.EEXIST
	}
	if !d.fs.opts.Trusting {
		if err := stays(strings.Count(where, "/"), target); err != nil {
			return nil, err
		}
	}
	if err := d.fs.root.Symlink(target, where); err != nil {
		return nil, number(err)
	}
	n, err := d.fs.lookup(d, name)
	if err != nil {
		return nil, err
	}
	if made, ok := n.self.(*link); ok {
		return made, nil
	}
	return nil, errno.ENOENT // replaced by others meanwhile
}

// Link gives a file a further name.
func (d *dir) Link(name string, old vfs.Node) error {
	where, err := d.entry(name)
	if err != nil {
		return err
	}
	n := base(old)
	switch {
	case n == nil || n.fs != d.fs:
		return errno.EXDEV
	case n.kind == sys.TypeDirectory:
		return errno.EPERM
	}
	from, err := n.where()
	if err != nil {
		return err
	}
	return number(d.fs.root.Link(from, where))
}

// Unlink removes a name of anything but a directory.
func (d *dir) Unlink(name string) error { return d.remove(name, false) }

// Rmdir removes an empty directory.
func (d *dir) Rmdir(name string) error { return d.remove(name, true) }

func (d *dir) remove(name string, wantDir bool) error {
	d.fs.tree.Lock()
	defer d.fs.tree.Unlock()
	where, err := d.entry(name)
	if err != nil {
		return err
	}
	info, err := d.fs.root.Lstat(where)
	if err != nil {
		return number(err)
	}
	switch {
	case wantDir && !info.IsDir():
		return errno.ENOTDIR
	case !wantDir && info.IsDir():
		return errno.EISDIR
	}
	if err := d.fs.root.Remove(where); err != nil {
		return number(err)
	}
	d.fs.lose(d, name, info)
	return nil
}

// Rename moves an entry, also over another.
func (d *dir) Rename(name string, to vfs.Dir, newName string) error {
	into, ok := to.(*dir)
	if !ok || into.fs != d.fs {
		return errno.EXDEV
	}
	d.fs.tree.Lock()
	defer d.fs.tree.Unlock()
	from, err := d.entry(name)
	if err != nil {
		return err
	}
	where, err := into.entry(newName)
	if err != nil {
		return err
	}
	old, err := d.fs.root.Lstat(from)
	if err != nil {
		return number(err)
	}
	over, overErr := d.fs.root.Lstat(where)
	if overErr == nil && os.SameFile(old, over) {
		return nil // two names of one file, or one
	}
	if old.IsDir() && strings.HasPrefix(where, from+"/") {
		return errno.EINVAL
	}
	if err := d.fs.rename(from, where); err != nil {
		return number(err)
	}
	if overErr == nil {
		d.fs.lose(into, newName, over)
	}
	d.fs.moved(d, name, old, into, newName)
	return nil
}

// base is the node without its type, nil if it is not one of this package's.
func base(n vfs.Node) *node {
	switch n := n.(type) {
	case *dir:
		return n.node
	case *file:
		return n.node
	case *link:
		return n.node
	case *other:
		return n.node
	}
	return nil
}
