package link

// lanes counts, by lane, the bytes of writes that no reply has covered. The lane of
// a process with one call at a time is looked up without a map.
type lanes struct {
	first  laneCount
	others map[uint16]laneCount
}

// laneCount is how many bytes of a lane have been sent, how many of them the kernel
// has been heard to have dealt with, and of how many it will be heard: a call comes
// behind them.
type laneCount struct{ sent, acked, asked uint64 }

func (l *lanes) of(lane uint16) laneCount {
	if lane == 0 {
		return l.first
	}
	return l.others[lane]
}

func (l *lanes) put(lane uint16, n laneCount) {
	if lane == 0 {
		l.first = n
	} else {
		l.others[lane] = n
	}
}

// get is how many bytes of lane no reply has covered.
func (l *lanes) get(lane uint16) int {
	n := l.of(lane)
	return int(n.sent - n.acked)
}

// add counts n bytes that are sent.
func (l *lanes) add(lane uint16, n int) {
	of := l.of(lane)
	of.sent += uint64(n)
	l.put(lane, of)
}

// mark is what a call of lane carries, for its reply to be given to done.
func (l *lanes) mark(lane uint16) uint64 {
	of := l.of(lane)
	if of.asked != of.sent {
		of.asked = of.sent
		l.put(lane, of)
	}
	return of.sent
}

// unasked is how many bytes of lane were sent behind the last call.
func (l *lanes) unasked(lane uint16) int {
	n := l.of(lane)
	return int(n.sent - n.asked)
}

// awaited reports whether a reply of lane is to come that covers some of its bytes.
func (l *lanes) awaited(lane uint16) bool {
	n := l.of(lane)
	return n.asked > n.acked
}

// done is told that the kernel has done all that came before a call of that mark.
func (l *lanes) done(lane uint16, mark uint64) {
	of := l.of(lane)
	if mark > of.acked {
		of.acked = mark
		l.put(lane, of)
	}
}

// each calls fn with the lanes that have such bytes.
func (l *lanes) each(fn func(lane uint16)) {
	if l.get(0) > 0 {
		fn(0)
	}
	for lane := range l.others {
		if l.get(lane) > 0 {
			fn(lane)
		}
	}
}

func (l *lanes) clear() {
	l.first = laneCount{}
	clear(l.others)
}
