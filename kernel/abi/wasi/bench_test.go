package wasi_test

import (
	"context"
	"testing"

	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/kernel/abi/wasi"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// writes is a kernel that takes every write.
type writes struct{ kernel }

func (*writes) Start(r *sys.Request, done func(sys.Reply)) bool {
	done(sys.Reply{Vals: [3]uint64{uint64(len(r.Data))}})
	return true
}

// view is a memory whose Read does not copy.
type view struct{ memory }

func (m *view) Read(p, n uint32) ([]byte, bool) { return m.span(p, n) }

func (m *view) WriteUint32Le(p, v uint32) bool {
	b, ok := m.span(p, 4)
	if ok {
		le.PutUint32(b, v)
	}
	return ok
}

type viewGuest struct {
	guest
	view view
}

func (g *viewGuest) Memory() api.Memory { return &g.view }

// TestWriteAllocates keeps the hottest call free of garbage.
func TestWriteAllocates(t *testing.T) {
	call := hotWrite()
	if n := testing.AllocsPerRun(100, call); n != 0 {
		t.Errorf("fd_write allocates %v times", n)
	}
}

func BenchmarkWrite(b *testing.B) {
	call := hotWrite()
	for b.Loop() {
		call()
	}
}

// hotWrite is a call of fd_write with one small buffer.
func hotWrite() func() {
	g := &viewGuest{}
	g.view.b = make([]byte, 1<<16)
	le.PutUint32(g.view.b[iovs:], bufs)
	le.PutUint32(g.view.b[iovs+4:], 1)
	info := &sys.StartInfo{FDs: fds}
	for _, f := range wasi.New(&writes{}, info, wasi.Options{}).Host() {
		if f.Module == wasi.Preview1 && f.Name == "fd_write" {
			stack := make([]uint64, 4)
			return func() {
				stack[0], stack[1], stack[2], stack[3] = fdOut, iovs, 1, result
				f.Fn(context.Background(), g, stack)
			}
		}
	}
	panic("no fd_write")
}
