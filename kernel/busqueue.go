package kernel

// What may wait for a package, and for the objects of an instance, that serves few calls at a
// time: calls, and the bytes of their bodies.
const (
	busWaiting      = 16 << 10
	busWaitingBytes = 64 << 20
)

// jobQueue is calls that wait. Callers take turns, each with its calls in their order, and none
// holds more than its share of the places. The bus's lock guards it; its zero value is empty.
type jobQueue struct {
	turns []*turn // who is next comes first
	n     int     // calls
	bytes int
}

// turn is what one caller has in a queue: a chain of calls.
type turn struct {
	caller      uint32
	first, last *job
	n, bytes    int
}

// push has j wait, and reports whether there was a place.
func (q *jobQueue) push(j *job) bool {
	var t *turn
	for _, t = range q.turns {
		if t.caller == j.caller {
			break
		}
	}
	if t == nil || t.caller != j.caller {
		t = &turn{caller: j.caller}
	}
	size := len(j.in.Body())
	if !shared(t.n, 1, q.n, busWaiting) || !shared(t.bytes, size, q.bytes, busWaitingBytes) {
		return false
	}
	if t.n == 0 {
		t.first = j
		q.turns = append(q.turns, t)
	} else {
		t.last.next = j
	}
	t.last, j.queue = j, q
	q.count(t, 1, size)
	return true
}

func (q *jobQueue) count(t *turn, n, size int) {
	q.n += n
	t.n += n
	q.bytes += n * size
	t.bytes += n * size
}

// first is the call whose turn it is, nil if none waits.
func (q *jobQueue) first() *job {
	if q.n == 0 {
		return nil
	}
	return q.turns[0].first
}

// pop is first, and takes it from the queue: it is the next caller's turn then.
func (q *jobQueue) pop() *job {
	j := q.first()
	if j != nil {
		q.turns = append(q.turns[1:], q.turns[0])
		q.remove(j)
	}
	return j
}

// popAll is all that wait.
func (q *jobQueue) popAll() (all []*job) {
	for j := q.pop(); j != nil; j = q.pop() {
		all = append(all, j)
	}
	return all
}

// remove has j, which waits here, wait no longer.
func (q *jobQueue) remove(j *job) {
	i := len(q.turns) - 1
	for q.turns[i].caller != j.caller {
		i--
	}
	t := q.turns[i]
	var before *job
	at := &t.first
	for *at != j {
		before = *at
		at = &before.next
	}
	*at = j.next
	if t.last == j {
		t.last = before
	}
	j.next, j.queue = nil, nil
	q.count(t, -1, len(j.in.Body()))
	if t.n == 0 {
		q.turns = append(q.turns[:i], q.turns[i+1:]...)
	}
}

// givenUp takes j, whose caller waits no longer, from the queue in which it is.
func (b *Bus) givenUp(j *job) {
	b.mu.Lock()
	if j.queue != nil {
		j.queue.remove(j)
	}
	b.mu.Unlock()
}
