package main

import "sync"

// numbered is what is under way with the page or the browser, by the numbers under which
// JavaScript speaks of it. The zero value is empty. Its methods may be called by several
// goroutines at once.
type numbered[T any] struct {
	mu   sync.Mutex
	last uint32
	all  map[uint32]T
}

// add takes in what made makes with a number that nothing else has had, and returns it.
func (n *numbered[T]) add(made func(id uint32) T) T {
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

// find is what has a number, or zero.
func (n *numbered[T]) find(id uint32) T {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.all[id]
}

// remove is find, after which nothing has the number. It reports whether anything had.
func (n *numbered[T]) remove(id uint32) (T, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	v, ok := n.all[id]
	delete(n.all, id)
	return v, ok
}
