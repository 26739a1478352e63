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

// logReader goes through a log from its start.
type logReader struct {
	dev  Device
	id   uint64
	seed uint32
	next uint32
	size int64 // the device's
	segs []run // those that were reached
	data []byte
	at   int
	off  int64
	read int64
}

// enter reads the segment r, the next one of the log.
func (l *logReader) enter(r run) bool {
	if r.n == 0 || r.start < firstBlock || (int64(r.start)+int64(r.n))<<blockBits > l.size {
		return false
	}
	for _, s := range l.segs {
		if r.start < s.end() && s.start < r.end() {
			return false
		}
	}
	data := make([]byte, int64(r.n)<<blockBits)
	if l.dev.ReadAt(data, r.offset()) != nil {
		return false
	}
	l.segs = append(l.segs, r)
	l.data = data
	l.at, l.off = len(l.segs)-1, 0
	return true
}

// take is the next n bytes of the stream, nil if they are not there.
func (l *logReader) take(n int64) []byte {
	var out []byte
	for {
		left := l.segs[l.at].payload() - l.off
		if out == nil && left >= n {
			l.off += n
			return l.data[l.off-n : l.off]
		}
		part := min(left, n-int64(len(out)))
		out = append(out, l.data[l.off:l.off+part]...)
		if l.off += part; int64(len(out)) == n {
			return out
		}
		t := l.data[l.off:]
		next := run{le.Uint32(t), le.Uint32(t[4:])}
		if string(t) != string(trailer(l.id, l.segs[l.at], next)) || !l.enter(next) {
			return nil
		}
	}
}

// record is the next record's body, good until the next call, or nil at the end
// of the log: what is there is none, and writing goes on where it begins.
func (l *logReader) record() []byte {
	segs, data, at, off := len(l.segs), l.data, l.at, l.off
	if body := l.whole(); body != nil {
		l.next++
		l.read += headSize + int64(len(body))
		return body
	}
	l.segs, l.data, l.at, l.off = l.segs[:segs], data, at, off
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

// lookAhead is how far survivors looks, in bytes.
const lookAhead = 64 << 10

// survivors reports whether records follow that belong to this log but are cut
// off by what is missing before them. It looks at the rest of the segment and, if that is
// short, at the one that its end names, even if that does not check.
func (l *logReader) survivors() bool {
	seg := l.segs[l.at]
	rest := l.data[l.off:seg.payload()]
	if l.survive(rest, 1) {
		return true
	}
	t := l.data[seg.payload():]
	next := run{le.Uint32(t), min(le.Uint32(t[4:]), lookAhead>>blockBits)}
	if len(rest) > lookAhead || next.n == 0 || next.start < firstBlock || (int64(next.start)+int64(next.n))<<blockBits > l.size {
		return false
	}
	data := make([]byte, int64(next.n)<<blockBits)
	return l.dev.ReadAt(data, next.offset()) == nil && l.survive(data, 0)
}

// survive reports whether rest has a record of this log, at least least after the next.
func (l *logReader) survive(rest []byte, least uint32) bool {
	for i := 0; i+headSize < min(len(rest), lookAhead); i++ {
		head := rest[i:min(len(rest), i+lookAhead)]
		n, ahead := le.Uint32(head[4:]), le.Uint32(head[8:])-l.next
		if n == 0 || ahead < least || ahead > 1<<16 || uint64(n) > uint64(len(head)-headSize) {
			continue
		}
		if crc32.Update(l.seed, castagnoli, head[4:headSize+n]) == le.Uint32(head) {
			return true
		}
	}
	return false
}
