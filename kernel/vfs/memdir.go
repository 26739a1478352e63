package vfs

import (
	"sort"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// A directory with more entries than this has an index by name.
const indexFrom = 12

// memDir is a directory. The fields of its own are guarded by the file system's
// tree lock.
type memDir struct {
	memInode
	parent *memDir
	name   string
	dead   bool // removed: nothing can be made in it any more

	// entries is in order of seq. Removed ones stay, without node, until there
	// are too many of them.
	entries []*memEntry
	index   map[string]*memEntry
	live    int
	seq     uint64 // of the entry made last
}

// memEntry is a name in a directory. Its number is the cookie of the place
// after it.
type memEntry struct {
	seq  uint64
	name string
	node memNode
}

// Stat describes the directory; its size is a measure of its entries.
func (d *memDir) Stat() (sys.Stat, error) {
	d.fs.tree.RLock()
	defer d.fs.tree.RUnlock()
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.stat(sys.TypeDirectory, int64(d.live)*nameCost), nil
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
	if e := d.find(name); e != nil {
		return e.node, nil
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
	var batch []sys.DirEntry
	for {
		batch = d.batch(batch[:0], cookie)
		for _, e := range batch {
			if !yield(e) {
				return nil
			}
		}
		if len(batch) < maxBatch {
			return nil
		}
		cookie = batch[len(batch)-1].Cookie
	}
}

// maxBatch is how many entries ReadDir takes under one lock.
const maxBatch = 64

func (d *memDir) batch(out []sys.DirEntry, cookie uint64) []sys.DirEntry {
	d.fs.tree.RLock()
	defer d.fs.tree.RUnlock()
	if cap(out) == 0 {
		out = make([]sys.DirEntry, 0, min(d.live, maxBatch))
	}
	for _, e := range d.entries[d.after(cookie):] {
		if e.node == nil {
			continue
		}
		if len(out) == maxBatch {
			break
		}
		out = append(out, sys.DirEntry{Cookie: e.seq, Ino: e.node.inode().ino, Type: e.node.fileType(), Name: e.name})
	}
	return out
}

// after is the index of the first entry numbered over seq.
func (d *memDir) after(seq uint64) int {
	return sort.Search(len(d.entries), func(i int) bool { return d.entries[i].seq > seq })
}

// find is the entry name, or nil.
func (d *memDir) find(name string) *memEntry {
	if d.index != nil {
		return d.index[name]
	}
	for _, e := range d.entries {
		if e.name == name && e.node != nil {
			return e
		}
	}
	return nil
}

// add makes the entry name, which is not there. Room for it is taken already.
func (d *memDir) add(name string, n memNode) {
	d.seq++
	e := &memEntry{seq: d.seq, name: name, node: n}
	d.entries = append(d.entries, e)
	if d.live++; d.index != nil {
		d.index[name] = e
	} else if d.live > indexFrom {
		d.index = make(map[string]*memEntry, 2*indexFrom)
		for _, e := range d.entries {
			if e.node != nil {
				d.index[e.name] = e
			}
		}
	}
}

// remove takes the entry e out and gives back its room.
func (d *memDir) remove(e *memEntry) {
	e.node = nil
	d.fs.used.Add(-nameCost - int64(len(e.name)))
	delete(d.index, e.name)
	d.live--
	if gone := len(d.entries) - d.live; gone <= indexFrom || gone <= d.live {
		return
	}
	kept := make([]*memEntry, 0, d.live)
	for _, e := range d.entries {
		if e.node != nil {
			kept = append(kept, e)
		}
	}
	d.entries = kept
	if d.live <= indexFrom/2 {
		d.index = nil
	}
}

func (d *memDir) fileType() sys.FileType { return sys.TypeDirectory }

func (d *memDir) dropped() {
	d.fs.used.Add(-nodeCost)
	d.fs.nodes.Add(-1)
}
