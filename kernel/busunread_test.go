package kernel_test

import (
	"errors"
	"io"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/internal/await"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// TestBus_whoReadsNoLink has a program make calls on many links and read none of the answers: all
// that waits for it meets one bound, the links that are over it end with a fault that says so, and
// nobody else notices.
func TestBus_whoReadsNoLink(t *testing.T) {
	k := boot(t)
	const size, each, links, most = 8 << 20, 3, 12, 192 << 20
	answer := make([]byte, size)
	s := testServer()
	s.Handle("t/1.Much", bus.HandlerFunc(func(in *bus.Incoming) { in.Reply(bus.FormatRaw, answer) }))
	k.Bus().Register("test", s)
	fill := func(f *sys.Files) (int, error) {
		fd, err := f.Open(bus.Device, sys.ORead|sys.OWrite, 0)
		if err != nil {
			return 0, err
		}
		frames := bus.AppendHello(nil, &bus.Hello{Version: bus.Version, MaxFrame: 16 << 20, MaxCalls: 9})
		for i := range uint32(each) {
			frames = bus.AppendCall(frames, 2*i+1, bus.MethodOf("t/1.Much"), 0, &bus.CallHead{Package: "test"}, nil)
		}
		_, err = f.Write(fd, frames)
		return fd, err
	}
	// answers counts the whole ones that can be read of a link, and gives the fault at its end.
	answers := func(f *sys.Files, fd int) (n int, end error) {
		buf := make([]byte, 1<<20)
		split := bus.Splitter{}
		for n < each {
			got, err := f.Read(fd, buf)
			if err != nil {
				return n, err
			}
			split.Write(buf[:got])
			msg, err := split.Next()
			if err != nil {
				return n, err
			}
			for len(msg) > 0 {
				var frame bus.Frame
				if frame, msg, err = bus.Decode(msg); err != nil {
					return n, err
				}
				switch frame.Kind {
				case bus.KindResult:
					n++
				case bus.KindFault:
					fault, err := bus.DecodeFault(0, frame.Payload)
					if err != nil || frame.ID != 0 {
						return n, errors.New("a fault that is none of the link")
					}
					return n, fault
				}
			}
		}
		return n, nil
	}
	filled, over := make(chan struct{}), make(chan struct{})
	greedy := start(t, k, func(p *kernel.Process) int {
		f := p.Files()
		var fds []int
		for range links {
			fd, err := fill(f)
			if err != nil {
				t.Error(err)
			}
			fds = append(fds, fd)
		}
		if n := k.Usage().BusUnread; n > most+1<<20 || n < most-each*size {
			t.Errorf("%d bytes wait for one program", n)
		}
		close(filled)
		<-over
		if n, err := answers(f, fds[0]); n != each || err != nil {
			t.Errorf("the first link has %d answers, %v", n, err)
		}
		if n, err := answers(f, fds[links-1]); bus.CodeOf(err) != bus.CodeResourceExhausted || n == each {
			t.Errorf("the last link has %d answers, %v", n, err)
		}
		if n, err := f.Read(fds[links-1], make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("after the fault come %d bytes, %v", n, err)
		}
		// What was read makes room.
		fd, err := fill(f)
		if err != nil {
			t.Error(err)
		}
		if n, err := answers(f, fd); n != each || err != nil {
			t.Errorf("a new link has %d answers, %v", n, err)
		}
		return 0
	})
	<-filled
	wait(t, k, start(t, k, func(p *kernel.Process) int {
		f := p.Files()
		fd, err := fill(f)
		if err != nil {
			t.Error(err)
		}
		if n, err := answers(f, fd); n != each || err != nil {
			t.Errorf("another program has %d answers, %v", n, err)
		}
		return 0
	}).PID())
	close(over)
	wait(t, k, greedy.PID())
	await.Until(t, "nothing waits to be read", func() bool { return k.Usage().BusUnread == 0 })
}
