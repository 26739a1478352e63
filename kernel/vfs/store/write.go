package store

import (
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// Contents are written where they lie, or into free blocks, before the record
// that says so. What lies behind a file's end in its last block is of no meaning: it
// is made zeros when the end moves over it.

// zeros is what holes are filled with.
var zeros [blockSize]byte

// WriteAt writes p at off: ENOSPC and EFBIG may come after some bytes.
func (f *file) WriteAt(p []byte, off int64) (int, error) { return f.WriteAtBy(vfs.By{}, p, off) }

// WriteAtBy is WriteAt in by's name.
func (f *file) WriteAtBy(by vfs.By, p []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, errno.EINVAL
	}
	if len(p) == 0 {
		return 0, nil
	}
	now := f.fs.clock()
	defer f.fs.settle(&err)
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	return f.write(by, p, off, now)
}

// Append writes p at the end and returns the new end, also with an error.
func (f *file) Append(p []byte) (int64, error) { return f.AppendBy(vfs.By{}, p) }

// AppendBy is Append in by's name.
func (f *file) AppendBy(by vfs.By, p []byte) (end int64, err error) {
	now := f.fs.clock()
	defer f.fs.settle(&err)
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if len(p) == 0 {
		return f.size, nil
	}
	_, err = f.write(by, p, f.size, now)
	return f.size, err
}

// write writes contents at an offset.
func (f *file) write(by vfs.By, p []byte, off, now int64) (n int, err error) {
	var tooBig error
	switch {
	case f.gone:
		return 0, errno.ESTALE
	case off >= maxFileSize:
		return 0, errno.EFBIG
	case int64(len(p)) > maxFileSize-off:
		p, tooBig = p[:maxFileSize-off], errno.EFBIG
	}
	if err := f.blank(off); err != nil {
		return 0, err
	}
	n, fresh, why := f.place(p, off, by.Promised)
	if n == 0 {
		return 0, why
	}
	size := max(f.size, off+int64(n))
	fs := f.fs
	e := &fs.enc
	e.begin(recWrite)
	e.uint(f.ino)
	e.uint(uint64(size))
	e.time(f.atime)
	e.time(now)
	e.extents(fresh)
	if err := fs.commitLater(); err != nil {
		for _, x := range fresh {
			fs.alloc.release(x.phys)
		}
		return 0, err
	}
	fs.applyWrite(f, size, f.atime, now, fresh)
	f.tell(by.Watcher)
	fs.step()
	if why == nil {
		why = tooBig
	}
	return n, why
}

func (fs *FS) applyWrite(f *file, size, atime, now int64, fresh []extent) {
	f.size, f.atime, f.mtime, f.ctime = size, atime, now, now
	f.version++
	for _, x := range fresh {
		f.insert(x)
	}
	fs.touch(f)
}

// place writes p at off into the blocks that there are and into new ones, which
// it returns; n is how much of p that was.
func (f *file) place(p []byte, off int64, promised bool) (n int, fresh []extent, err error) {
	end := off + int64(len(p))
	for n < len(p) {
		pos := off + int64(n)
		block := uint64(pos) >> blockBits
		want := uint32((uint64(end-1) >> blockBits) - block + 1)
		r, hole := f.lookup(block, want)
		if hole {
			if r, err = f.fs.allot(r.n, f.nearFresh(block, fresh), promised); err != nil {
				return n, fresh, err
			}
		}
		part := p[n:min(int64(len(p)), int64(n)+int64(block+uint64(r.n))<<blockBits-pos)]
		if hole {
			err = f.fill(r, part, pos)
		} else {
			err = f.fs.dev.WriteAt(part, r.offset()+pos&(blockSize-1))
		}
		if err != nil {
			if hole {
				f.fs.alloc.release(r)
			}
			return n, fresh, err
		}
		if hole {
			fresh = append(fresh, extent{block, r})
		}
		n += len(part)
	}
	return n, fresh, nil
}

// nearFresh is near, for a block behind those that are just being written.
func (f *file) nearFresh(block uint64, fresh []extent) uint32 {
	if i := len(fresh) - 1; i >= 0 && fresh[i].end() == block {
		return fresh[i].phys.end()
	}
	return f.near(block)
}

// fill writes part, which is to be at pos of the file, into the new blocks r, and
// zeros before it and, within the file, behind it.
func (f *file) fill(r run, part []byte, pos int64) error {
	dev := f.fs.dev
	head := pos & (blockSize - 1)
	if head > 0 {
		if err := dev.WriteAt(zeros[:head], r.offset()); err != nil {
			return err
		}
	}
	if err := dev.WriteAt(part, r.offset()+head); err != nil {
		return err
	}
	end := pos + int64(len(part))
	if tail := -end & (blockSize - 1); tail > 0 && end < f.size {
		return dev.WriteAt(zeros[:tail], r.offset()+head+int64(len(part)))
	}
	return nil
}

// blank makes zeros of what lies behind the file's end in its last block, if the
// end is to move to size or something is written there.
func (f *file) blank(size int64) error {
	tail := f.size & (blockSize - 1)
	if size <= f.size || tail == 0 {
		return nil
	}
	r, hole := f.lookup(uint64(f.size)>>blockBits, 1)
	if hole {
		return nil
	}
	n := min(blockSize-tail, size-f.size)
	return f.fs.dev.WriteAt(zeros[:n], r.offset()+tail)
}
