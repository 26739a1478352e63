//go:build !js

package osws_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/busimpl/osws"
)

// flood is a socket that always has a message, and whose network takes none.
type flood struct {
	read, written atomic.Int64
	once          sync.Once
	closed        chan struct{}
}

// size is of each message.
const size = 64 << 10

func (f *flood) Dial(context.Context, string, []string) (osws.Conn, error) { return f, nil }
func (f *flood) Protocol() string                                          { return "" }

func (f *flood) Read(context.Context) (osws.Message, error) {
	select {
	case <-f.closed:
		return osws.Message{}, &osws.End{Code: 1000, Clean: true}
	default:
	}
	f.read.Add(1)
	return osws.Message{Data: make([]byte, size)}, nil
}

func (f *flood) Write(context.Context, osws.Message) error {
	f.written.Add(1)
	<-f.closed
	return &osws.End{Code: 1000, Clean: true}
}

func (f *flood) Close(code int, reason string) *osws.End {
	f.once.Do(func() { close(f.closed) })
	return &osws.End{Code: code, Reason: reason, Clean: true}
}

// TestSlowReader counts what is read for a caller that has taken so many messages and
// takes no more.
func TestSlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &flood{closed: make(chan struct{})}
		pkg, _ := over(t, f, nil)
		c, err := dial(t, pkg, "ws://flood.test/")
		if err != nil {
			t.Fatal(err)
		}
		const taken = 40
		for range taken {
			if _, err := c.recv(); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		// A window of messages, one in parts of which some fit, and one that waits.
		if n, most := f.read.Load(), int64(taken+bus.Window/size+2); n < taken || n > most {
			t.Errorf("%d messages were read for a caller that took %d, want %d at most", n, taken, most)
		}
		c.s.Close()
		<-f.closed
		synctest.Wait()
	})
}

// TestSlowNetwork counts what a caller can send while the network takes nothing.
func TestSlowNetwork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &flood{closed: make(chan struct{})}
		pkg, _ := over(t, f, nil)
		c, err := dial(t, pkg, "ws://flood.test/")
		if err != nil {
			t.Fatal(err)
		}
		var sent atomic.Int64
		done := make(chan error)
		item := encode(t, osws.Message{Data: make([]byte, size)})
		go func() {
			for {
				if err := c.s.Stream(0).Send(t.Context(), bus.FormatCBOR, item); err != nil {
					done <- err
					return
				}
				sent.Add(1)
			}
		}()
		synctest.Wait()
		if n := sent.Load(); n == 0 || n > 2*bus.Window/size {
			t.Errorf("%d messages were taken off the caller", n)
		}
		if n := f.written.Load(); n != 1 {
			t.Errorf("%d messages wait for the network, want 1", n)
		}
		c.s.Close()
		if err := <-done; err == nil {
			t.Error("no error")
		}
		<-f.closed // after a while, since the network does not take what was sent
		synctest.Wait()
	})
}

// TestCrate_slow has a program of the crates take no messages off.
func TestCrate_slow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &flood{closed: make(chan struct{})}
		pkg, _ := over(t, f, nil)
		c := &crate{t: t, name: "wasmer_bus_ws", heard: make(chan string, 100), hold: make(chan struct{})}
		r, err := c.connect(pkg, "ws://flood.test/")
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if n := len(c.heard); n != 16 {
			t.Errorf("%d callbacks are under way, want 16", n)
		}
		if n := f.read.Load(); n > 16 {
			t.Errorf("%d messages were read", n)
		}
		close(c.hold)
		c.hears("state 1")
		r.Session.Close()
		<-f.closed
		for len(c.heard) > 0 {
			<-c.heard
		}
		synctest.Wait()
	})
}
