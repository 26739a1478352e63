package main

import "github.com/bushel-wasm/bushel/kernel/link"

// turn is what guests are sent unasked while one's message is served, such as the calls of
// one to another: it goes in one message to each when that is done. All of it belongs to
// the worker's one thread.
var turn struct {
	on      bool
	waiting []*link.Server
}

// gather has what s sends unasked put together while a guest's message is served.
func gather(s *link.Server) {
	s.Later(func() bool {
		if turn.on {
			turn.waiting = append(turn.waiting, s)
		}
		return turn.on
	})
}

// turned sends what has been put together.
func turned() {
	turn.on = false
	for i, s := range turn.waiting {
		s.Flush()
		turn.waiting[i] = nil
	}
	turn.waiting = turn.waiting[:0]
}
