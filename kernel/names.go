package kernel

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

const (
	// giveBackTime is how long after its last call a process has to give the names
	// back. It relies on them for a tenth of that after a call that was answered, so
	// what it has sent in time has come by then.
	giveBackTime = 500 * time.Millisecond
	// namesAfter is how many names in a row a process has to change to be given them, and
	// namesAgain how many once they had to be taken back.
	namesAfter = 2
	namesAgain = 16
	// maxNames is how long a directory may be to be listed for a process that has them.
	maxNames = 4096
)

// names is the right to know what is named what: while a process at the far end of a
// link has it, no other changes a name, so that it can make and remove files
// without waiting for an answer. Another that wants to has it taken back first.
type names struct {
	holder   *Process
	heard    time.Time // when it made its last call
	recalled bool
	queue    queue // calls that wait until it is given back
	changing int   // calls under way that change names
	last     *Process
	streak   int // how many names last has changed in a row
	need     int // how many are enough
}

// naming is the handler of a call that may change names, if changes says so.
func naming(h handler, changes func(r *sys.Request) bool) handler {
	return func(c *call) verdict {
		if !changes(c.r) || c.mayName() {
			return h(c)
		}
		c.expire(max(0, giveBackTime-time.Since(c.k.names.heard)))
		return c.wait(&c.k.names.queue)
	}
}

func always(*sys.Request) bool { return true }

// changesMode says that what may be opened, and made in a directory, can change.
func changesMode(r *sys.Request) bool {
	a, err := sys.DecodeSetAttr(r.Data)
	return err == nil && a.Set&sys.AttrMode != 0
}

func creates(r *sys.Request) bool { return sys.OpenFlag(r.Args[1])&sys.OCreate != 0 }

// mayName reports whether the call may change names, and asks for the right to if not.
func (c *call) mayName() bool {
	n := &c.k.names
	if n.holder != nil && n.holder != c.p {
		n.need = namesAgain
		if !c.expired {
			if !n.recalled {
				n.recalled = true
				n.holder.copies.tell(0)
			}
			return false
		}
		n.giveBack()
	}
	if n.last != c.p {
		n.last, n.streak = c.p, 0
	}
	n.streak++
	if !c.naming {
		c.naming = true
		n.changing++
	}
	return true
}

// named is the end of a call that changed names, or attributes.
func (c *call) named() {
	if c.altering {
		c.altering = false
		c.k.leases.altering--
	}
	if c.naming {
		c.naming = false
		c.k.names.changing--
	}
}

func (n *names) giveBack() {
	n.holder, n.recalled = nil, false
	n.queue.wake()
}

// mayHave reports whether p can be given the names.
func (n *names) mayHave(p *Process) bool {
	switch {
	case p.copies == nil || p.tracer.Load() != nil || p.limits.FileSize != 0 || p.limits.Output != 0 || p.umask&0o600 != 0:
		return false
	case n.holder != nil:
		return n.holder == p && !n.recalled
	}
	return n.changing == 0 && n.last == p && n.streak >= max(n.need, namesAfter)
}

func sysNames(c *call) verdict {
	n := &c.k.names
	switch sys.NamesAsk(c.r.Args[1]) {
	case sys.NamesGiveBack:
		if n.holder == c.p {
			n.giveBack()
		}
		if c.p.copies != nil {
			c.k.after(c.p.copies.forgetAll)
		}
		return c.ok()
	case sys.NamesForget:
		if c.p.copies != nil {
			id := c.r.Args[4]
			c.k.after(func() { c.p.copies.forget(id) })
		}
		return c.ok()
	}
	at, readOnly, e := c.p.at(c.r.Args[0], c.r.Args[3])
	switch {
	case e != 0:
		return c.fail(e)
	case readOnly || !n.mayHave(c.p):
		return c.ok(0)
	}
	n.holder, n.heard = c.p, time.Now()
	most := c.p.maxOpen()
	return c.goOutside(func(c *call) {
		c.ok(0)
		if place, list, ok := c.names(c.look(at)); ok {
			c.ok(1, uint64(most), uint64(c.p.copies.name(place)))
			c.reply.Data = list
		}
	})
}

// names is what is in the directory of the call's path, behind the numbers of its device
// and of itself, if it is one in which files can be promised.
func (c *call) names(at vfs.At) (place vfs.Place, list []byte, ok bool) {
	place, ok = c.directory(at, c.r.Path)
	if !ok || place.ReadOnly() || place.MayWait() {
		return place, nil, false
	}
	dir, err := place.Dir()
	if err != nil || vfs.Permissions(dir)&0o300 != 0o300 {
		return place, nil, false
	}
	if _, ok := dir.(vfs.PromisedDir); !ok || !c.p.copies.promise(place.FS()) {
		return place, nil, false
	}
	st, err := dir.Stat()
	if err != nil {
		return place, nil, false
	}
	list = binary.LittleEndian.AppendUint64(list, st.Dev)
	list = binary.LittleEndian.AppendUint64(list, st.Ino)
	var entries []sys.DirEntry
	err = dir.ReadDir(0, func(e sys.DirEntry) bool {
		entries = append(entries, e)
		return len(entries) <= maxNames
	})
	if err != nil || len(entries) > maxNames {
		return place, nil, false
	}
	c.p.copies.mark(dir, entries)
	for _, e := range entries {
		list = e.Append(list)
	}
	return place, list, true
}

// maxSole is of how many files in a directory it is looked whether they are [sys.NamesSole].
const maxSole = 1024

// mark makes the cookies of dir's entries what OpNames has: whether a file can be cut and
// written without asking. Most processes only make files, and are not told.
func (l *copies) mark(dir vfs.Dir, entries []sys.DirEntry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range entries {
		e := &entries[i]
		e.Cookie = 0
		if i >= maxSole || !l.cuts || e.Type != sys.TypeRegular {
			continue
		}
		node, err := dir.Lookup(e.Name)
		file, ok := node.(vfs.Watched)
		if err != nil || !ok || vfs.Permissions(file)&0o600 != 0o600 || l.of[file] != nil {
			continue
		}
		if st, err := file.Stat(); err == nil && st.Nlink == 1 {
			e.Cookie = sys.NamesSole
		}
	}
}

// found is what the process is to know of where a file is that it has opened at place, and has
// cut if it was there before and cuts says so.
func (l *copies) found(place vfs.Place, cuts bool) sys.FDInfo {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cuts = l.cuts || cuts
	if slices.ContainsFunc(l.dirs, place.In) {
		return sys.InfoNamed
	}
	return 0
}

// maxNamed is how many directories a process may have numbers of.
const maxNamed = 64

// name is the number by which the process may speak of dir, or 0 if it has too many.
func (l *copies) name(dir vfs.Place) uint32 {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.IndexFunc(l.dirs, dir.Same)
	switch {
	case i >= 0:
		return uint32(i + 1)
	case l.ended || len(l.dirs) == maxNamed:
		return 0
	}
	l.dirs = append(l.dirs, dir)
	return uint32(len(l.dirs))
}

// named is the directory that the process, if it has copies, calls by a number.
func (l *copies) named(number uint32) (dir vfs.Place, ok bool) {
	if l == nil {
		return dir, false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if number == 0 || int(number) > len(l.dirs) {
		return dir, false
	}
	return l.dirs[number-1], true
}

// directory is the directory of path, in which a name behind that path is looked
// for by the call. ok is false if there is none, or if that depends on the name.
func (c *call) directory(at vfs.At, path string) (place vfs.Place, ok bool) {
	fs := c.p.fs
	walk := func() (vfs.Place, error) {
		if path == "" {
			return at.Dir, nil
		}
		return fs.WalkDir(at, path)
	}
	if at.Flags&sys.AtGuest == 0 || !at.Dir.Same(fs.Root()) {
		place, err := walk()
		return place, err == nil
	}
	at.Flags &^= sys.AtGuest
	fromRoot, errRoot := walk()
	at.Dir = at.Cwd
	fromCwd, errCwd := walk()
	missing := func(err error) bool {
		n := errno.Of(err)
		return n == errno.ENOENT || n == errno.ENOTDIR
	}
	switch {
	case errCwd == nil && errRoot == nil:
		return fromCwd, fromCwd.Same(fromRoot)
	case errCwd == nil:
		return fromCwd, missing(errRoot)
	case errRoot == nil:
		return fromRoot, missing(errCwd)
	}
	return vfs.Place{}, false
}
