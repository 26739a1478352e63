package kernel_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
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

// TestBus_deadlineOfWhoDoesNotLook has a caller that only says how long it waits be answered in time,
// by those within the kernel as by packages.
func TestBus_deadlineOfWhoDoesNotLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := kernel.New(kernel.Config{})
		defer k.Close()
		s := testServer()
		k.Bus().Register("embedded", s)
		served(t, k, "served", 0, s)
		for i, name := range []string{"embedded", "served"} {
			wait(t, k, start(t, k, func(p *kernel.Process) int {
				f := p.Files()
				fd, err := f.Open(bus.Device, sys.ORead|sys.OWrite, 0)
				if err != nil {
					t.Error(err)
					return 1
				}
				id := uint32(2*i + 1)
				frames := bus.AppendHello(nil, &bus.Hello{Version: bus.Version, MaxFrame: 1 << 20, MaxCalls: 9})
				frames = bus.AppendCall(frames, id, bus.MethodOf("t/1.Never"), 0, &bus.CallHead{Package: name, Timeout: 1500}, nil)
				begun := time.Now()
				if _, err := f.Write(fd, frames); err != nil {
					t.Error(err)
					return 1
				}
				var got []byte
				buf := make([]byte, 1<<10)
				for {
					n, err := f.Read(fd, buf)
					if err != nil || n == 0 {
						t.Errorf("%s: %d bytes, %v", name, n, err)
						return 1
					}
					got = append(got, buf[:n]...)
					hello, rest, err := bus.Decode(got)
					if err != nil || hello.Kind != bus.KindHello || len(rest) == 0 {
						continue
					}
					answer, _, err := bus.Decode(rest)
					if err != nil {
						continue
					}
					e, err := bus.DecodeFault(bus.Format(answer.Format), answer.Payload)
					if answer.ID != id || err != nil || e.Code != bus.CodeDeadlineExceeded || time.Since(begun) != 1500*time.Millisecond {
						t.Errorf("%s: after %v %v, %v", name, time.Since(begun), e, err)
					}
					return 0
				}
			}).PID())
		}
	})
}
