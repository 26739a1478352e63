package vfs

import (
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs/entries"
)

// memDir is a directory. The fields of its own are guarded by the file system's
// tree lock.
type memDir struct {
	memInode
	parent *memDir
	name   string
	dead   bool // removed: nothing can be made in it any more

	entries entries.Table[memNode]
}

// memEntry is a name in a directory.
type memEntry = entries.Entry[memNode]

// Stat describes the directory; its size is a measure of its entries.
func (d *memDir) Stat() (sys.Stat, error) {
	d.fs.tree.RLock()
	defer d.fs.tree.RUnlock()
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.stat(sys.TypeDirectory, int64(d.entries.Len())*nameCost), nil
}

// SetAttr changes mode and times: EISDIR for the size.
func (d *memDir) SetAttr(a sys.SetAttr) error {
	if a.Set&sys.AttrSize != 0 {
		return errno.EISDIR
	}
	now := d.fs.clock()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.setAttr(a, now)
	return nil
}

// Lookup finds an entry.
func (d *memDir) Lookup(name string) (Node, error) {
	d.fs.tree.RLock()
	defer d.fs.tree.RUnlock()
	if e := d.entries.Find(name); e != nil {
		return e.Node, nil
	}
	return nil, errno.ENOENT
}

// Parent is the directory above.
func (d *memDir) Parent() (Dir, error) {
	parent, _, err := d.Location()
	return parent, err
}

// Location is the directory above and the name there.
func (d *memDir) Location() (Dir, string, error) {
	d.fs.tree.RLock()
	defer d.fs.tree.RUnlock()
	if d.dead {
		return nil, "", ErrRemoved
	}
	return d.parent, d.name, nil
}

// ReadDir lists the entries in the order in which they were made.
func (d *memDir) ReadDir(cookie uint64, yield func(sys.DirEntry) bool) error {
	return d.entries.ReadDir(d.fs.tree.RLocker(), cookie, describe, yield)
}

// describe is what a listing says of a node.
func describe(n memNode) (uint64, sys.FileType) { return n.inode().ino, n.fileType() }

// remove takes the entry e out and gives back its room.
func (d *memDir) remove(e *memEntry) {
	d.fs.used.Add(-nameCost - int64(len(e.Name)))
	d.entries.Remove(e)
}

func (d *memDir) fileType() sys.FileType { return sys.TypeDirectory }

func (d *memDir) dropped() {
	d.fs.used.Add(-nodeCost)
	d.fs.nodes.Add(-1)
}
