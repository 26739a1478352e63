package wazero

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/kernel/engine"
)

// ParkEvery is how long a guest runs between two calls of [Config.Park].
const ParkEvery = 16 * time.Millisecond

// How many loop iterations and calls a guest makes between two ticks. Where
// wazero is itself WebAssembly, each of the guest's calls takes some of the
// host's native stack, a megabyte or less, which only a switch of goroutines
// gives back: it has to come before that is used up.
const (
	everyNative = 1 << 16
	everyWasm   = 400
)

const onWasm = runtime.GOARCH == "wasm"

func (e *Engine) every() int32 {
	if onWasm {
		return everyWasm
	}
	return everyNative
}

// wazero itself can end a guest at its loops (WithCloseOnContextDone), but
// a tight loop that it compiled then takes 30 times as long, where the meter takes
// 1.1 to 1.8 times; and nothing would make it look in a page.

// meterTick is what a metered guest calls.
var meterTick = engine.HostFunc{Fn: func(_ context.Context, mod api.Module, _ []uint64) { mod.(*guest).tick() }}

func (g *guest) tick() {
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
