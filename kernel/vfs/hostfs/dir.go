//go:build !js

package hostfs

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"sync"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// dir is a directory.
type dir struct {
	*node
	// list guards the cookies: each name gets the next number when it is first
	// seen, and keeps it as long as it is there and the directory is held.
	list    sync.Mutex
	cookies map[string]uint64
	last    uint64
}

// Hold opens the host's directory, so that it can be asked after when it has been removed.
func (d *dir) Hold() {
	d.hold(func() (*os.File, bool, error) {
		where, err := d.where()
		if err != nil {
			return nil, false, err
		}
		h, err := d.fs.root.Open(where)
		return h, false, err
	})
}

// Lookup finds an entry.
func (d *dir) Lookup(name string) (vfs.Node, error) {
	n, err := d.fs.lookup(d, name)
	if err != nil {
		return nil, err
	}
	return n.self, nil
}

// Parent is the directory above.
func (d *dir) Parent() (vfs.Dir, error) {
	up, _, err := d.Location()
	return up, err
}

// Location is the directory above and the name there.
func (d *dir) Location() (vfs.Dir, string, error) {
	d.fs.mu.Lock()
	defer d.fs.mu.Unlock()
	if d.removed {
		return nil, "", vfs.ErrRemoved
	}
	if d.parent == nil {
		return d, "", nil
	}
	return d.parent, d.name, nil
}

// ReadDir lists the entries, those that came later at the end.
func (d *dir) ReadDir(cookie uint64, yield func(sys.DirEntry) bool) error {
	where, err := d.where()
	if errors.Is(err, errno.ENOENT) {
		return nil // removed: it is empty
	}
	if err != nil {
		return err
	}
	f, err := d.fs.root.Open(where)
	if err != nil {
		return number(err)
	}
	names, err := f.Readdirnames(-1)
	f.Close()
	if err != nil {
		return number(err)
	}
	for _, name := range d.number(names) {
		if name.cookie <= cookie {
			continue
		}
		info, err := d.fs.root.Lstat(join(where, name.name))
		if errors.Is(err, fs.ErrNotExist) {
			continue // gone meanwhile
		}
		if err != nil {
			return number(err)
		}
		e := sys.DirEntry{
			Cookie: name.cookie, Name: name.name, Type: fileType(info.Mode()),
			Ino: identity(info, d, name.name).ino,
		}
		if !yield(e) {
			break
		}
	}
	return nil
}

type numbered struct {
	name   string
	cookie uint64
}

// number gives the names their cookies, and returns them in the cookies' order.
func (d *dir) number(names []string) []numbered {
	d.list.Lock()
	defer d.list.Unlock()
	slices.Sort(names)
	there := make(map[string]uint64, len(names))
	list := make([]numbered, 0, len(names))
	for _, name := range names {
		c, ok := d.cookies[name]
		if !ok {
			d.last++
			c = d.last
		}
		there[name] = c
		list = append(list, numbered{name, c})
	}
	d.cookies = there
	slices.SortFunc(list, func(a, b numbered) int {
		if a.cookie < b.cookie {
			return -1
		}
		return 1
	})
	return list
}
