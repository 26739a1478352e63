package wazero

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/kernel/engine"
	"github.com/bushel-wasm/bushel/kernel/engine/wazero/meter"
)

// ParkEvery is how long a guest runs between two calls of [Config.Park].
const ParkEvery = 16 * time.Millisecond

// How many instructions a guest makes between two ticks. Where wazero is itself
// WebAssembly, each of the guest's calls takes some of the host's native stack, a
// megabyte or less, which only a switch of goroutines gives back: it has to come before
// that is used up, after 400 calls.
const (
	everyNative = 1 << 19
	everyWasm   = 400 * meter.CallCost
)

const onWasm = runtime.GOARCH == "wasm"

func every() int32 {
	if onWasm {
		return everyWasm
	}
	return everyNative
}

// wazero itself can end a guest at its loops (WithCloseOnContextDone), but
// a tight loop that it compiled then takes 30 times as long, where the meter takes
// 1.4 to 1.9 times; and nothing would make it look in a page.

// meterTick is what a metered guest calls.
var meterTick = engine.HostFunc{
	Params: i32[:], Results: i32[:],
	Fn: func(_ context.Context, mod api.Module, stack []uint64) {
		stack[0] = uint64(uint32(mod.(*guest).tick(int32(uint32(stack[0])))))
	},
}

// tick is called when the guest has used up the instructions that it was granted, with
// what is left of them, and grants more.
func (g *guest) tick(left int32) int32 {
	if onWasm {
		runtime.Gosched()
	}
	if park := g.engine.config.Park; park != nil && time.Since(g.parkedAt) >= ParkEvery {
		park()
		g.parkedAt = time.Now()
	}
	if g.control != nil {
		g.control.wait(g.ctx)
	}
	if g.ctx.Err() != nil {
		panic(errEnded)
	}
	g.granted = g.fuel.take(int64(g.granted)-int64(left), every())
	return g.granted
}

// fuel is the instructions that the threads of a guest may run.
type fuel struct {
	limit uint64 // 0 is no limit
	used  atomic.Uint64
}

// take counts that used have been run, and returns how many more may be before the next
// look, at most as many. It panics if the limit has been passed.
func (f *fuel) take(used int64, most int32) int32 {
	sum := f.used.Add(uint64(used))
	if f.limit == 0 {
		return most
	}
	if sum > f.limit {
		panic(&engine.LimitError{Instructions: f.limit})
	}
	return int32(min(uint64(most), f.limit-sum))
}

// A Control stops and continues a guest. The zero value lets it run.
type Control struct {
	mu      sync.Mutex
	resumed chan struct{} // closed by Continue; nil while the guest may run
}

type controlKey struct{}

// WithControl returns a context for [Engine.Run] whose guest c stops and continues.
func WithControl(ctx context.Context, c *Control) context.Context {
	return context.WithValue(ctx, controlKey{}, c)
}

// Stop stops the guest: soon, wherever it is, it waits until Continue is called.
func (c *Control) Stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.resumed == nil {
		c.resumed = make(chan struct{})
	}
}

// Continue lets a stopped guest go on.
func (c *Control) Continue() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.resumed != nil {
		close(c.resumed)
		c.resumed = nil
	}
}

// wait returns when the guest may run or ctx is done.
func (c *Control) wait(ctx context.Context) {
	for {
		c.mu.Lock()
		on := c.resumed
		c.mu.Unlock()
		if on == nil {
			return
		}
		select {
		case <-on:
		case <-ctx.Done():
			return
		}
	}
}
