package store

import (
	"hash/crc32"
)

const (
	headSize    = 12 // of a record: checksum, length, number
	trailerSize = 16 // of a segment: where the next one is
)

// payload is how many bytes of records a segment holds.
func (r run) payload() int64 { return int64(r.n)<<blockBits - trailerSize }

func (r run) offset() int64 { return int64(r.start) << blockBits }

// logSeed is what checksums of a log begin with, so that records of another log,
// or from before the store was last opened, do not count.
func logSeed(logID, nonce uint64) uint32 {
	b := le.AppendUint64(nil, logID)
	return crc32.Checksum(le.AppendUint64(b, nonce), castagnoli)
}

func trailer(logID uint64, at, next run) []byte {
	b := le.AppendUint32(nil, next.start)
	b = le.AppendUint32(b, next.n)
	b = le.AppendUint32(b, at.start)
	return le.AppendUint32(b, crc32.Update(logSeed(logID, 0), castagnoli, b))
}

// logWriter appends to a log: a stream of records over segments of blocks.
type logWriter struct {
	dev  Device
	id   uint64
	seed uint32
	next uint32 // the number of the next record
	segs []run  // those up to at have records
	at   int    // the segment that is written
	off  int64  // where in its payload
	size int64  // of all records
	buf  []byte // records on their way
	n    uint32 // how many they are
	last int    // where the last of them begins
}

// add puts a record into the buffer.
func (l *logWriter) add(body []byte) {
	at := len(l.buf)
	l.last = at
	l.buf = append(l.buf, make([]byte, headSize)...)
	l.buf = append(l.buf, body...)
	head := l.buf[at:]
	le.PutUint32(head[4:], uint32(len(body)))
	le.PutUint32(head[8:], l.next+l.n)
	le.PutUint32(head, crc32.Update(l.seed, castagnoli, head[4:]))
	l.n++
}

// takeBack takes the record that was added last out of the buffer.
func (l *logWriter) takeBack() { l.buf, l.n = l.buf[:l.last], l.n-1 }

// room is how many bytes the segments still take.
func (l *logWriter) room() int64 {
	n := l.segs[l.at].payload() - l.off
	for _, s := range l.segs[l.at+1:] {
		n += s.payload()
	}
	return n
}

// write writes the buffer, for which there is room, and empties it. After an
// error the log is as it was before.
func (l *logWriter) write() error {
	at, off := l.at, l.off
	for p := l.buf; len(p) > 0; {
		seg := l.segs[at]
		if off == seg.payload() {
			if err := l.dev.WriteAt(trailer(l.id, seg, l.segs[at+1]), seg.offset()+off); err != nil {
				return err
			}
			at, off = at+1, 0
			continue
		}
		n := min(int64(len(p)), seg.payload()-off)
		if err := l.dev.WriteAt(p[:n], seg.offset()+off); err != nil {
			return err
		}
		p, off = p[n:], off+n
	}
	l.at, l.off = at, off
	l.size += int64(len(l.buf))
	l.next += l.n
	l.buf, l.n = l.buf[:0], 0
	return nil
}

// window is how much of a log is read at once, in bytes.
const window = 128 << 10

// logReader goes through a log from its start.
type logReader struct {
	dev  Device
	id   uint64
	seed uint32
	next uint32
	size int64  // the device's
	segs []run  // those that were reached; the last one is being read
	seen bitmap // their blocks
	off  int64  // where in the last one's payload
	read int64
	// taken is how many bytes were gone through, also of what turned out to be no record.
	taken int64
	win   []byte // what was read of the device last
	from  int64  // where that is
	// short says that a segment lies behind the device's end.
	short bool

	// What follows is for a log of which a part is lost; see resync.

	hints bool   // the end of a segment is believed though it does not check
	lost  uint64 // how many records were passed over
	tries int64  // how many bytes may yet be looked through
}

func newLogReader(dev Device, s super, size int64) *logReader {
	return &logReader{
		dev: dev, id: s.logID, seed: logSeed(s.logID, 0), size: size, tries: maxTries,
		seen: make(bitmap, (size>>blockBits+63)>>6),
	}
}

// enter goes to the segment r, the next one of the log.
func (l *logReader) enter(r run) bool {
	if r.n == 0 || r.start < firstBlock || (int64(r.start)+int64(r.n))<<blockBits > l.size || l.seen.next(r.start, r.end(), true) != r.end() {
		return false
	}
	l.seen.set(r, true)
	l.segs = append(l.segs, r)
	l.off = 0
	return true
}

// back returns to where it was when segs had n elements.
func (l *logReader) back(n int, off int64) {
	for _, r := range l.segs[n:] {
		l.seen.set(r, false)
	}
	l.segs, l.off = l.segs[:n], off
}

// seg is the segment that is being read.
func (l *logReader) seg() run { return l.segs[len(l.segs)-1] }

// view is the n bytes at off of the device, at most a window's, until the next call;
// nil if they cannot be read.
func (l *logReader) view(off, n int64) []byte {
	if off < l.from || off+n > l.from+int64(len(l.win)) {
		if l.win == nil {
			l.win = make([]byte, window)
		}
		l.from, l.win = off, l.win[:min(window, l.size-off)]
		if n > int64(len(l.win)) || l.dev.ReadAt(l.win, off) != nil {
			l.win = l.win[:0]
			return nil
		}
	}
	return l.win[off-l.from:][:n]
}

// take is the next n bytes of the stream, nil if they are not there. A length that lies
// costs no more memory than the log has.
func (l *logReader) take(n int64) []byte {
	var out []byte
	for {
		seg := l.seg()
		left := seg.payload() - l.off
		if part := min(left, n-int64(len(out)), window); part > 0 {
			p := l.view(seg.offset()+l.off, part)
			if p == nil {
				return nil
			}
			l.off += part
			l.taken += part
			if part == n {
				return p
			}
			if out = append(out, p...); int64(len(out)) == n {
				return out
			}
			continue
		}
		if !l.follow() {
			return nil
		}
	}
}

// hint is what the end of the segment says of the next one, and whether that checks.
func (l *logReader) hint() (next run, sure bool) {
	seg := l.seg()
	t := l.view(seg.offset()+seg.payload(), trailerSize)
	if t == nil {
		return run{}, false
	}
	next = run{le.Uint32(t), le.Uint32(t[4:])}
	return next, string(t) == string(trailer(l.id, seg, next))
}

// follow goes on in the next segment.
func (l *logReader) follow() bool {
	next, sure := l.hint()
	if !sure && !l.hints {
		return false
	}
	if l.enter(next) {
		return true
	}
	l.short = l.short || sure && (int64(next.start)+int64(next.n))<<blockBits > l.size
	return false
}

// record is the next record's body, good until the next call, or nil at the end
// of the log: what is there is none, and writing goes on where it begins.
func (l *logReader) record() []byte {
	segs, off := len(l.segs), l.off
	if body := l.whole(); body != nil {
		l.next++
		l.read += headSize + int64(len(body))
		return body
	}
	l.back(segs, off)
	return nil
}

func (l *logReader) whole() []byte {
	head := l.take(headSize)
	if head == nil {
		return nil
	}
	sum, n, number := le.Uint32(head), le.Uint32(head[4:]), le.Uint32(head[8:])
	if n == 0 || n > maxRecord || int64(n) > l.size || number != l.next {
		return nil
	}
	crc := crc32.Update(l.seed, castagnoli, head[4:])
	body := l.take(int64(n))
	if body == nil || crc32.Update(crc, castagnoli, body) != sum {
		return nil
	}
	return body
}

// seeds are what checksums of records may begin with behind the one that should be
// next: the log's seed, and if that record says that the store was opened, its own.
func (l *logReader) seeds() []uint32 {
	list := []uint32{l.seed}
	seg := l.seg()
	if l.off+headSize+9 > seg.payload() {
		return list
	}
	if b := l.view(seg.offset()+l.off, headSize+9); b != nil && kind(b[headSize]) == recMount && (le.Uint32(b[4:]) == 9 || le.Uint32(b[8:]) == l.next) {
		list = append(list, logSeed(l.id, le.Uint64(b[headSize+1:])))
	}
	return list
}

// lookAhead is how far survivors looks, in bytes.
const lookAhead = 64 << 10

// survivors reports whether records follow that belong to this log but are cut
// off by what is missing before them. It looks at the rest of the segment and, if that is
// short, at the one that its end names, even if that does not check.
func (l *logReader) survivors() bool {
	seg, seeds := l.seg(), l.seeds()
	left := seg.payload() - l.off
	if l.survive(seeds, l.view(seg.offset()+l.off, min(left, lookAhead)), 1) {
		return true
	}
	next, _ := l.hint()
	next.n = min(next.n, lookAhead>>blockBits)
	if left > lookAhead || next.n == 0 || next.start < firstBlock || (int64(next.start)+int64(next.n))<<blockBits > l.size {
		return false
	}
	return l.survive(seeds, l.view(next.offset(), int64(next.n)<<blockBits), 0)
}

// survive reports whether rest has a record of this log, at least least after the next.
func (l *logReader) survive(seeds []uint32, rest []byte, least uint32) bool {
	for i := 0; i+headSize < len(rest); i++ {
		head := rest[i:]
		n, ahead := le.Uint32(head[4:]), le.Uint32(head[8:])-l.next
		if n == 0 || ahead < least || ahead > 1<<16 || uint64(n) > uint64(len(head)-headSize) {
			continue
		}
		for _, seed := range seeds {
			if crc32.Update(seed, castagnoli, head[4:headSize+n]) == le.Uint32(head) {
				return true
			}
		}
	}
	return false
}
