package osfs

import (
	"context"
	"sort"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// view is an inode for operations that end with ctx.
type view struct {
	*inode
	ctx context.Context // nil: no end
}

// Stat implements [vfs.Node].
func (v view) Stat() (sys.Stat, error) { return v.stat(v.ctx) }

// SetAttr implements [vfs.Node].
func (v view) SetAttr(a sys.SetAttr) error { return v.setAttr(v.ctx, a) }

// dir is a directory.
type dir struct{ view }

var (
	_ vfs.MutableDir = dir{}
	_ vfs.Located    = dir{}
	_ vfs.Parent     = dir{}
	_ vfs.Cancelable = dir{}
)

// WithContext implements [vfs.Cancelable].
func (d dir) WithContext(ctx context.Context) vfs.Node { return dir{view{d.inode, ctx}} }

// node is the node of an inode.
func (i *inode) node() vfs.Node {
	switch i.typ {
	case sys.TypeDirectory:
		return dir{view{i, nil}}
	case sys.TypeSymlink:
		return link{view{i, nil}}
	}
	return file{view{i, nil}}
}

// Lookup implements [vfs.Dir].
func (d dir) Lookup(name string) (vfs.Node, error) {
	for {
		var st sys.Stat
		err := d.at(d.ctx, name, func(ctx context.Context, s server, path string) (err error) {
			st, err = s.stat(ctx, path)
			return err
		})
		if err != nil {
			return nil, err
		}
		i, wait := d.settled(name, st.Type)
		if i != nil {
			return i.node(), nil
		}
		select {
		case <-wait:
		case <-background(d.ctx).Done():
			return nil, context.Cause(d.ctx)
		}
	}
}

// ReadDir implements [vfs.Dir].
func (d dir) ReadDir(cookie uint64, yield func(sys.DirEntry) bool) error {
	var all []named
	err := d.at(d.ctx, "", func(ctx context.Context, s server, path string) (err error) {
		all, err = s.list(ctx, path)
		return err
	})
	if err == errno.ENOENT {
		return nil // it was removed, and has nothing in it
	}
	if err != nil {
		return err
	}
	entries := make([]sys.DirEntry, 0, len(all))
	for _, e := range all {
		if e.name == "" || e.name == "." || e.name == ".." || len(e.name) > vfs.MaxName || strings.ContainsAny(e.name, "/\x00") {
			continue // a name that nobody could open
		}
		entries = append(entries, sys.DirEntry{Name: e.name, Type: e.typ, Ino: d.kid(e.name, e.typ).ino})
	}
	sort.Slice(entries, func(i, j int) bool { return entries[i].Name < entries[j].Name })
	d.place(entries)
	for _, e := range entries {
		if e.Cookie > cookie && !yield(e) {
			break
		}
	}
	return nil
}

// place gives the entries their cookies, and orders them by those. An entry keeps its own
// for as long as it is there.
func (d dir) place(entries []sys.DirEntry) {
	d.t.mu.Lock()
	defer d.t.mu.Unlock()
	places := make(map[string]uint64, len(entries))
	for i := range entries {
		e := &entries[i]
		if e.Cookie = d.places[e.Name]; e.Cookie == 0 {
			d.lastAt++
			e.Cookie = d.lastAt
		}
		places[e.Name] = e.Cookie
	}
	d.places = places
	sort.Slice(entries, func(i, j int) bool { return entries[i].Cookie < entries[j].Cookie })
}

// make makes an entry that must not be there yet.
func (d dir) make(name string, typ sys.FileType, fn func(ctx context.Context, s server, path string) error) (vfs.Node, error) {
	err := d.at(d.ctx, name, func(ctx context.Context, s server, path string) error {
		if _, err := s.stat(ctx, path); err == nil {
			return errno.EEXIST
		}
		return fn(ctx, s, path)
	})
	if err != nil {
		return nil, err
	}
	d.forget(name) // of one that the module took away itself
	return d.kid(name, typ).node(), nil
}

// Create implements [vfs.MutableDir].
func (d dir) Create(name string, mode uint32) (vfs.File, error) {
	n, err := d.make(name, sys.TypeRegular, func(ctx context.Context, s server, path string) error { return s.create(ctx, path, mode) })
	if err != nil {
		return nil, err
	}
	return n.(vfs.File), nil
}

// Mkdir implements [vfs.MutableDir].
func (d dir) Mkdir(name string, mode uint32) (vfs.Dir, error) {
	n, err := d.make(name, sys.TypeDirectory, func(ctx context.Context, s server, path string) error { return s.mkdir(ctx, path, mode) })
	if err != nil {
		return nil, err
	}
	return n.(vfs.Dir), nil
}

// Symlink implements [vfs.MutableDir].
func (d dir) Symlink(name, target string) (vfs.Link, error) {
	n, err := d.make(name, sys.TypeSymlink, func(ctx context.Context, s server, path string) error { return s.symlink(ctx, target, path) })
	if err != nil {
		return nil, err
	}
	return n.(vfs.Link), nil
}

// Link implements [vfs.MutableDir]: a file has one name here.
func (d dir) Link(string, vfs.Node) error { return errno.ENOTSUP }

// Unlink implements [vfs.MutableDir].
func (d dir) Unlink(name string) error {
	done, err := d.t.lose(background(d.ctx), place{d.inode, name})
	if err != nil {
		return err
	}
	defer done()
	err = d.at(d.ctx, name, func(ctx context.Context, s server, path string) error {
		st, err := s.stat(ctx, path)
		switch {
		case err != nil:
			return err
		case st.Type == sys.TypeDirectory:
			return errno.EISDIR
		}
		d.keep(ctx, s, name)
		return s.unlink(ctx, path)
	})
	if err == nil {
		d.forget(name)
	}
	return err
}

// Rmdir implements [vfs.MutableDir].
func (d dir) Rmdir(name string) error {
	err := d.at(d.ctx, name, func(ctx context.Context, s server, path string) error {
		st, err := s.stat(ctx, path)
		switch {
		case err != nil:
			return err
		case st.Type != sys.TypeDirectory:
			return errno.ENOTDIR
		}
		return s.rmdir(ctx, path)
	})
	if err == nil {
		d.forget(name)
	}
	return err
}

// Rename implements [vfs.MutableDir].
func (d dir) Rename(name string, to vfs.Dir, newName string) error {
	into, ok := to.(dir)
	if !ok || into.t != d.t {
		return errno.EXDEV
	}
	done, err := d.t.lose(background(d.ctx), place{into.inode, newName})
	if err != nil {
		return err
	}
	defer done()
	target, err := into.where(newName)
	if err != nil {
		return err
	}
	moved := false
	err = d.at(d.ctx, name, func(ctx context.Context, s server, path string) error {
		st, err := s.stat(ctx, path)
		if err != nil {
			return err
		}
		isDir := st.Type == sys.TypeDirectory
		switch {
		case path == target:
			return nil
		case isDir && strings.HasPrefix(target, path+"/"):
			return errno.EINVAL
		}
		if old, err := s.stat(ctx, target); err == nil {
			switch oldDir := old.Type == sys.TypeDirectory; {
			case isDir && !oldDir:
				return errno.ENOTDIR
			case !isDir && oldDir:
				return errno.EISDIR
			case oldDir:
				list, err := s.list(ctx, target)
				if err != nil {
					return err
				}
				if len(list) > 0 {
					return errno.ENOTEMPTY
				}
			default:
				into.keep(ctx, s, newName)
			}
		}
		moved = true
		return s.rename(ctx, path, target)
	})
	if err == nil && moved {
		d.move(name, into.inode, newName)
	}
	return err
}

// Location implements [vfs.Located].
func (d dir) Location() (vfs.Dir, string, error) {
	d.t.mu.Lock()
	defer d.t.mu.Unlock()
	switch {
	case d.up == nil:
		return d.t.Root(), "", nil
	case d.gone:
		return nil, "", vfs.ErrRemoved
	}
	return dir{view{d.up, nil}}, d.name, nil
}

// Parent implements [vfs.Parent].
func (d dir) Parent() (vfs.Dir, error) {
	up, _, err := d.Location()
	return up, err
}

// link is a symbolic link.
type link struct{ view }

// WithContext implements [vfs.Cancelable].
func (l link) WithContext(ctx context.Context) vfs.Node { return link{view{l.inode, ctx}} }

// Readlink implements [vfs.Link].
func (l link) Readlink() (target string, err error) {
	err = l.at(l.ctx, "", func(ctx context.Context, s server, path string) (err error) {
		target, err = s.readlink(ctx, path)
		return err
	})
	return target, err
}
