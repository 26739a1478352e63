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
	l.hints = true
	defer func() {
		if !found {
			l.back(reached, off) // what else was entered is none of the log
			l.next, l.seed = due, seeds[0]
		}
	}()
	for at := l.off + 1; ; at = 0 {
		seg, segs := l.seg(), len(l.segs)
		for ; at+headSize <= seg.payload(); at++ {
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
			if n == 0 || n > maxRecord || number-due > 1<<24 {
				continue
			}
			l.next = number
			for _, l.seed = range seeds {
				l.off = at
				there := l.whole() != nil
				l.back(segs, at)
				if there {
					l.lost += uint64(number - due)
					return true
				}
				l.tries -= int64(n)
			}
			yield()
			l.next, l.seed = due, seeds[0]
		}
		if !l.follow() {
			return false
		}
	}
}
