package store

import "github.com/bushel-wasm/bushel/kernel/errno"

const (
	// slack is added to what is kept free, in blocks.
	slack = 64
	// segBlocks is the usual length of a log's segment.
	segBlocks = 32
	// The device grows by an eighth, at least and at most by so many blocks.
	minGrowth, maxGrowth = 256, 8192
	// patience is how many blocks may be pending before a barrier makes them free,
	// if the device could grow instead.
	patience = 16 << 20 >> blockBits
)

func blocksFor(bytes int64) uint32 { return uint32((bytes + blockSize - 1) >> blockBits) }

// snapshot is how many blocks a log with nothing but a snapshot takes at most.
func (fs *FS) snapshot() uint32 { return fs.weight.blocks() }

func (w weight) blocks() uint32 {
	n := w.bytes()
	return blocksFor(n + n/64 + trailerSize + headSize)
}

// reserve is how many free blocks contents must leave: room for the log and for
// a new one, so that a full store can always be emptied.
func (fs *FS) reserve() uint32 { return fs.weight.reserve() }

func (w weight) reserve() uint32 { return w.blocks() + segBlocks + slack }

// kept is how many free blocks what is made must leave: the reserve, and what was promised
// to others.
func (fs *FS) kept(promised bool) uint32 {
	if promised {
		return fs.reserve()
	}
	return fs.reserve() + fs.promised
}

// makeRoom sees to it that n blocks can be taken for contents, or at least as many
// as there are, if it is not nothing: ENOSPC. With promised they may be of those that
// were set aside.
func (fs *FS) makeRoom(n uint32, promised bool) error {
	for {
		need := fs.kept(promised) + max(n, 1)
		if fs.alloc.free >= need {
			return nil
		}
		if fs.alloc.waiting >= max(patience, fs.alloc.end/4) && fs.barrier() == nil {
			continue
		}
		if fs.grow(need - fs.alloc.free) {
			continue
		}
		if fs.tidy() {
			continue
		}
		if n > 0 && fs.alloc.free > fs.kept(promised) {
			return nil
		}
		return errno.ENOSPC
	}
}

// tidy makes free what can be, and reports whether that was anything.
func (fs *FS) tidy() bool {
	free := fs.alloc.free
	fs.bury(len(fs.limbo))
	if fs.alloc.waiting > 0 && fs.barrier() != nil {
		return false
	}
	return fs.alloc.free > free
}

// allot takes up to n blocks in a row for contents.
func (fs *FS) allot(n, near uint32, promised bool) (run, error) {
	if err := fs.makeRoom(n, promised); err != nil {
		return run{}, err
	}
	return fs.alloc.take(min(n, fs.alloc.free-fs.kept(promised)), near), nil
}

// grow makes the device longer, by n blocks or more if it can, and reports whether
// it did at all.
func (fs *FS) grow(n uint32) bool {
	end := fs.alloc.end
	for by := max(n, min(max(end/8, minGrowth), maxGrowth)); by > 0; by /= 2 {
		if uint64(end)+uint64(by) <= maxBlocks && fs.dev.Truncate(int64(end+by)<<blockBits) == nil {
			fs.alloc.resize(end + by)
			return true
		}
	}
	return false
}

// barrier makes free what is pending.
func (fs *FS) barrier() error {
	list := fs.alloc.settle()
	if err := fs.dev.Barrier(); err != nil {
		fs.alloc.unsettled(list)
		return err
	}
	fs.alloc.settled(list)
	return nil
}

// commit writes the record that fs.enc has, after those that are due and those that
// were held back.
func (fs *FS) commit() error {
	if err := fs.record(); err != nil {
		return err
	}
	return fs.send()
}

// commitLater is commit for a record of contents, which may be held back.
func (fs *FS) commitLater() error {
	held := fs.log.n > 0
	if err := fs.record(); err != nil {
		return err
	}
	if fs.later == nil || len(fs.log.buf) > maxHeld {
		return fs.send()
	}
	if !held {
		fs.later()
	}
	return nil
}

// maxHeld is how many bytes of records are held back at most.
const maxHeld = 32 << 10

// record puts the record that fs.enc has into the log's buffer, for which there is
// room then.
func (fs *FS) record() error {
	switch {
	case fs.closed:
		return errno.EIO
	case fs.readOnly:
		return errno.EROFS
	}
	need := int64(headSize + len(fs.enc.b))
	need += int64(len(fs.unsaid)) * (headSize + 11)
	if err := fs.logRoom(need); err != nil {
		return err
	}
	for _, ino := range fs.unsaid {
		var e encoder
		e.begin(recGone)
		e.uint(ino)
		fs.log.add(e.b)
	}
	fs.unsaid = fs.unsaid[:0]
	fs.log.add(fs.enc.b)
	return nil
}

// send writes the log's buffer. If that fails, the last record is taken back: those
// before it are of what has been done.
func (fs *FS) send() error {
	err := fs.log.write()
	if err != nil {
		fs.log.takeBack()
	}
	return err
}

// logRoom makes room for n bytes of records in the log. If room is short, it
// rather makes the log new than to take what a new one would need.
func (fs *FS) logRoom(n int64) error {
	made := false
	for fs.log.room()-int64(len(fs.log.buf)) < n {
		want := max(segBlocks, blocksFor(n)+1)
		switch {
		case fs.alloc.free > want+fs.snapshot(), fs.grow(want):
		case fs.alloc.waiting > 0 && fs.barrier() == nil:
			continue
		case !made:
			made = true
			if err := fs.flush(); err != nil {
				return err
			}
			fs.renew()
			continue
		case fs.alloc.free == 0:
			return errno.ENOSPC
		}
		last := fs.log.segs[len(fs.log.segs)-1]
		fs.log.segs = append(fs.log.segs, fs.alloc.take(min(want, fs.alloc.free), last.end()))
	}
	return nil
}
