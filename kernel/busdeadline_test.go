package kernel_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel"
)

// TestBus_theDeadlineIsThatOfTheAnswer has an object outlive the time that its maker had.
func TestBus_theDeadlineIsThatOfTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := kernel.New(kernel.Config{})
		defer k.Close()
		s := testServer()
		k.Bus().Register("embedded", s)
		served(t, k, "served", 0, s)
		for _, name := range []string{"embedded", "served"} {
			p := onBus(t, k, bus.Options{}, func(p *kernel.Process, c *bus.Conn) {
				ctx, cancel := context.WithTimeout(p.Context(), time.Second)
				defer cancel()
				r, err := c.Package(name).Invoke(ctx, request("t/1.Counter", ""))
				if err != nil {
					t.Errorf("%s: %v", name, err)
					return
				}
				<-ctx.Done()
				time.Sleep(time.Second) // of the bubble's clock
				if _, err := r.Session.Invoke(p.Context(), request("add", "")); err != nil {
					t.Errorf("%s: the object after the deadline: %v", name, err)
				}
				if _, err := c.Package(name).Invoke(ctx, request("t/1.Never", "")); bus.CodeOf(err) != bus.CodeDeadlineExceeded {
					t.Errorf("%s: a call after the deadline: %v", name, err)
				}
			})
			wait(t, k, p.PID())
		}
	})
}
