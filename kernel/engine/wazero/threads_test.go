package wazero_test

import (
	"bytes"
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/kernel/engine"
	"github.com/bushel-wasm/bushel/kernel/engine/wasmtest"
	"github.com/bushel-wasm/bushel/kernel/engine/wazero"
)

// Instructions on shared memory; the address is on the stack.
var (
	atomicLoad = wasmtest.Code(0xfe, 0x10, 2, 0)
	atomicAdd  = wasmtest.Code(0xfe, 0x1e, 2, 0)
	notify     = wasmtest.Code(0xfe, 0x00, 2, 0)
	wait32     = wasmtest.Code(0xfe, 0x01, 2, 0)
	wait64     = wasmtest.Code(0xfe, 0x02, 3, 0)
)

// What the functions of a threaded module are numbered.
const (
	fnSpawn = iota // (arg) -> id
	fnExit         // (code)
	fnSay          // (number)
	fnStart
	fnThread
)

// threaded is a module whose first thread runs main, and each further one thread,
// which has its number in local 0, its argument in local 1, and an i32 in local 2.
func threaded(main, thread []byte) []byte {
	i, none := wasmtest.I32, []byte(nil)
	m := &wasmtest.Module{Shared: 4, Global: []int32{0}, Funcs: []wasmtest.Func{
		{Module: "test", Name: "spawn", Params: []byte{i}, Results: []byte{i}},
		{Module: "test", Name: "exit", Params: []byte{i}},
		{Module: "test", Name: "say", Params: []byte{i}},
		{Export: "_start", Locals: []byte{i}, Body: main},
		{Export: "thread", Params: []byte{i, i}, Results: none, Locals: []byte{i}, Body: thread},
	}}
	return m.Bytes()
}

// A crowd is what the threads of a test have told.
type crowd struct {
	sum, said atomic.Int64
	refused   atomic.Int64
}

func (c *crowd) host() []engine.HostFunc {
	i := []api.ValueType{api.ValueTypeI32}
	return []engine.HostFunc{
		{Module: "test", Name: "spawn", Params: i, Results: i, Fn: func(_ context.Context, m api.Module, s []uint64) {
			id, err := engine.Spawn(m, &engine.Thread{Start: "thread", Arg: uint32(s[0]), Host: c.host})
			if err != nil {
				c.refused.Add(1)
				s[0] = api.EncodeI32(-1)
				return
			}
			s[0] = uint64(id)
		}},
		{Module: "test", Name: "exit", Params: i, Fn: func(_ context.Context, m api.Module, s []uint64) { engine.Exit(m, uint32(s[0])) }},
		{Module: "test", Name: "say", Params: i, Fn: func(_ context.Context, _ api.Module, s []uint64) {
			c.said.Add(1)
			c.sum.Add(int64(int32(s[0])))
		}},
	}
}

// times is body so many times, with local 0 as its count.
func times(n int32, body []byte) []byte {
	return wasmtest.Code(0x41, n, 0x21, 0, 0x03, 0x40, body, 0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b)
}

// await waits until the value at an address is want.
func await(addr, want int32) []byte {
	return wasmtest.Code(0x03, 0x40, // loop
		0x41, addr, atomicLoad, 0x22, 0, 0x41, want, 0x47, 0x04, 0x40, // if it is another
		0x41, addr, 0x20, 0, 0x42, int64(-1), wait32, 0x1a, 0x0c, 1, 0x0b, 0x0b)
}

// count adds one to the value at an address and wakes who waits for it.
func count(addr int32) []byte {
	return wasmtest.Code(0x41, addr, 0x41, 1, atomicAdd, 0x1a, 0x41, addr, 0x41, int32(-1), notify, 0x1a)
}

func spawning(arg int32) []byte { return wasmtest.Code(0x41, arg, 0x10, fnSpawn, 0x1a) }

func TestThreads(t *testing.T) {
	const trap = 0x00
	forEver := await(8, 1)
	spin := wasmtest.Code(0x03, 0x40, 0x0c, 0, 0x0b)
	tests := []struct {
		name         string
		main, thread []byte
		said, sum    int64
		exit         int // -1: whatever trap says
		trap         engine.TrapKind
	}{
		{"64 threads that are waited for", // each has a global of its own: 100 times one is added, then it is told
			wasmtest.Code(times(64, spawning(5)), await(0, 64)),
			wasmtest.Code(0x41, int32(100), 0x21, 2, 0x03, 0x40, 0x23, 0, 0x41, 1, 0x6a, 0x24, 0,
				0x20, 2, 0x41, 1, 0x6b, 0x22, 2, 0x0d, 0, 0x0b, 0x23, 0, 0x10, fnSay, 0x20, 1, 0x10, fnSay, count(0)),
			128, 64 * 105, 0, ""},
		{"numbers count from 1", wasmtest.Code(spawning(0), await(0, 1), spawning(0), await(0, 2)),
			wasmtest.Code(0x20, 0, 0x10, fnSay, count(0)), 2, 3, 0, ""},
		{"a thread that begins others", wasmtest.Code(spawning(5), await(0, 6)),
			wasmtest.Code(0x20, 1, 0x04, 0x40, 0x20, 1, 0x41, 1, 0x6b, 0x10, fnSpawn, 0x1a, 0x0b, 0x20, 1, 0x10, fnSay, count(0)), 6, 15, 0, ""},
		{"the end of the first is that of all", wasmtest.Code(spawning(0), await(0, 1)), wasmtest.Code(count(0), forEver), 0, 0, 0, ""},
		{"also of one that computes", wasmtest.Code(spawning(0), await(0, 1)), wasmtest.Code(count(0), spin), 0, 0, 0, ""},
		{"exit in a thread", wasmtest.Code(spawning(0), forEver), wasmtest.Code(0x41, int32(9), 0x10, fnExit), 0, 0, 9, ""},
		{"exit in the first", wasmtest.Code(spawning(0), await(0, 1), 0x41, int32(3), 0x10, fnExit), wasmtest.Code(count(0), forEver), 0, 0, 3, ""},
		{"trap in a thread", wasmtest.Code(spawning(0), spin), wasmtest.Code(trap), 0, 0, -1, engine.TrapUnreachable},
		{"trap in the first", wasmtest.Code(spawning(0), await(0, 1), trap), wasmtest.Code(count(0), forEver), 0, 0, -1, engine.TrapUnreachable},
		{"what waiting answers", wasmtest.Code(
			0x41, 0, 0x41, 1, 0x42, int64(-1), wait32, 0x10, fnSay, // 1: not equal
			0x41, 0, 0x42, int64(0), 0x42, int64(1000), wait64, 0x10, fnSay, // 2: timed out
			0x41, 0, 0x41, 5, notify, 0x10, fnSay), // 0: nobody
			nil, 3, 3, 0, ""},
		{"waiting at an odd address", wasmtest.Code(0x41, 2, 0x41, 0, 0x42, int64(0), wait32, 0x1a), nil, 0, 0, -1, engine.TrapUnaligned},
		{"waiting beyond the memory", wasmtest.Code(0x41, int32(-4), 0x41, 0, 0x42, int64(0), wait32, 0x1a), nil, 0, 0, -1, engine.TrapMemory},
		{"an offset beyond all memory", wasmtest.Code(0x41, int32(-4), 0x41, 0, 0x42, int64(0), 0xfe, 0x01, 2, 8, 0x1a), nil, 0, 0, -1, engine.TrapMemory},
		{"waking at an odd address", wasmtest.Code(0x41, 2, 0x41, 0, notify, 0x1a), nil, 0, 0, -1, engine.TrapUnaligned},
		{"a memory that all see grow", wasmtest.Code(spawning(0), await(0, 1), 0x3f, 0, 0x10, fnSay),
			wasmtest.Code(0x41, 1, 0x40, 0, 0x1a, count(0)), 1, 2, 0, ""},
	}
	engines(t, wazero.Config{}, func(t *testing.T, e *wazero.Engine) {
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				c := &crowd{}
				err := e.Run(t.Context(), &engine.Program{Code: threaded(test.main, test.thread), Host: c.host()})
				if test.trap != "" {
					if trap, ok := errors.AsType[*engine.Trap](err); !ok || trap.Kind != test.trap {
						t.Errorf("%v, want %q", err, test.trap)
					}
				} else if exitCode(err) != test.exit {
					t.Errorf("%v, want exit code %d", err, test.exit)
				}
				if c.said.Load() != test.said || c.sum.Load() != test.sum {
					t.Errorf("told %d times, %d together; want %d times, %d", c.said.Load(), c.sum.Load(), test.said, test.sum)
				}
			})
		}
	})
}

func TestThreads_tooMany(t *testing.T) {
	engines(t, wazero.Config{}, func(t *testing.T, e *wazero.Engine) {
		c := &crowd{}
		code := threaded(times(engine.MaxThreads+3, spawning(0)), await(8, 1))
		if err := e.Run(t.Context(), &engine.Program{Code: code, Host: c.host()}); err != nil {
			t.Error(err)
		}
		if c.refused.Load() != 3 {
			t.Errorf("%d threads were refused, want 3", c.refused.Load())
		}
	})
}

func TestThreads_cancel(t *testing.T) {
	// Both wait for ever, once the second runs.
	code := threaded(wasmtest.Code(spawning(0), await(8, 1)), wasmtest.Code(0x41, 1, 0x10, fnSay, await(8, 1)))
	engines(t, wazero.Config{}, func(t *testing.T, e *wazero.Engine) {
		c := &crowd{}
		host := c.host()
		ctx, cancel := context.WithCancelCause(t.Context())
		reason := errors.New("killed")
		list := func() []engine.HostFunc {
			told := append([]engine.HostFunc(nil), host...)
			told[2].Fn = func(context.Context, api.Module, []uint64) { cancel(reason) }
			return told
		}
		host[0].Fn = func(_ context.Context, m api.Module, s []uint64) {
			id, err := engine.Spawn(m, &engine.Thread{Start: "thread", Host: list})
			if err != nil {
				t.Error(err)
			}
			s[0] = uint64(id)
		}
		if err := e.Run(ctx, &engine.Program{Code: code, Host: host}); !errors.Is(err, reason) {
			t.Errorf("%v, want the context's cause", err)
		}
	})
}

func TestThreads_without(t *testing.T) {
	// A guest whose memory is its own gets no thread.
	m := &wasmtest.Module{Pages: 1, Funcs: []wasmtest.Func{
		{Module: "test", Name: "spawn", Params: []byte{wasmtest.I32}, Results: []byte{wasmtest.I32}},
		{Export: "_start", Body: spawning(0)},
	}}
	engines(t, wazero.Config{}, func(t *testing.T, e *wazero.Engine) {
		c := &crowd{}
		if err := e.Run(t.Context(), &engine.Program{Code: m.Bytes(), Host: c.host()}); err != nil || c.refused.Load() != 1 {
			t.Errorf("%v, %d refusals; want one", err, c.refused.Load())
		}
		// And a module that has no function for it ends as one that cannot be loaded.
		code := bytes.Replace(threaded(wasmtest.Code(spawning(0), await(8, 1)), nil), []byte("thread"), []byte("throat"), 1)
		err := e.Run(t.Context(), &engine.Program{Code: code, Host: c.host()})
		if _, ok := errors.AsType[*engine.LoadError](err); !ok {
			t.Errorf("%v, want a module that cannot be loaded", err)
		}
	})
}
