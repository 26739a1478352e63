package store

import (
	"sort"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// A directory with more entries than this has an index by name.
const indexFrom = 12

// dir is a directory.
type dir struct {
	common
	parent *dir
	name   string
	dead   bool // removed: nothing can be made in it any more

	// entries is in order of seq. Removed ones stay, without node, until there
	// are too many of them.
	entries []*entry
	index   map[string]*entry
	live    int
	seq     uint64 // of the entry made last
}

// entry is a name in a directory. Its number is the cookie of the place after it.
type entry struct {
	seq  uint64
	name string
	node node
}

// Stat describes the directory; its size is a measure of its entries.
func (d *dir) Stat() (sys.Stat, error) {
	d.fs.mu.Lock()
	defer d.fs.mu.Unlock()
	return d.stat(sys.TypeDirectory, int64(d.live)*64), nil
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
	if e := d.find(name); e != nil {
		return e.node, nil
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

func (d *dir) batch(out []sys.DirEntry, cookie uint64) []sys.DirEntry {
	d.fs.mu.Lock()
	defer d.fs.mu.Unlock()
	if cap(out) == 0 {
		out = make([]sys.DirEntry, 0, min(d.live, maxBatch))
	}
	from := sort.Search(len(d.entries), func(i int) bool { return d.entries[i].seq > cookie })
	for _, e := range d.entries[from:] {
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

// find is the entry name, or nil.
func (d *dir) find(name string) *entry {
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

// add makes the entry name, which is not there.
func (d *dir) add(name string, n node) {
	d.seq++
	d.put(&entry{seq: d.seq, name: name, node: n})
	d.fs.weight.names++
	d.fs.weight.text += int64(len(name))
}

// put appends e, whose number is the highest.
func (d *dir) put(e *entry) {
	d.entries = append(d.entries, e)
	if d.live++; d.index != nil {
		d.index[e.name] = e
	} else if d.live > indexFrom {
		d.index = make(map[string]*entry, 2*indexFrom)
		for _, e := range d.entries {
			if e.node != nil {
				d.index[e.name] = e
			}
		}
	}
}

// remove takes the entry e out.
func (d *dir) remove(e *entry) {
	e.node = nil
	d.fs.weight.names--
	d.fs.weight.text -= int64(len(e.name))
	delete(d.index, e.name)
	d.live--
	if gone := len(d.entries) - d.live; gone <= indexFrom || gone <= d.live {
		return
	}
	kept := make([]*entry, 0, d.live)
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
