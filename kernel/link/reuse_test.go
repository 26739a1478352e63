package link_test

import (
	"bytes"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// TestReuse has a guest make long calls, whose answers it reads in three ways: the memory of
// each answer is given back when it has been read, not before, and never if the reader keeps
// it. What is given back is overwritten at once (see far.Start).
func TestReuse(t *testing.T) {
	const calls, size = 20, 64 << 10
	for _, c := range []struct {
		name        string
		dst, lend   bool
		least, most int32
	}{
		{"copied", true, false, calls - 1, calls},
		{"lent", false, true, calls - 1, calls},
		{"kept", false, false, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, _ := bootBus(t)
			f.do(t, func(p *proc) {
				fd := p.opened(t, 0)
				var kept [][]byte
				read := func(fd int, b []byte) (int, error) {
					r := &sys.Request{Op: sys.OpRead, Args: [6]uint64{uint64(fd), 1 << 20}, Lend: c.lend}
					if c.dst {
						r.Dst, r.Args[1] = b, uint64(len(b))
					}
					reply := p.client.Syscall(r)
					if !c.dst && !c.lend {
						kept = append(kept, reply.Data)
					}
					return copy(b, reply.Data), nil
				}
				var split bus.Splitter
				buf := make([]byte, 1<<20)
				for i := range uint32(calls) {
					body := bytes.Repeat([]byte{byte(i)}, size)
					p.Write(fd, frameOf(2*i+1, body))
					for answered := false; !answered; {
						n, _ := read(fd, buf)
						split.Write(buf[:n])
						for msg, _ := split.Next(); len(msg) > 0; {
							var frame bus.Frame
							frame, msg, _ = bus.Decode(msg)
							if answered = frame.Kind == bus.KindResult; answered && !bytes.Equal(frame.Payload, body) {
								t.Errorf("call %d: other bytes came back", i)
							}
						}
					}
				}
				for i, b := range kept {
					if bytes.IndexByte(b, 0xdb) >= 0 {
						t.Errorf("read %d: its memory was given back", i)
					}
				}
				p.Close(fd) // and with it what was lent
				if n := p.reused.Load(); n < c.least || n > c.most {
					t.Errorf("%d messages were given back, not %d to %d", n, c.least, c.most)
				}
			})
		})
	}
}
