package store

import "math/bits"

// bitmap has a bit for each block.
type bitmap []uint64

func (m bitmap) has(b uint32) bool { return m[b>>6]&(1<<(b&63)) != 0 }

// set sets or clears the bits of r.
func (m bitmap) set(r run, on bool) {
	for b, end := uint64(r.start), uint64(r.start)+uint64(r.n); b < end; {
		n := min(64-b&63, end-b)
		mask := (^uint64(0) >> (64 - n)) << (b & 63)
		if on {
			m[b>>6] |= mask
		} else {
			m[b>>6] &^= mask
		}
		b += n
	}
}

// next is the first block from b on whose bit is on, at most end.
func (m bitmap) next(b, end uint32, on bool) uint32 {
	for at := uint64(b); at < uint64(end); at = at&^63 + 64 {
		w := m[at>>6]
		if !on {
			w = ^w
		}
		if w >>= at & 63; w != 0 {
			return uint32(min(at+uint64(bits.TrailingZeros64(w)), uint64(end)))
		}
	}
	return end
}

// allocator knows which blocks of the device are in use.
//
// A block that is given up may still be what a synced record refers to, until a
// record that says otherwise is on the medium: if it were used again before that, a
// power cut would leave another file's bytes in a synced file. Such blocks are
// pending until the next barrier. Those that were taken after the last one, which
// are fresh, no synced record knows.
type allocator struct {
	used, fresh bitmap
	end         uint32 // the device's length in blocks
	free        uint32 // blocks below end that are not used
	rover       uint32 // where the search for free ones goes on
	pending     []run
	replaying   bool   // the log is being read: what is given up is free at once
	waiting     uint32 // the blocks of pending
}

// maxScan bounds a search, in blocks; beyond it the device rather grows.
const maxScan = 1 << 20

// resize makes the device end at the block end.
func (a *allocator) resize(end uint32) {
	if end > a.end {
		a.free += end - a.end
	} else {
		a.free -= a.end - end // what is cut off is free
	}
	a.end = end
	if words := int(uint64(end)+63) >> 6; words > len(a.used) {
		words = max(words, len(a.used)*3/2)
		a.used = append(a.used, make(bitmap, words-len(a.used))...)
		a.fresh = append(a.fresh, make(bitmap, words-len(a.fresh))...)
	}
}

// claim marks r as used and reports false if some of it was already or lies
// outside of the device.
func (a *allocator) claim(r run) bool {
	if r.n == 0 || r.start < firstBlock || uint64(r.start)+uint64(r.n) > uint64(a.end) || a.used.next(r.start, r.end(), true) != r.end() {
		return false
	}
	a.used.set(r, true)
	a.free -= r.n
	return true
}

// take finds up to want free blocks in a row, if possible from near on, and
// claims them. There is at least one free block.
func (a *allocator) take(want, near uint32) run {
	r := a.find(want, near)
	a.used.set(r, true)
	a.fresh.set(r, true)
	a.free -= r.n
	return r
}

func (a *allocator) find(want, near uint32) run {
	if near >= firstBlock && near < a.end && !a.used.has(near) {
		return run{near, a.used.next(near, near+min(want, a.end-near), true) - near}
	}
	// A host's cache keeps what is written in large pieces in large pages, if it lies
	// at places that are as round.
	align := uint32(1)
	switch {
	case want >= 256:
		align = 256
	case want >= 16:
		align = 16
	}
	var best run
	scanned := uint32(0)
	from := min(max(a.rover, firstBlock), a.end)
	for _, part := range [2][2]uint32{{from, a.end}, {firstBlock, from}} {
		for b := a.used.next(part[0], part[1], false); b < part[1]; {
			stop := a.used.next(b, b+min(want+align, part[1]-b), true)
			start := (b + align - 1) / align * align
			if start >= stop {
				start = b
			}
			if r := (run{start, min(want, stop-start)}); r.n > best.n {
				best = r
			}
			if best.n == want || scanned > maxScan {
				a.rover = best.end()
				return best
			}
			next := a.used.next(stop, part[1], false)
			scanned += next - b
			b = next
		}
	}
	a.rover = best.end()
	return best
}

// drop gives r up. Who has what of a damaged store is found out in the end.
func (fs *FS) drop(r run) {
	if fs.losses == nil {
		fs.alloc.drop(r)
	}
}

// drop gives r up.
func (a *allocator) drop(r run) {
	for r.n > 0 {
		fresh := a.fresh.has(r.start)
		part := run{r.start, a.fresh.next(r.start, r.end(), !fresh) - r.start}
		if fresh || a.replaying {
			a.release(part)
		} else {
			a.hold(part)
		}
		r = run{part.end(), r.n - part.n}
	}
}

// hold makes r free after the next barrier.
func (a *allocator) hold(r run) {
	a.pending = append(a.pending, r)
	a.waiting += r.n
}

// release makes r free at once.
func (a *allocator) release(r run) {
	a.used.set(r, false)
	a.fresh.set(r, false)
	a.free += r.n
	// It is used again soon: the host's cache has it, and the device stays short.
	a.rover = min(a.rover, r.start)
}

// settle begins a barrier or sync: what is pending is handed to the caller, who
// gives it to settled or, if it failed, to unsettled.
func (a *allocator) settle() []run {
	list := a.pending
	a.pending = nil
	clear(a.fresh)
	return list
}

func (a *allocator) settled(list []run) {
	for _, r := range list {
		a.waiting -= r.n
		a.release(r)
	}
}

func (a *allocator) unsettled(list []run) { a.pending = append(a.pending, list...) }

// last is the block behind the last one that is used.
func (a *allocator) last() uint32 {
	for i := len(a.used) - 1; i >= 0; i-- {
		if w := a.used[i]; w != 0 {
			return uint32(i<<6 + bits.Len64(w))
		}
	}
	return 0
}
