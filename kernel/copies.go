package kernel

import (
	"encoding/binary"
	"maps"
	"slices"
	"sync"

	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// promisedRoom is the room for changes that a process at the far end of a link is
// promised in each file system it writes to. Its link has at most that on its way.
const promisedRoom = sys.PromisedRoom

// copies is what a process at the far end of a link has copies of: the files that it
// has open. It is told of their changes by others.
type copies struct {
	tell func(id uint64)

	mu       sync.Mutex
	of       map[vfs.Watched]*fileCopy
	kept     map[uint64]*fileCopy // those that may be opened again by their number
	promised map[vfs.Promiser]bool
	dirs     []vfs.Place // that have been named, by their numbers from 1 on
	cuts     bool        // the process has opened a file that was there and cut it
	ended    bool
}

// fileCopy is a file that the process may have a copy of.
type fileCopy struct {
	list  *copies
	id    uint64
	file  vfs.Watched
	place vfs.Place
	opens int // open file descriptions; list.mu guards it
}

// Changed implements [vfs.Watcher].
func (f *fileCopy) Changed() { f.list.tell(f.id) }

// KeepCopies says that the process keeps copies of files that it opens with an id
// (see [sys.OpOpen]), and is to be told by tell, which must not block, that one is no
// longer good: before anybody else can see why. It is for links, and is called before the
// process's first call; only the first one counts.
func (p *Process) KeepCopies(tell func(id uint64)) {
	p.k.lock()
	defer p.k.unlock()
	if !p.dead && p.copies == nil && p.tracer.Load() == nil {
		p.copies = &copies{tell: tell, of: map[vfs.Watched]*fileCopy{}, kept: map[uint64]*fileCopy{}, promised: map[vfs.Promiser]bool{}}
	}
}

// keep is the copy of what is at place, if the caller may have one: with the id that
// it asks for, or the one that it knows the file by.
func (c *call) keep(place vfs.Place, id uint64) *fileCopy {
	l := c.p.copies
	file, ok := place.Node().(vfs.Watched)
	if l == nil || id == 0 || !ok || c.p.tracer.Load() != nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return nil
	}
	f := l.of[file]
	if f == nil {
		f = &fileCopy{list: l, id: id, file: file, place: place}
		l.of[file] = f
	}
	f.place = place // as it was found last
	f.opens++
	return f
}

// revoke has the process read all that it has copies of anew.
func (l *copies) revoke() {
	l.mu.Lock()
	list := slices.Collect(maps.Values(l.of))
	l.mu.Unlock()
	for _, f := range list {
		l.tell(f.id)
	}
}

// release ends what keep began for one open file description.
func (f *fileCopy) release() {
	f.list.mu.Lock()
	f.opens--
	f.list.tidy(f)
}

// tidy forgets f if it is neither open nor kept, and gives up the lock.
func (l *copies) tidy(f *fileCopy) {
	last := f.opens == 0 && !l.ended && l.kept[f.id] == nil
	if last {
		delete(l.of, f.file)
	}
	l.mu.Unlock()
	if last {
		f.file.Unwatch(f)
	}
}

// retain has f stay known when it is closed.
func (f *fileCopy) retain() {
	f.list.mu.Lock()
	defer f.list.mu.Unlock()
	if !f.list.ended {
		f.list.kept[f.id] = f
	}
}

// forget ends what retain began.
func (l *copies) forget(id uint64) {
	l.mu.Lock()
	f := l.kept[id]
	if f == nil {
		l.mu.Unlock()
		return
	}
	delete(l.kept, id)
	l.tidy(f)
}

func (l *copies) forgetAll() {
	l.mu.Lock()
	list := slices.Collect(maps.Keys(l.kept))
	l.mu.Unlock()
	for _, id := range list {
		l.forget(id)
	}
}

// known is the place of the file that the process knows by id.
func (l *copies) known(id uint64) (place vfs.Place, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f := l.kept[id]; f != nil {
		return f.place, true
	}
	for _, f := range l.of {
		if f.id == id {
			return f.place, true
		}
	}
	return vfs.Place{}, false
}

// promise promises the process room in fs, once, and reports whether it has that.
func (l *copies) promise(fs vfs.FS) bool {
	room, ok := fs.(vfs.Promiser)
	if !ok {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.promised[room] && (l.ended || !room.Promise(promisedRoom)) {
		return false
	}
	l.promised[room] = true
	return true
}

// end forgets all: the process is no more.
func (l *copies) end() {
	l.mu.Lock()
	l.ended = true
	of, promised := l.of, l.promised
	l.of, l.kept, l.promised, l.dirs = nil, nil, nil, nil
	l.mu.Unlock()
	for file, f := range of {
		file.Unwatch(f)
	}
	for room := range promised {
		room.Promise(-promisedRoom)
	}
}

// copyOf is the copy that p has of what is open by f; nil if it has none.
func (f *openFile) copyOf(p *Process) *fileCopy {
	if kept := f.copy.Load(); kept != nil && kept.list == p.copies {
		return kept
	}
	return nil
}

// by is in whose name the call changes the file that it works on.
func (c *call) by() vfs.By {
	by := vfs.By{Given: c.r.Given}
	if f := c.f.copyOf(c.p); f != nil {
		by.Watcher, by.Promised = f, c.r.Args[3] != 0
	}
	return by
}

// copyFrom reads up to n bytes at off for a copy, with the size of the file; same
// says that the caller will be told when that is no longer so.
func (f *fileCopy) copyFrom(buf []byte, off int64) (n int, size uint64, same bool, err error) {
	f.file.Watch(f)
	if n, err = f.file.ReadAt(buf, off); err != nil {
		return n, 0, false, err
	}
	st, err := f.file.Stat()
	if err != nil {
		return n, 0, false, nil
	}
	return n, st.Size, f.file.Watching(f), nil
}

// first is what the caller is told of a file that it has just opened: its size and its
// first bytes, as many as it asks for; nothing if that is changing.
func (f *fileCopy) first(flags sys.OpenFlag, ahead uint64) []byte {
	n := 0
	if st, err := f.file.Stat(); err == nil && flags&sys.ORead != 0 {
		n = int(min(st.Size, ahead, maxFirst))
	}
	buf := make([]byte, 8+n)
	n, size, same, err := f.copyFrom(buf[8:], 0)
	if err != nil || !same {
		return nil
	}
	binary.LittleEndian.PutUint64(buf, size)
	return buf[:8+n]
}

// maxFirst is the most that opening a file reads of it.
const maxFirst = 64 << 10

// readCopy is readAt for a caller that keeps the copy f of the file.
func (c *call) readCopy(f *fileCopy, off int64) bool {
	n := uint64(0)
	if st, err := f.file.Stat(); err == nil && st.Size > uint64(off) {
		n = min(st.Size-uint64(off), min(c.r.Args[1], maxRead)+min(c.r.Args[3], maxRead), maxRead)
	}
	buf := make([]byte, n)
	got, size, same, err := f.copyFrom(buf, off)
	if err != nil && got == 0 {
		c.failErr(err)
		return false
	}
	c.ok(0, size)
	if same {
		c.reply.Vals[0] = 1
	}
	c.reply.Data = buf[:got]
	return true
}
