package link_test

import (
	"bytes"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/link"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// TestServer_badFrameInABatch has a process send good calls and what is none in one message: the
// calls are done and answered, what is fed and was held back for more arrives, and nothing is left.
func TestServer_badFrameInABatch(t *testing.T) {
	call := func(lane uint16, id uint32, r *sys.Request) []byte {
		return sys.AppendRequest(nil, bus.KindCall, lane, id, r)
	}
	good := call(0, 9, &sys.Request{Op: sys.OpGetcwd})
	for _, test := range []struct {
		name string
		bad  []byte
	}{
		{"a piece of a header", good[:11]},
		{"a frame cut short", good[:len(good)-1]},
		{"a length less than the header", append([]byte{27, 0, 0, 0}, good[4:]...)},
		{"a wild length", append([]byte{0xff, 0xff, 0xff, 0xff}, good[4:]...)},
		{"a call without its arguments", (&bus.Frame{Kind: bus.KindCall, ID: 9, Method: frameMethod(t, good), Payload: []byte{1}}).Append(nil)},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := kernel.New(kernel.Config{})
				p, err := k.Init().Fork(func(p *kernel.Process) int {
					<-p.Context().Done()
					return 0
				}, kernel.ForkAttr{Argv: []string{"bad"}, FDs: [][2]uint32{}})
				if err != nil {
					t.Fatal(err)
				}
				var mu sync.Mutex
				var sent []byte
				s := link.NewServer(p, func(b []byte) {
					mu.Lock()
					defer mu.Unlock()
					sent = append(sent, b...)
				})
				s.Later(func() bool { return true })
				hello := bus.AppendHello(nil, &bus.Hello{Version: bus.Version, MaxFrame: 1 << 20, MaxCalls: 9})
				err = s.Receive(bytes.Join([][]byte{
					call(0, 1, &sys.Request{Op: sys.OpOpen, Path: bus.Device, Args: [6]uint64{sys.AtCwd, uint64(sys.ORead | sys.OWrite)}}),
					call(0, 2, &sys.Request{Op: sys.OpFeed, Args: [6]uint64{0, 1 << 20, 77}}),
					call(0, 3, &sys.Request{Op: sys.OpWrite, Data: hello}),
					test.bad,
					call(0, 4, &sys.Request{Op: sys.OpGetcwd}),
				}, nil))
				if err == nil {
					t.Error("it is taken")
				}
				synctest.Wait()
				s.Flush()
				var answered []uint32
				fed := 0
				for len(sent) > 0 {
					f, rest, err := bus.Decode(sent)
					if err != nil {
						t.Fatal(err)
					}
					if sent = rest; f.Kind == bus.KindNotify {
						fed++
					} else {
						answered = append(answered, f.ID)
					}
				}
				if len(answered) != 3 || fed == 0 {
					t.Errorf("calls %v are answered, and %d pieces are fed", answered, fed)
				}
				s.Close()
				k.Close()
				if u := k.Usage(); u.OpenFiles != 0 {
					t.Errorf("left: %+v", u)
				}
			})
		})
	}
}

// frameMethod is the method of a frame.
func frameMethod(t *testing.T, frame []byte) bus.Method {
	f, _, err := bus.Decode(frame)
	if err != nil {
		t.Fatal(err)
	}
	return f.Method
}
