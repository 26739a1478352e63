package kernel_test

import (
	"context"
	"fmt"
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
// by those within the kernel as by packages, and by the objects that they gave.
func TestBus_deadlineOfWhoDoesNotLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := kernel.New(kernel.Config{})
		defer k.Close()
		s := testServer()
		s.Handle("t/1.Mute", bus.HandlerFunc(func(in *bus.Incoming) {
			in.Open(bus.FormatRaw, nil, bus.HandlerFunc(func(*bus.Incoming) {}))
		}))
		k.Bus().Register("embedded", s)
		served(t, k, "served", 0, s)
		served(t, k, "by turns", 1, s)
		for _, name := range []string{"embedded", "served", "by turns"} {
			for _, object := range []bool{false, true} {
				wait(t, k, start(t, k, func(p *kernel.Process) int {
					e, took, err := neverAnswered(p.Files(), name, object)
					if err != nil || e.Code != bus.CodeDeadlineExceeded || took != 1500*time.Millisecond {
						t.Errorf("%s, an object: %v: after %v %v, %v", name, object, took, e, err)
					}
					return 0
				}).PID())
			}
		}
	})
}

// neverAnswered makes a call of the package, or of an object that it gives, which it does not
// answer, and tells what came of it and when. It speaks the protocol by hand, and has no clock.
func neverAnswered(f *sys.Files, name string, object bool) (fault *bus.Error, took time.Duration, err error) {
	fd, err := f.Open(bus.Device, sys.ORead|sys.OWrite, 0)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close(fd)
	id, head := uint32(1), bus.CallHead{Package: name, Timeout: 1500}
	frames := bus.AppendHello(nil, &bus.Hello{Version: bus.Version, MaxFrame: 1 << 20, MaxCalls: 9})
	if object {
		frames = bus.AppendCall(frames, id, bus.MethodOf("t/1.Mute"), 0, &bus.CallHead{Package: name}, nil)
		head.Package, head.Parent = "", id
		id += 2
	}
	frames = bus.AppendCall(frames, id, bus.MethodOf("t/1.Never"), 0, &head, nil)
	begun := time.Now()
	if _, err := f.Write(fd, frames); err != nil {
		return nil, 0, err
	}
	var split bus.Splitter
	for buf := make([]byte, 1<<10); ; {
		n, err := f.Read(fd, buf)
		if err != nil {
			return nil, 0, err
		}
		split.Write(buf[:n])
		msg, err := split.Next()
		for len(msg) > 0 && err == nil {
			var frame bus.Frame
			if frame, msg, err = bus.Decode(msg); err == nil && frame.Kind == bus.KindFault {
				fault, err = bus.DecodeFault(bus.Format(frame.Format), frame.Payload)
				if err == nil && frame.ID != id {
					err = fmt.Errorf("call %d ended: %w", frame.ID, fault)
				}
				return fault, time.Since(begun), err
			}
		}
		if err != nil {
			return nil, 0, err
		}
	}
}
