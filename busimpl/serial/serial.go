// Package serial keeps in order what a service does for calls that may come faster than it
// can: writes to a pipe or a terminal. What is done is the services' own affair.
package serial

import "sync"

// Most is the cost that may wait in a [Queue].
const Most = 1 << 20

// Queue runs functions one after another, in the order in which they came, on a goroutine
// that there is as long as there is something to run. Its zero value is ready for use, by
// several goroutines at once.
type Queue struct {
	mu      sync.Mutex
	list    []item
	cost    int // of those that have not begun
	running bool
}

type item struct {
	cost int
	fn   func()
}

// Do runs fn after those before it, and returns at once. It reports whether there was room:
// what waits may cost [Most] in sum, and one that finds nothing waiting may cost anything.
func (q *Queue) Do(cost int, fn func()) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.cost > 0 && q.cost+cost > Most {
		return false
	}
	q.cost += cost
	q.list = append(q.list, item{cost, fn})
	if !q.running {
		q.running = true
		go q.run()
	}
	return true
}

func (q *Queue) run() {
	for {
		q.mu.Lock()
		if len(q.list) == 0 {
			q.list, q.running = nil, false
			q.mu.Unlock()
			return
		}
		next := q.list[0]
		q.list = q.list[1:]
		q.cost -= next.cost
		q.mu.Unlock()
		next.fn()
	}
}
