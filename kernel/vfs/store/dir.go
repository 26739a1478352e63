package store

import (
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/entries"
)

// dir is a directory.
type dir struct {
	common
	parent *dir
	name   string
	dead   bool // removed: nothing can be made in it any more

	entries entries.Table[node]
}

// entry is a name in a directory.
type entry = entries.Entry[node]

// Stat describes the directory; its size is a measure of its entries.
func (d *dir) Stat() (sys.Stat, error) {
	d.fs.mu.Lock()
	defer d.fs.mu.Unlock()
	return d.stat(sys.TypeDirectory, int64(d.entries.Len())*64), nil
}

// SetAttr changes mode and times: EISDIR for the size.
func (d *dir) SetAttr(a sys.SetAttr) (err error) {
	if a.Set&sys.AttrSize != 0 {
		return errno.EISDIR
	}
	now := d.fs.clock()
	defer d.fs.settle(&err)
	d.fs.mu.Lock()
	defer d.fs.mu.Unlock()
	return d.fs.setAttrs(d, d.changed(a, 0, now))
}

// Lookup finds an entry.
func (d *dir) Lookup(name string) (vfs.Node, error) {
	d.fs.mu.Lock()
	defer d.fs.mu.Unlock()
	if e := d.entries.Find(name); e != nil {
		return e.Node, nil
	}
	return nil, errno.ENOENT
}

// Parent is the directory above.
func (d *dir) Parent() (vfs.Dir, error) {
	parent, _, err := d.Location()
	return parent, err
}

// Location is the directory above and the name there.
func (d *dir) Location() (vfs.Dir, string, error) {
	d.fs.mu.Lock()
	defer d.fs.mu.Unlock()
	if d.dead {
		return nil, "", vfs.ErrRemoved
	}
	return d.parent, d.name, nil
}

// ReadDir lists the entries in the order in which they were made.
func (d *dir) ReadDir(cookie uint64, yield func(sys.DirEntry) bool) error {
	return d.entries.ReadDir(&d.fs.mu, cookie, describe, yield)
}

// describe is what a listing says of a node.
func describe(n node) (uint64, sys.FileType) { return n.inode().ino, n.fileType() }

// add makes the entry name, which is not there.
func (d *dir) add(name string, n node) {
	d.entries.Add(name, n)
	d.fs.weight.named(name, 1)
}

// remove takes the entry e out.
func (d *dir) remove(e *entry) {
	d.fs.weight.named(e.Name, -1)
	d.entries.Remove(e)
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

func (d *dir) fileType() sys.FileType { return sys.TypeDirectory }
