package kernel_test

import (
	"testing"
	"testing/synctest"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel"
)

// TestBus_closedWhileItIsRead has a program close its link and live on: the other side
// hears of it at once, although a read of the link waits.
func TestBus_closedWhileItIsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := kernel.New(kernel.Config{})
		defer k.Close()
		called := make(chan *bus.Incoming, 1)
		k.Bus().Register("embedded", bus.HandlerFunc(func(in *bus.Incoming) { called <- in }))
		p := onBus(t, k, bus.Options{}, func(p *kernel.Process, c *bus.Conn) {
			bus.Begin(p.Context(), c.Package("embedded"), request("t/1.Never", ""))
			in := <-called
			synctest.Wait() // until the link's goroutine reads
			c.Close(nil)
			<-in.Context().Done()
		})
		wait(t, k, p.PID())
	})
}

// TestBus_linkAfterLink has a link end while its goroutine is between two reads, and
// another get its number: the first takes nothing of what is for the second.
func TestBus_linkAfterLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := kernel.New(kernel.Config{})
		defer k.Close()
		k.Bus().Register("embedded", testServer())
		next := make(chan *bus.Conn, 1)
		var first *bus.Conn
		var p *kernel.Process
		between := bus.HandlerFunc(func(*bus.Incoming) { // on the goroutine that reads the link
			first.Close(nil)
			synctest.Wait() // until its file is closed
			c, err := p.Bus(bus.Options{})
			if err != nil {
				t.Error(err)
			}
			synctest.Wait() // until it is read
			next <- c
		})
		child := start(t, k, func(me *kernel.Process) int {
			var err error
			p = me
			if first, err = p.Bus(bus.Options{}); err != nil {
				t.Error(err)
				return 1
			}
			back := request("t/1.Back", "")
			back.Handler = between
			bus.Begin(p.Context(), first.Package("embedded"), back)
			second := <-next
			defer second.Close(nil)
			for range 4 {
				synctest.Wait()
				if _, err := second.Package("embedded").Invoke(p.Context(), request("t/1.Echo", "")); err != nil {
					t.Error(err)
				}
			}
			return 0
		})
		wait(t, k, child.PID())
	})
}
