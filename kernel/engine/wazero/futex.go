package wazero

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/kernel/engine"
	"github.com/bushel-wasm/bushel/kernel/engine/wazero/meter"
)

// wazero's own memory.atomic.wait cannot be interrupted: a guest that waits for
// ever would never end. So the meter makes calls of it, which are served here.

// What memory.atomic.wait answers.
const (
	waitWoken    = 0
	waitNotEqual = 1
	waitTimedOut = 2
)

// futexes is the threads that wait at addresses of one memory.
type futexes struct {
	mu sync.Mutex
	at map[uint32][]chan struct{} // in the order in which they came
}

// wait waits at an address until it is notified, for as long as timeout says (in
// nanoseconds; negative: for ever), unless equal reports false. No
// notification comes between that and the wait. If done is closed, it
// returns false.
func (f *futexes) wait(addr uint32, timeout int64, done <-chan struct{}, equal func() bool) (answer uint64, ok bool) {
	me, same := f.enter(addr, equal)
	if !same {
		return waitNotEqual, true
	}
	var ring <-chan time.Time
	if timeout >= 0 {
		timer := time.NewTimer(time.Duration(timeout))
		defer timer.Stop()
		ring = timer.C
	}
	select {
	case <-me:
		return waitWoken, true
	case <-ring:
		if f.leave(addr, me) {
			return waitTimedOut, true
		}
		return waitWoken, true // at the same time
	case <-done:
		f.leave(addr, me)
		return 0, false
	}
}

func (f *futexes) enter(addr uint32, equal func() bool) (me chan struct{}, same bool) {
	f.mu.Lock()
	defer f.mu.Unlock() // equal may panic
	if !equal() {
		return nil, false
	}
	me = make(chan struct{})
	if f.at == nil {
		f.at = make(map[uint32][]chan struct{})
	}
	f.at[addr] = append(f.at[addr], me)
	return me, true
}

// leave takes me off the list, and reports whether it was on it.
func (f *futexes) leave(addr uint32, me chan struct{}) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := f.at[addr]
	i := slices.Index(list, me)
	if i < 0 {
		return false
	}
	f.keep(addr, slices.Delete(list, i, i+1))
	return true
}

func (f *futexes) keep(addr uint32, list []chan struct{}) {
	if len(list) == 0 {
		delete(f.at, addr)
	} else {
		f.at[addr] = list
	}
}

// notify wakes at most count of those who wait at an address, the first first.
func (f *futexes) notify(addr, count uint32) (woken uint32) {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := f.at[addr]
	n := min(uint32(len(list)), count)
	for _, c := range list[:n] {
		close(c)
	}
	f.keep(addr, list[n:])
	return n
}

// meterWaits is what a metered guest with a shared memory calls.
var meterWaits = [...]engine.HostFunc{
	{
		Name:   meter.Wait32,
		Params: []api.ValueType{api.ValueTypeI32, api.ValueTypeI32, api.ValueTypeI64, api.ValueTypeI32}, Results: i32,
		Fn: func(_ context.Context, mod api.Module, s []uint64) {
			mod.(*guest).wait(s, load32, uint64(uint32(s[1])))
		},
	},
	{
		Name:   meter.Wait64,
		Params: []api.ValueType{api.ValueTypeI32, api.ValueTypeI64, api.ValueTypeI64, api.ValueTypeI32}, Results: i32,
		Fn: func(_ context.Context, mod api.Module, s []uint64) {
			mod.(*guest).wait(s, load64, s[1])
		},
	},
	{
		Name:   meter.Notify,
		Params: []api.ValueType{api.ValueTypeI32, api.ValueTypeI32, api.ValueTypeI32}, Results: i32,
		Fn: func(_ context.Context, mod api.Module, s []uint64) {
			g := mod.(*guest)
			addr := address(s[0], s[2])
			g.load(load32, addr) // traps where there is no such address
			s[0] = uint64(g.process.futexes.notify(addr, uint32(s[1])))
		},
	},
}

var i32 = []api.ValueType{api.ValueTypeI32}

// address is where an instruction of that offset works.
func address(base, offset uint64) uint32 {
	at := uint64(uint32(base)) + uint64(uint32(offset))
	if at >= 1<<32 {
		panic(trapped(engine.TrapMemory))
	}
	return uint32(at)
}

// wait has the address, what is expected there, the timeout and the offset.
func (g *guest) wait(s []uint64, how loader, expected uint64) {
	addr := address(s[0], s[3])
	answer, ok := g.process.futexes.wait(addr, int64(s[2]), g.ctx.Done(), func() bool {
		return g.load(how, addr) == expected
	})
	if g.control != nil {
		g.control.wait(g.ctx)
	}
	if !ok || g.ctx.Err() != nil {
		panic(errEnded)
	}
	s[0] = answer
}
