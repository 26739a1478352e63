package vfs

import (
	"maps"
	"math/bits"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// Contents are kept in chunks of this size, which are made when something is
// written there. A chunk is as long as its last written byte; what follows are
// zeros, and a chunk that is not there is a hole.
const (
	chunkBits = 16
	chunkSize = 1 << chunkBits
	// leastTaken is how long what is given at the beginning of a file has to be for the file to
	// keep it: many are no longer than that, and what is shorter is soon copied.
	leastTaken = 4 << 10
)

// memFile is a regular file.
type memFile struct {
	memInode // its mu guards the fields below too
	size     int64
	head     []byte           // chunk 0, so that a small file needs no map
	rest     map[int64][]byte // the others by number
	room     int64            // the capacity of all chunks
	counted  bool             // room and the node itself are taken from the file system's
	holds    int
	version  uint64
	watchers Watchers
}

// Stat describes the file.
func (f *memFile) Stat() (sys.Stat, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	st := f.stat(sys.TypeRegular, f.size)
	st.Holes = uint64(max(0, f.size-f.room))
	return st, nil
}

// SetAttr changes attributes: EFBIG for a size over [MaxFileSize].
func (f *memFile) SetAttr(a sys.SetAttr) error {
	if a.Set&sys.AttrSize != 0 && a.Size > MaxFileSize {
		return errno.EFBIG
	}
	now := f.fs.clock()
	f.mu.Lock()
	defer f.mu.Unlock()
	if a.Set&sys.AttrSize != 0 {
		f.resize(int64(a.Size))
		f.mtime = now
		f.version++
		f.watchers.Changed(nil)
	}
	f.setAttr(a, now)
	return nil
}

// Version counts the changes of the contents.
func (f *memFile) Version() uint64 {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.version
}

// ReadAt reads from off. It sets the access time if the file was changed after
// the last one, as Linux does.
func (f *memFile) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errno.EINVAL
	}
	if len(p) == 0 {
		return 0, nil
	}
	n, changed := f.read(p, off)
	if n > 0 && f.atime.Load() <= changed {
		f.atime.Store(f.fs.clock())
	}
	return n, nil
}

func (f *memFile) read(p []byte, off int64) (n int, changed int64) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if off >= f.size {
		return 0, 0
	}
	if int64(len(p)) > f.size-off {
		p = p[:f.size-off]
	}
	for n < len(p) {
		pos := off + int64(n)
		at := int(pos & (chunkSize - 1))
		part := p[n:min(len(p), n+chunkSize-at)]
		got := 0
		if c := f.chunk(pos >> chunkBits); at < len(c) {
			got = copy(part, c[at:])
		}
		clear(part[got:])
		n += len(part)
	}
	return n, max(f.mtime, f.ctime)
}

// WriteAt writes p at off: ENOSPC and EFBIG may come after some bytes.
func (f *memFile) WriteAt(p []byte, off int64) (int, error) { return f.WriteAtBy(By{}, p, off) }

// WriteAtBy is WriteAt in by's name.
func (f *memFile) WriteAtBy(by By, p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errno.EINVAL
	}
	if len(p) == 0 {
		return 0, nil
	}
	now := f.fs.clock()
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.write(by, p, off, now)
}

// Append writes p at the end and returns the new end, also with an error.
func (f *memFile) Append(p []byte) (int64, error) { return f.AppendBy(By{}, p) }

// AppendBy is Append in by's name.
func (f *memFile) AppendBy(by By, p []byte) (int64, error) {
	now := f.fs.clock()
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(p) == 0 {
		return f.size, nil
	}
	_, err := f.write(by, p, f.size, now)
	return f.size, err
}

// write is WriteAtBy; mu is held.
func (f *memFile) write(by By, p []byte, off, now int64) (n int, err error) {
	var tooBig error
	if off >= MaxFileSize {
		return 0, errno.EFBIG
	}
	by.Given = by.Given && len(p) <= chunkSize // or one chunk would keep what all have come in
	if int64(len(p)) > MaxFileSize-off {
		p, tooBig = p[:MaxFileSize-off], errno.EFBIG
	}
	for n < len(p) && err == nil {
		pos := off + int64(n)
		at := int(pos & (chunkSize - 1))
		part := p[n:min(len(p), n+chunkSize-at)]
		if err = f.put(pos>>chunkBits, at, part, by); err == nil {
			n += len(part)
			f.size = max(f.size, pos+int64(len(part)))
		}
	}
	if n > 0 {
		f.mtime, f.ctime = now, now
		f.version++
		f.watchers.Changed(by.Watcher)
	}
	if err == nil {
		err = tooBig
	}
	return n, err
}

// put writes p, which is all that by writes or a part of it, at place at of chunk i, which
// it fits in.
func (f *memFile) put(i int64, at int, p []byte, by By) error {
	c := f.chunk(i)
	end := at + len(p)
	keeps := by.Given && cap(c) == 0 && (len(p) == chunkSize || i == 0 && at == 0 && len(p) >= leastTaken)
	if keeps && f.take(i, p, by.Promised) {
		return nil
	}
	if end > cap(c) {
		var err error
		if c, err = f.grow(c, i, at, p, by.Promised); err != nil {
			return err
		}
	}
	if had := len(c); end > had {
		c = c[:end]
		if at > had {
			clear(c[had:at]) // what an earlier, longer chunk has left there
		}
	}
	copy(c[at:], p)
	f.setChunk(i, c)
	return nil
}

// take makes p chunk i, which is not there, without copying it.
func (f *memFile) take(i int64, p []byte, promised bool) bool {
	n := int64(len(p))
	if f.counted && !f.fs.charge(n, promised) {
		return false
	}
	f.room += n
	f.setChunk(i, p[:n:n])
	return true
}

// grow makes room in chunk c, number i, for p at place at. The chunks of a file
// that is written from front to back are made whole at once, others double, so
// that neither copying nor waste gets out of hand.
func (f *memFile) grow(c []byte, i int64, at int, p []byte, promised bool) ([]byte, error) {
	end := at + len(p)
	want := end
	switch {
	case i > 0 && i<<chunkBits+int64(at) == f.size:
		want = chunkSize
	case cap(c) > 0:
		want = min(chunkSize, 1<<bits.Len(uint(end-1)))
	}
	if f.counted && !f.fs.charge(int64(want-cap(c)), false) {
		if want = end; !f.fs.charge(int64(want-cap(c)), promised) {
			return nil, f.fs.full()
		}
	}
	f.room += int64(want - cap(c))
	var b []byte
	if at == 0 && want == end {
		b = append(b, p...) // not cleared first
	} else {
		b = make([]byte, max(at, len(c)), want)
		copy(b, c)
	}
	if over := int64(cap(b) - want); over > 0 {
		f.room += over
		if f.counted {
			f.fs.used.Add(over)
		}
	}
	return b, nil
}

func (f *memFile) chunk(i int64) []byte {
	if i == 0 {
		return f.head
	}
	return f.rest[i]
}

func (f *memFile) setChunk(i int64, c []byte) {
	if i == 0 {
		f.head = c
		return
	}
	if f.rest == nil {
		f.rest = map[int64][]byte{}
	}
	f.rest[i] = c
}

// freed gives back n bytes of room.
func (f *memFile) freed(n int64) {
	f.room -= n
	if f.counted {
		f.fs.used.Add(-n)
	}
}

// resize cuts the file or lengthens it by a hole; mu is held.
func (f *memFile) resize(size int64) {
	if size < f.size {
		f.cut(size)
	}
	f.size = size
}

// cut drops what is at and behind size.
func (f *memFile) cut(size int64) {
	keep := (size + chunkSize - 1) >> chunkBits // chunks that are left
	if last := (f.size - 1) >> chunkBits; last-keep < int64(len(f.rest)) {
		for i := max(keep, 1); i <= last; i++ {
			f.freed(int64(cap(f.rest[i])))
			delete(f.rest, i)
		}
	} else {
		maps.DeleteFunc(f.rest, func(i int64, c []byte) bool {
			if i < keep {
				return false
			}
			f.freed(int64(cap(c)))
			return true
		})
	}
	if keep == 0 {
		f.freed(int64(cap(f.head)))
		f.head, f.rest = nil, nil
		return
	}
	i, n := keep-1, int(size-(keep-1)<<chunkBits)
	c := f.chunk(i)
	if n >= len(c) {
		return
	}
	if n < cap(c)/4 {
		f.freed(int64(cap(c)))
		c = append([]byte(nil), c[:n]...)
		f.room += int64(cap(c))
		if f.counted {
			f.fs.used.Add(int64(cap(c)))
		}
	}
	f.setChunk(i, c[:n])
}

// Hold counts a user of the file.
func (f *memFile) Hold() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.holds++
	f.count(true)
}

// Release ends a Hold. The room of a file without name and user is free.
func (f *memFile) Release() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.holds--; f.holds == 0 && f.nlink == 0 {
		f.count(false)
	}
}

func (f *memFile) dropped() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.holds == 0 {
		f.count(false)
	}
}

// count puts the file on the file system's account or takes it off; mu is held.
func (f *memFile) count(on bool) {
	if f.counted == on {
		return
	}
	f.counted = on
	if on {
		f.fs.used.Add(nodeCost + f.room)
		f.fs.nodes.Add(1)
	} else {
		f.fs.used.Add(-nodeCost - f.room)
		f.fs.nodes.Add(-1)
	}
}

func (f *memFile) fileType() sys.FileType { return sys.TypeRegular }
