package store

import (
	"fmt"
	"slices"
	"sort"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// salvage makes the file system of what is good on a damaged device, by the first of the
// superblocks that leads to something. What the log says is believed as far as it checks:
// records between others may be missing, so what does not fit is passed over, what comes
// later is right where two things exclude each other, and what is named by nothing gets
// a name in lost+found.
func salvage(dev Device, o Options, size int64, all []super) (*FS, error) {
	for _, s := range all {
		fs := newFS(dev, o)
		fs.super = s
		fs.losses = &losses{yield: o.Yield}
		if o.Yield == nil {
			fs.losses.yield = func() {}
		}
		r, err := fs.reader(size)
		if err != nil {
			continue
		}
		_, body, err := fs.loadNodes(r)
		if err == nil {
			err = fs.replay(r, body)
		}
		if err != nil || r.next == 0 {
			continue
		}
		fs.losses.changes += r.lost
		fs.dropOrphans()
		fs.claimAll(r)
		fs.repairs = fs.losses.String()
		fs.log = &logWriter{dev: fs.dev, segs: r.segs}
		return fs, nil
	}
	return nil, fmt.Errorf("%w: nothing of its log can be read", ErrDamaged)
}

// adopt is the end of assemble for a damaged store: it gives what no directory names a
// name in lost+found, with all that is below it.
func (fs *FS) adopt(entries map[uint64][]nodeEntry) error {
	named := map[uint64]bool{}
	for _, list := range entries {
		for _, x := range list {
			named[x.ino] = true
		}
	}
	all := fs.numbers()
	for _, ino := range all {
		fs.lastIno = max(fs.lastIno, min(ino, maxFileSize))
		fs.weight.nodes++
	}
	// First what no directory names, then directories that name each other.
	for _, inRing := range []bool{false, true} {
		for _, ino := range all {
			n := fs.nodes[ino]
			d, is := n.(*dir)
			if n == fs.root || is && d.parent != nil || !is && n.inode().nlink > 0 || !inRing && named[ino] {
				continue
			}
			fs.name(n)
			if is {
				if _, err := fs.join(d, entries); err != nil {
					return err
				}
			}
			fs.losses.yield()
		}
	}
	return nil
}

// name gives a node a name in lost+found.
func (fs *FS) name(n node) {
	top := fs.losses.found
	if top == nil {
		// Its number is one that no node can have.
		top = &dir{common: common{fs: fs, ino: maxFileSize + 1, mode: 0o755, nlink: 2}}
		fs.nodes[top.ino] = top
		fs.losses.found = top
		name := "lost+found"
		for fs.root.entries.Find(name) != nil {
			name += "~"
		}
		fs.root.add(name, top)
		top.parent, top.name = fs.root, name
		fs.root.nlink++
	}
	i := n.inode()
	name := fmt.Sprintf("#%d", i.ino)
	top.add(name, n)
	if d, is := n.(*dir); is {
		d.parent, d.name = top, name
		top.nlink++
	} else {
		i.nlink++
	}
}

// find sees to it that there is a node of this number: a change of a damaged store's may be
// one of a node that was made in a record which is lost.
func (fs *FS) find(ino uint64, t sys.FileType) {
	if fs.losses == nil || fs.nodes[ino] != nil || ino == 0 || ino > maxFileSize {
		return
	}
	n := fs.newNode(ino, t, 0o755, "", fs.clock())
	n.inode().mode &= 0o700
	if d, is := n.(*dir); is {
		d.nlink = 2
	}
	fs.name(n)
}

// makeWay takes away the entry that is where a damaged store's record makes another: that it
// was removed is lost.
func (fs *FS) makeWay(d *dir, name string, now int64) {
	if fs.losses == nil || d == nil {
		return
	}
	x := d.entries.Find(name)
	if x == nil {
		return
	}
	if sub, is := x.Node.(*dir); is && sub.entries.Len() > 0 {
		return
	}
	d.applyUnlink(x, now)
}

// rewrite is redoWrite for a damaged store: what is written later lies where it says.
func (fs *FS) rewrite(ino uint64, size, atime, mtime int64, fresh []extent) error {
	fs.find(ino, sys.TypeRegular)
	f, ok := fs.nodes[ino].(*file)
	if !ok {
		return fs.wrong(recWrite, "is of no file")
	}
	f.resize(size)
	for _, x := range fresh {
		f.clear(x.log, x.end())
	}
	fs.applyWrite(f, size, atime, mtime, fresh)
	return nil
}

// clear makes a hole from the block from to the block to.
func (f *file) clear(from, to uint64) {
	i := f.search(from)
	j := i
	for ; j < len(f.extents) && f.extents[j].log < to; j++ {
	}
	if i == j {
		return
	}
	first, last := f.extents[i], f.extents[j-1]
	if first.log < from {
		f.extents[i].phys.n = uint32(from - first.log)
		i++
	}
	if last.end() > to {
		skip := uint32(to - last.log)
		last = extent{to, run{last.phys.start + skip, last.phys.n - skip}}
		if j--; j < i { // it was one extent
			f.extents = slices.Insert(f.extents, i, last)
			return
		}
		f.extents[j] = last
	}
	f.extents = slices.Delete(f.extents, i, j)
}

// numbers are those of all nodes, in order.
func (fs *FS) numbers() []uint64 {
	list := make([]uint64, 0, len(fs.nodes))
	for ino := range fs.nodes {
		list = append(list, ino)
	}
	slices.Sort(list)
	return list
}

// newestFirst are files in the order in which they were changed.
type newestFirst []*file

func (l newestFirst) Len() int      { return len(l) }
func (l newestFirst) Swap(i, j int) { l[i], l[j] = l[j], l[i] }
func (l newestFirst) Less(i, j int) bool {
	a, b := l[i], l[j]
	return a.ctime > b.ctime || a.ctime == b.ctime && a.ino > b.ino
}

// claimAll finds out who has the blocks that several say are theirs: the log, then the file
// that was changed last. What the others have there is lost.
func (fs *FS) claimAll(r *logReader) {
	end := fs.alloc.end
	fs.alloc = allocator{}
	fs.alloc.resize(end)
	for _, s := range r.segs {
		fs.alloc.claim(s)
	}
	var files newestFirst
	for _, n := range fs.nodes {
		if f, is := n.(*file); is {
			files = append(files, f)
		}
	}
	sort.Sort(files)
	torn := map[node]bool{}
	for _, f := range files {
		for i := range f.extents {
			if x := &f.extents[i]; !fs.alloc.claim(x.phys) {
				x.phys.start = 0
				torn[f] = true
			}
		}
		fs.losses.yield()
	}
	if len(torn) == 0 {
		return
	}
	for _, ino := range fs.numbers() {
		d, is := fs.nodes[ino].(*dir)
		if !is {
			continue
		}
		for x := range d.entries.All {
			if torn[x.Node] {
				fs.losses.torn.add(d, x.Name)
				delete(torn, x.Node)
			}
		}
	}
}
