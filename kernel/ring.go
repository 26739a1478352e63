package kernel

// ring is a bounded queue of bytes. It takes memory as it fills.
type ring struct {
	max  int
	buf  []byte
	head int // where the first byte is
	n    int
}

func (r *ring) len() int  { return r.n }
func (r *ring) free() int { return max(r.max-r.n, 0) }

// put appends b. Only what comes back from a channel may be more than fits.
func (r *ring) put(b []byte) {
	if need := r.n + len(b); need > len(r.buf) {
		size := max(len(r.buf), 512)
		for size < need {
			size *= 2
		}
		grown := make([]byte, min(size, max(r.max, need)))
		m := copy(grown, r.buf[r.head:min(r.head+r.n, len(r.buf))])
		copy(grown[m:], r.buf[:r.n-m])
		r.buf, r.head = grown, 0
	}
	at := (r.head + r.n) % len(r.buf)
	m := copy(r.buf[at:], b)
	copy(r.buf, b[m:])
	r.n += len(b)
}

// adopt makes b, which the caller owns, all that is in the ring, and reports whether that
// could be.
func (r *ring) adopt(b []byte) bool {
	if r.n > 0 || len(b) > r.max || len(b) < len(r.buf) {
		return false
	}
	r.buf, r.head, r.n = b, 0, len(b)
	return true
}

// take removes the first len(b) bytes, which must be there, into b.
func (r *ring) take(b []byte) {
	r.peek(b)
	r.drop(len(b))
}

// peek copies the first len(b) bytes, which must be there, into b.
func (r *ring) peek(b []byte) {
	m := copy(b, r.buf[r.head:])
	copy(b[m:], r.buf)
}

// drop removes the first n bytes.
func (r *ring) drop(n int) {
	r.n -= n
	if r.n == 0 {
		r.head = 0
		return
	}
	r.head = (r.head + n) % len(r.buf)
}
