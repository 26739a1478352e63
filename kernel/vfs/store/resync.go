package store

// maxTries bounds how many bytes resync looks through and checks: what a log says of
// itself may not be true.
const maxTries = 128 << 20

// resync goes to the next record that checks, behind one that does not, and reports
// whether there is any. It looks through the rest of the log, also where the end of a
// segment says that it goes on and does not check.
func (l *logReader) resync(yield func()) (found bool) {
	seeds := l.seeds()
	due, reached, off := l.next, len(l.segs), l.off
	passed := int64(0) // how much of the stream
	l.hints = true
	defer func() {
		if !found {
			l.back(reached, off) // what else was entered is none of the log
			l.next, l.seed = due, seeds[0]
		}
	}()
	for at := l.off + 1; ; at = 0 {
		seg, segs := l.seg(), len(l.segs)
		passed += headSize // of the last segment's end, where no head was looked for
		for ; at+headSize <= seg.payload(); at++ {
			passed++
			if l.tries--; l.tries < 0 {
				return false
			}
			if at&0xffff == 0 {
				yield()
			}
			head := l.view(seg.offset()+at, headSize)
			if head == nil {
				break
			}
			n, number := le.Uint32(head[4:]), le.Uint32(head[8:])
			// Each record that is lost had a head and a byte at the least.
			if n == 0 || n > maxRecord || int64(number-due) > passed/(headSize+1) {
				continue
			}
			l.next = number
			for _, l.seed = range seeds {
				l.off = at
				before := l.taken
				there := l.whole() != nil
				l.tries -= l.taken - before
				l.back(segs, at)
				if there {
					l.lost += uint64(number - due)
					return true
				}
			}
			yield()
			l.next, l.seed = due, seeds[0]
		}
		if !l.follow() {
			return false
		}
	}
}
