package kernel

// queue is the calls that wait for one thing, in the order of their coming. The
// kernel's lock guards it.
type queue struct {
	head, tail *waiter
}

// waiter is the place of a call in a queue.
type waiter struct {
	c          *call
	q          *queue
	prev, next *waiter
}

// wake has all calls of the queue tried again. They leave it when that happens.
func (q *queue) wake() {
	for w := q.head; w != nil; w = w.next {
		w.c.wake()
	}
}

func (q *queue) add(w *waiter) {
	w.q, w.prev = q, q.tail
	if q.tail != nil {
		q.tail.next = w
	} else {
		q.head = w
	}
	q.tail = w
}

func (w *waiter) remove() {
	if w.prev != nil {
		w.prev.next = w.next
	} else {
		w.q.head = w.next
	}
	if w.next != nil {
		w.next.prev = w.prev
	} else {
		w.q.tail = w.prev
	}
	w.prev, w.next, w.q = nil, nil, nil
}
