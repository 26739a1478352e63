package wazero

import (
	"context"
	"sync"
	"time"

	"github.com/tetratelabs/wazero/api"
	wasys "github.com/tetratelabs/wazero/sys"

	"github.com/bushel-wasm/bushel/kernel/engine"
	"github.com/bushel-wasm/bushel/kernel/engine/wasmbin"
)

// A guest is one run, or one thread of it. It is the module that host functions are given.
type guest struct {
	api.Module // nil until the guest's own code runs
	engine     *Engine
	compiled   *Compiled
	ctx        flatContext
	mem        api.Memory // nil if the module has none
	process    *process   // what it shares with other threads; nil if no memory is shared
	loaders    map[string]api.Function

	control  *Control
	parkedAt time.Time
	fuel     *fuel // of all threads
	granted  int32 // instructions, at the last tick

	wake   chan struct{} // holds one token after a resume
	awake  func()
	mu     sync.Mutex
	parked bool
	entry  func()           // what Enter wants to be done by the guest's goroutine
	exit   *wasys.ExitError // was asked for while the guest was parked
}

func newGuest(ctx context.Context, e *Engine, c *Compiled, f *fuel) *guest {
	g := &guest{engine: e, compiled: c, ctx: flatContext{ctx}, fuel: f, wake: make(chan struct{}, 1), parkedAt: time.Now()}
	g.control, _ = ctx.Value(controlKey{}).(*Control)
	g.awake = func() {
		select {
		case g.wake <- struct{}{}:
		default:
		}
	}
	return g
}

// bind tells the guest its module, which is only known once its code runs.
func (g *guest) bind(m api.Module) {
	if g.Module != nil {
		return
	}
	g.Module = m
	own := g.compiled.Module
	has := len(own.Memories) > 0
	for _, i := range own.Imports {
		has = has || i.Kind == wasmbin.Memory
	}
	if has {
		g.mem = m.Memory()
	}
}

// Memory is the guest's memory, nil if it has none.
func (g *guest) Memory() api.Memory { return g.mem }

// Suspend implements [engine.Suspender]: it parks the goroutine.
func (g *guest) Suspend(start func(resume func())) {
	g.mu.Lock()
	g.parked = true
	g.mu.Unlock()
	start(g.awake)
	exit := g.park()
	for entry := g.entered(); entry != nil && exit == nil; entry = g.entered() {
		entry()
		exit = g.park()
	}
	if g.control != nil {
		g.control.wait(g.ctx)
	}
	if exit != nil {
		panic(exit)
	}
}

// park waits until the guest is to be looked after, and says whether it is to exit.
func (g *guest) park() *wasys.ExitError {
	g.mu.Lock()
	g.parked = true
	g.mu.Unlock()
	select {
	case <-g.wake:
	case <-g.ctx.Done():
		panic(errEnded)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.parked = false
	return g.exit
}

// Exit implements [engine.Exit]. Called by what a parked guest waits for, it
// wakes the guest and returns.
func (g *guest) Exit(code uint32) {
	exit := wasys.NewExitError(code)
	g.mu.Lock()
	parked := g.parked
	if parked {
		g.exit = exit
	}
	g.mu.Unlock()
	if !parked {
		panic(exit)
	}
	g.awake()
}

var _ engine.Suspender = (*guest)(nil)

// A flatContext is its parent without the values. The interpreter asks for
// one at every call of a function, and a long chain of contexts would be
// gone through each time.
type flatContext struct{ parent context.Context }

func (c flatContext) Deadline() (time.Time, bool) { return c.parent.Deadline() }
func (c flatContext) Done() <-chan struct{}       { return c.parent.Done() }
func (c flatContext) Err() error                  { return c.parent.Err() }
func (c flatContext) Value(any) any               { return nil }
