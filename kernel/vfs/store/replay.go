package store

import (
	"fmt"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// nodeEntries are a directory's entries while other nodes are still to come.
type nodeEntry struct {
	seq, ino uint64
	name     string
}

// loadNodes reads the snapshot that a log begins with, and puts the tree together.
// It returns the snapshot's length and, if its end is lost, the record that follows.
func (fs *FS) loadNodes(r *logReader) (size int64, body []byte, err error) {
	entries := map[uint64][]nodeEntry{}
	for {
		body := fs.nextRecord(r)
		if body == nil && fs.losses == nil {
			return 0, nil, fmt.Errorf("%w: the snapshot in its log is broken off", ErrDamaged)
		}
		if body == nil {
			fs.losses.cut = true
			return r.read, nil, fs.assemble(entries)
		}
		d := decoder{b: body[1:]}
		switch k := kind(body[0]); k {
		case recNode:
			n, list := fs.decodeNode(&d)
			if !d.end() {
				if err := fs.wrong(k, "is malformed"); err != nil {
					return 0, nil, err
				}
				continue
			}
			ino := n.inode().ino
			fs.nodes[ino] = n
			if delete(entries, ino); list != nil {
				entries[ino] = list
			}
		case recGone:
			ino := d.uint()
			if !d.end() {
				if err := fs.wrong(k, "is malformed"); err != nil {
					return 0, nil, err
				}
				continue
			}
			delete(fs.nodes, ino)
			delete(entries, ino)
		case recWhole:
			fs.lastIno = d.uint()
			if !d.end() {
				if err := fs.wrong(k, "is malformed"); err != nil {
					return 0, nil, err
				}
			}
			return r.read, nil, fs.assemble(entries)
		default:
			if fs.losses == nil {
				return 0, nil, damaged(k, "does not belong into a snapshot")
			}
			return r.read, body, fs.assemble(entries)
		}
	}
}

// nextRecord is the next record of the log, nil at its end.
func (fs *FS) nextRecord(r *logReader) []byte {
	body := r.record()
	if body == nil && fs.losses != nil && r.resync(fs.losses.yield) {
		body = r.record()
	}
	return body
}

func (fs *FS) decodeNode(d *decoder) (node, []nodeEntry) {
	i := common{fs: fs, ino: d.uint()}
	t := d.fileType()
	i.mode = uint32(d.uint()) & permBits
	i.atime, i.mtime, i.ctime = d.time(), d.time(), d.time()
	switch t {
	case sys.TypeSymlink:
		return &link{i, d.text()}, nil
	case sys.TypeRegular:
		return &file{common: i, size: d.size(), extents: d.extents()}, nil
	}
	n := &dir{common: i}
	n.entries.SetSeq(d.uint())
	count := d.uint()
	if count > uint64(len(d.b))/4 {
		d.fail()
		return n, nil
	}
	list := make([]nodeEntry, 0, count)
	last := uint64(0)
	for range count {
		x := nodeEntry{d.uint(), d.uint(), d.text()}
		if x.seq <= last || x.seq > n.entries.Seq() || !checkName(x.name) {
			d.fail()
			return n, nil
		}
		last = x.seq
		list = append(list, x)
	}
	return n, list
}

// assemble makes a tree of the nodes, counts names and room, and checks that
// nothing is in two places.
func (fs *FS) assemble(entries map[uint64][]nodeEntry) error {
	root, ok := fs.nodes[rootIno].(*dir)
	if !ok {
		if fs.losses == nil {
			return fmt.Errorf("%w: it has no top directory", ErrDamaged)
		}
		root = fs.newNode(rootIno, sys.TypeDirectory, 0o755, "", fs.clock()).(*dir)
	}
	fs.plantRoot(root)
	reached, err := fs.join(root, entries)
	if err != nil {
		return err
	}
	if fs.losses != nil {
		return fs.adopt(entries)
	}
	for ino, n := range fs.nodes {
		if ino == 0 || ino > fs.lastIno {
			return fmt.Errorf("%w: a file has a number that cannot be", ErrDamaged)
		}
		fs.weight.nodes++
		switch n := n.(type) {
		case *dir:
			reached--
		case *link:
			fs.weight.text += int64(len(n.target))
			if n.nlink == 0 {
				return fmt.Errorf("%w: a link has no name", ErrDamaged)
			}
		case *file:
			fs.weight.extents += int64(len(n.extents))
			for _, x := range n.extents {
				if !fs.alloc.claim(x.phys) {
					return fmt.Errorf("%w: two files lie in one place, or one beyond the end", ErrDamaged)
				}
			}
		}
	}
	if reached != 0 {
		return fmt.Errorf("%w: a directory is not in the tree", ErrDamaged)
	}
	return nil
}

// join puts into the directory top, and those below it, what their entries name, and
// returns how many directories that are.
func (fs *FS) join(top *dir, entries map[uint64][]nodeEntry) (reached int, err error) {
	for todo := []*dir{top}; len(todo) > 0; {
		d := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		reached++
		d.nlink += 2
		for _, x := range entries[d.ino] {
			n := fs.nodes[x.ino]
			sub, is := n.(*dir)
			what := ""
			switch {
			case n == nil || d.entries.Find(x.name) != nil:
				what = "a directory has an entry that cannot be"
			case is && sub.parent != nil:
				what = "a directory is in two places"
			case is:
				sub.parent, sub.name = d, x.name
				d.nlink++
				todo = append(todo, sub)
			default:
				n.inode().nlink++
			}
			if what != "" {
				if fs.losses == nil {
					return 0, fmt.Errorf("%w: %s", ErrDamaged, what)
				}
				fs.losses.gone.add(d, x.name)
				continue
			}
			d.entries.Put(x.seq, x.name, n)
			fs.weight.named(x.name, 1)
		}
	}
	return reached, nil
}

// replay makes the changes that follow the snapshot, the first of which may have been
// read before.
func (fs *FS) replay(r *logReader, body []byte) error {
	for ; ; body = nil {
		segs, off, next, read := len(r.segs), r.off, r.next, r.read
		if body == nil {
			body = fs.nextRecord(r)
		}
		if body == nil {
			return nil
		}
		k := kind(body[0])
		if k == recMount {
			if len(body) != 9 {
				if err := fs.wrong(k, "is malformed"); err != nil {
					return err
				}
				continue
			}
			fs.dropOrphans()
			r.seed = logSeed(r.id, le.Uint64(body[1:]))
			continue
		}
		d := decoder{b: body[1:]}
		beyond, err := fs.redo(k, &d)
		if err != nil {
			return err
		}
		if beyond {
			// The device did not keep its length, so it had not been synced: nor had this.
			r.back(segs, off)
			r.next, r.read = next, read
			fs.repairs = lostEnd
			return nil
		}
	}
}

// redo makes the change that a record says. beyond is what refers to blocks
// behind the device's end; nothing has been changed then.
func (fs *FS) redo(k kind, d *decoder) (beyond bool, err error) {
	bad := false
	switch k {
	case recCreate:
		bad = fs.redoCreate(d)
	case recLink:
		to, n, now, name := fs.dirOf(d), fs.nodes[d.uint()], d.time(), d.text()
		if bad = !d.end() || to == nil || n == nil || !checkName(name) || to.mayLink(name, n) != nil; !bad {
			to.applyLink(name, n, now)
		}
	case recUnlink:
		from, now, name := fs.dirOf(d), d.time(), d.text()
		if bad = !d.end() || from == nil; bad {
			break
		}
		x := from.entries.Find(name)
		if bad = x == nil; bad {
			break
		}
		if sub, is := x.Node.(*dir); is && sub.entries.Len() > 0 {
			bad = true
			break
		}
		from.applyUnlink(x, now)
	case recRename:
		from, to, now, name, newName := fs.dirOf(d), fs.dirOf(d), d.time(), d.text(), d.text()
		if bad = !d.end() || from == nil || to == nil || !checkName(newName); bad {
			break
		}
		x, err := from.mayRename(name, to, newName)
		if bad = err != nil || x == nil; !bad {
			from.applyRename(x, to, newName, now)
		}
	case recAttr:
		n := fs.nodes[d.uint()]
		c := attrs{mode: uint32(d.uint()) & permBits, size: d.size(), atime: d.time(), mtime: d.time(), ctime: d.time()}
		if bad = !d.end() || n == nil; !bad {
			fs.applyAttr(n, c)
		}
	case recWrite:
		return fs.redoWrite(d)
	case recGone:
		f, ok := fs.nodes[d.uint()].(*file)
		if bad = !d.end() || !ok || f.nlink != 0; !bad {
			fs.applyGone(f)
		}
	default:
		bad = true
	}
	if bad {
		return false, fs.wrong(k, "does not fit what came before")
	}
	return false, nil
}

// dirOf is the directory that a record names.
func (fs *FS) dirOf(d *decoder) *dir {
	ino := d.uint()
	fs.find(ino, sys.TypeDirectory)
	n, _ := fs.nodes[ino].(*dir)
	return n
}

func (fs *FS) redoCreate(d *decoder) (bad bool) {
	in, ino, t := fs.dirOf(d), d.uint(), d.fileType()
	mode, now, name := uint32(d.uint())&permBits, d.time(), d.text()
	target := ""
	if t == sys.TypeSymlink {
		target = d.text()
	}
	fs.makeWay(in, name, now)
	if !d.end() || in == nil || ino <= fs.lastIno || ino > maxFileSize || !checkName(name) || in.free(name) != nil {
		return true
	}
	in.applyMake(name, fs.newNode(ino, t, mode, target, now), now)
	return false
}

func (fs *FS) redoWrite(d *decoder) (beyond bool, err error) {
	ino := d.uint()
	size, atime, mtime := d.size(), d.time(), d.time()
	fresh := d.extents()
	if fs.losses != nil && d.end() {
		return false, fs.rewrite(ino, size, atime, mtime, fresh)
	}
	f, ok := fs.nodes[ino].(*file)
	if !d.end() || !ok || size < f.size {
		return false, fs.wrong(recWrite, "does not fit what came before")
	}
	for _, x := range fresh {
		if uint64(x.phys.start)+uint64(x.phys.n) > uint64(fs.alloc.end) {
			return true, nil
		}
	}
	for i, x := range fresh {
		r, hole := f.lookup(x.log, x.phys.n)
		if !hole || r.n != x.phys.n || !fs.alloc.claim(x.phys) {
			for _, y := range fresh[:i] {
				fs.alloc.release(y.phys)
			}
			return false, damaged(recWrite, "puts two files in one place")
		}
	}
	fs.applyWrite(f, size, atime, mtime, fresh)
	return false, nil
}
