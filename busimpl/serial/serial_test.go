package serial_test

import (
	"testing"

	"github.com/bushel-wasm/bushel/busimpl/serial"
)

func TestQueue(t *testing.T) {
	var q serial.Queue
	begun, goOn, order := make(chan bool), make(chan bool), make(chan int, 4)
	q.Do(0, func() { begun <- true; <-goOn })
	<-begun
	for i, test := range []struct {
		cost int
		ok   bool
	}{{2 * serial.Most, true}, {1, false}, {0, false}} {
		if ok := q.Do(test.cost, func() { order <- i }); ok != test.ok {
			t.Errorf("%d: there was room: %v", i, ok)
		}
	}
	goOn <- true
	if got := <-order; got != 0 {
		t.Error(got)
	}
	for i := range 3 {
		if !q.Do(serial.Most/4, func() { order <- i }) {
			t.Errorf("%d: there was no room", i)
		}
	}
	for i := range 3 {
		if got := <-order; got != i {
			t.Errorf("%d came as number %d", got, i)
		}
	}
}
