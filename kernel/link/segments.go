package link

import "slices"

// Pieces of what a process has written: a file's first one grows up to leastPiece, the
// later ones are as large as all before them, up to mostPiece.
const (
	leastPiece = 64 << 10
	mostPiece  = 1 << 20
)

// segments are the parts of a file's contents that are known, one behind another
// without a gap.
type segments []segment

type segment struct {
	off  int64
	data []byte
}

func (s segment) end() int64 { return s.off + int64(len(s.data)) }

// reset makes data, at off, all that is known.
func (l *segments) reset(off int64, data []byte) {
	clear(*l) // what they have is no longer needed
	*l = append((*l)[:0], segment{off, slices.Clip(data)})
}

// end is where what is known ends; 0 if nothing is.
func (l segments) end() int64 {
	if len(l) == 0 {
		return 0
	}
	return l[len(l)-1].end()
}

// covers reports whether all from off to end is known.
func (l segments) covers(off, end int64) bool {
	return len(l) > 0 && l[0].off <= off && end <= l.end()
}

// extend adds data behind what is known, if it goes on there, or makes it all that is.
func (l *segments) extend(off int64, data []byte) {
	if len(data) == 0 {
		return
	}
	data = slices.Clip(data) // what is behind it in memory is another's
	if len(*l) > 0 && l.end() == off {
		*l = append(*l, segment{off, data})
		return
	}
	l.reset(off, data)
}

// held is how much memory they take.
func (l segments) held() int {
	n := 0
	for i := range l {
		n += cap(l[i].data)
	}
	return n
}

// read returns what is known from off to end. It is a part of what is kept if it lies
// in one segment and dst is nil.
func (l segments) read(dst []byte, off, end int64) []byte {
	for i := range l {
		s := &l[i]
		if off >= s.end() {
			continue
		}
		part := s.data[off-s.off : min(end, s.end())-s.off]
		if dst == nil {
			if end <= s.end() {
				return part[:len(part):len(part)]
			}
			dst = make([]byte, 0, end-off)
		}
		dst = append(dst, part...)
		if off = s.end(); off >= end {
			break
		}
	}
	return dst
}

// dropBefore forgets the segments that end at or before off.
func (l *segments) dropBefore(off int64) {
	n := 0
	for n < len(*l)-1 && (*l)[n].end() <= off {
		n++
	}
	if n > 0 {
		*l = slices.Delete(*l, 0, n)
	}
}

// write has data written at off over what is known, which grows if that goes on at its
// end; pieces is how many have been added. ok is false where it can no longer tell.
func (l *segments) write(data []byte, off int64) (pieces int, ok bool) {
	if len(*l) == 0 {
		l.reset(off, nil)
	}
	if off < (*l)[0].off || off > l.end() {
		return 0, false
	}
	for i := range *l {
		if s := &(*l)[i]; off < s.end() && len(data) > 0 {
			n := copy(s.data[off-s.off:], data)
			data, off = data[n:], off+int64(n)
		}
	}
	for len(data) > 0 {
		s := &(*l)[len(*l)-1]
		if len(s.data) == cap(s.data) {
			if n := min(len(s.data)+len(data), leastPiece); n > len(s.data) && len(*l) == 1 {
				s.data = slices.Grow(s.data, n-len(s.data))
			} else {
				known := int(s.end() - (*l)[0].off)
				piece := make([]byte, 0, min(max(known, leastPiece), mostPiece))
				*l = append(*l, segment{s.end(), piece})
				pieces++
				continue
			}
		}
		n := min(len(data), cap(s.data)-len(s.data))
		s.data = append(s.data, data[:n]...)
		data = data[n:]
	}
	return pieces, true
}
