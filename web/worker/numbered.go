package worker

import "sync"

// Numbered is what is under way with the page or the browser, by the numbers under which
// JavaScript speaks of it. The zero value is empty. Its methods may be called by several
// goroutines at once.
type Numbered[T any] struct {
	mu   sync.Mutex
	last uint32
	all  map[uint32]T
}

// Add takes in what made makes with a number that nothing else has had, and returns it.
func (n *Numbered[T]) Add(made func(id uint32) T) T {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.all == nil {
		n.all = map[uint32]T{}
	}
	n.last++
	v := made(n.last)
	n.all[n.last] = v
	return v
}

// Find is what has a number, or zero.
func (n *Numbered[T]) Find(id uint32) T {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.all[id]
}

// Remove is Find, after which nothing has the number. It reports whether anything had.
func (n *Numbered[T]) Remove(id uint32) (T, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	v, ok := n.all[id]
	delete(n.all, id)
	return v, ok
}
