//go:build !js

package hostfs

import (
	"io/fs"
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
	f, err := d.fs.root.OpenFile(where, os.O_RDWR|os.O_CREATE|os.O_EXCL, fs.FileMode(mode&0o777))
	if err != nil {
		return nil, number(err)
	}
	defer f.Close()
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
	if err := d.fs.root.Mkdir(where, fs.FileMode(mode&0o777)); err != nil {
		return nil, number(err)
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
	if err := stays(strings.Count(where, "/"), target); err != nil {
		return nil, err
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
	d.fs.mu.Lock()
	defer d.fs.mu.Unlock()
	if n := d.fs.known(d, name); n != nil {
		n.removed = true
	}
	return nil
}

// Rename moves an entry, also over another.
func (d *dir) Rename(name string, to vfs.Dir, newName string) error {
	from, err := d.entry(name)
	if err != nil {
		return err
	}
	into, ok := to.(*dir)
	if !ok || into.fs != d.fs {
		return errno.EXDEV
	}
	where, err := into.entry(newName)
	if err != nil {
		return err
	}
	if err := d.checkRename(from, where); err != nil {
		return err
	}
	old, oldErr := d.fs.root.Lstat(from)
	over, overErr := d.fs.root.Lstat(where)
	if err := d.fs.root.Rename(from, where); err != nil {
		return number(err)
	}
	if oldErr == nil && overErr == nil && os.SameFile(old, over) {
		return nil // two names of one file
	}
	d.fs.mu.Lock()
	defer d.fs.mu.Unlock()
	if n := d.fs.known(into, newName); n != nil {
		n.removed = true
	}
	if n := d.fs.known(d, name); n != nil {
		n.parent, n.name = into, newName
	}
	return nil
}

// checkRename finds what the host would refuse in words of its own.
func (d *dir) checkRename(from, to string) error {
	old, err := d.fs.root.Lstat(from)
	if err != nil {
		return number(err)
	}
	if old.IsDir() && strings.HasPrefix(to, from+"/") {
		return errno.EINVAL
	}
	over, err := d.fs.root.Lstat(to)
	switch {
	case err != nil:
		return nil // nothing there, or the host says what is wrong
	case old.IsDir() && !over.IsDir():
		return errno.ENOTDIR
	case !old.IsDir() && over.IsDir():
		return errno.EISDIR
	}
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
