package wasi_test

import (
	"sync"
	"testing"

	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/kernel/abi/wasi"
	"github.com/bushel-wasm/bushel/kernel/engine"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// A spawner is a guest whose engine has threads, but does not run them.
type spawner struct {
	*guest
	threads []*engine.Thread
	err     error
}

func (s *spawner) Spawn(t *engine.Thread) (uint32, error) {
	s.threads = append(s.threads, t)
	return uint32(len(s.threads)), s.err
}

// spawn calls thread-spawn and returns what it answers.
func (s *spawner) spawn(t *testing.T, arg uint32) int32 {
	t.Helper()
	stack := []uint64{uint64(arg)}
	s.host["wasi.thread-spawn"].Fn(t.Context(), s, stack)
	return api.DecodeI32(stack[0])
}

// thread is the guest's next thread: its ABI is its own, its process the same.
func (s *spawner) thread(t *testing.T) *guest {
	t.Helper()
	s.spawn(t, 0)
	g := &guest{kernel: s.kernel, host: map[string]engine.HostFunc{}}
	g.mem.b = make([]byte, 1<<16)
	for _, f := range s.threads[len(s.threads)-1].Host() {
		g.host[f.Module+"."+f.Name] = f
	}
	return g
}

func TestThreadSpawn(t *testing.T) {
	s := &spawner{guest: newGuest(wasi.Options{})}
	if got := s.spawn(t, 77); got != 1 || s.threads[0].Arg != 77 || s.threads[0].Start != "wasi_thread_start" {
		t.Errorf("answers %d and begins %+v", got, s.threads)
	}
	s.err = engine.ErrThreads
	if got := s.spawn(t, 0); got != -int32(errno.EAGAIN) {
		t.Errorf("answers %d for one thread too many", got)
	}
	stack := []uint64{0}
	s.host["wasi.thread-spawn"].Fn(t.Context(), s.guest, stack) // no threads at all
	if api.DecodeI32(stack[0]) >= 0 {
		t.Errorf("answers %d where there are no threads", api.DecodeI32(stack[0]))
	}
}

func TestThreads_shareDescriptors(t *testing.T) {
	s := &spawner{guest: newGuest(wasi.Options{})}
	other := s.thread(t)
	if e := other.call("fd_close", fdFile); e != 0 {
		t.Fatal(e)
	}
	if e := s.call("fd_fdstat_get", fdFile, 0); e != errno.EBADF {
		t.Errorf("after another thread's close: %v", e)
	}
	s.kernel.answer = func(*sys.Request) sys.Reply {
		return sys.Reply{Vals: [3]uint64{fdClosed, uint64(sys.TypeRegular)}}
	}
	s.put(0, []byte("f"))
	if e := s.call("path_open", fdRoot, 0, 0, 1, 0, 2, 0, 0, 8); e != 0 {
		t.Fatal(e)
	}
	if e := other.call("fd_fdstat_get", fdClosed, 0); e != 0 {
		t.Errorf("after another thread's open: %v", e)
	}
	s.kernel.answer = func(*sys.Request) sys.Reply { return sys.Reply{Errno: errno.EIO} }
	if e := other.call("fd_renumber", fdClosed, fdReadOnly); e != errno.EIO {
		t.Fatal(e)
	}
	if e := s.call("fd_fdstat_get", fdClosed, 0); e != 0 {
		t.Errorf("after a renumbering that failed: %v", e)
	}
}

// TestThreads_atOnce is for the race detector.
func TestThreads_atOnce(t *testing.T) {
	s := &spawner{guest: newGuest(wasi.Options{})}
	threads := []*guest{s.guest, s.thread(t), s.thread(t)}
	for i, g := range threads {
		g.kernel = nil // shared: none of these calls is to reach it
		g.put(0, []byte{byte(i)})
	}
	var wg sync.WaitGroup
	for _, g := range threads {
		wg.Go(func() {
			for range 1000 {
				if e := g.call("fd_fdstat_get", fdFile, 64); e != 0 {
					t.Error(e)
					return
				}
				g.call("fd_fdstat_set_rights", fdSock, 0, 0)
				g.call("clock_time_get", 1, 0, 128)
				g.call("random_get", 256, 16)
			}
		})
	}
	wg.Wait()
}

// TestElsewhere is threads with ABIs of their own, which the kernel tells of each
// other's descriptors.
func TestElsewhere(t *testing.T) {
	g := newGuest(wasi.Options{Elsewhere: true})
	open := map[uint64]sys.Reply{
		fdFile:   {Vals: [3]uint64{uint64(sys.ORead | sys.OWrite), uint64(sys.FDInfo(sys.TypeRegular) | sys.InfoSeek)}},
		fdClosed: {Vals: [3]uint64{uint64(sys.OWrite), uint64(sys.FDInfo(sys.TypeFIFO))}},
		fdRoot:   {Vals: [3]uint64{uint64(sys.OPreopen), uint64(sys.TypeDirectory)}, Data: []byte("/")},
	}
	for _, later := range []bool{false, true} {
		g.kernel.later = later
		g.kernel.answer = func(r *sys.Request) sys.Reply {
			if r.Op == sys.OpGetFD {
				if reply, ok := open[r.Args[0]]; ok {
					return reply
				}
				return sys.Reply{Errno: errno.EBADF}
			}
			return sys.Reply{Vals: [3]uint64{uint64(len(r.Data))}}
		}
		g.iovecs(0, 100, 3)
		if e := g.call("fd_write", fdClosed, 0, 1, 8); e != 0 || g.u32(8) != 3 {
			t.Errorf("a descriptor that another has opened: %v, %d bytes", e, g.u32(8))
		}
		if e := g.call("fd_write", fdOut, 0, 1, 8); e != errno.EBADF {
			t.Errorf("one that another has closed: %v", e)
		}
		if e := g.call("fd_seek", fdClosed, 0, 0, 8); e != errno.ESPIPE {
			t.Errorf("a call that looks at it only: %v", e)
		}
		if e := g.call("fd_prestat_get", fdRoot, 8); e != 0 || g.u32(12) != 1 {
			t.Errorf("a preopened directory: %v, a name of %d bytes", e, g.u32(12))
		}
	}
	// What this thread has given up is not given back by asking.
	if e := g.call("fd_fdstat_set_rights", fdFile, 0, 0); e != 0 {
		t.Fatal(e)
	}
	if e := g.call("fd_write", fdFile, 0, 1, 8); e != errno.ENOTCAPABLE {
		t.Errorf("a right that was given up: %v", e)
	}
	for name, f := range g.host {
		if f.Waits != waits(name, f.Waits) {
			t.Errorf("%s may ask the kernel and does not say so", name)
		}
	}
}

// waits is whether a function must say that it may wait: all that take a descriptor.
func waits(name string, says bool) bool {
	for _, prefix := range []string{wasi.Preview1 + ".fd_", wasi.Preview1 + ".path_", wasi.Preview0 + ".fd_", wasi.Preview0 + ".path_"} {
		if len(name) > len(prefix) && name[:len(prefix)] == prefix {
			return true
		}
	}
	return says
}
