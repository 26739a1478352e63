package wazero

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/bushel-wasm/bushel/kernel/engine"
)

// A process is what the threads of one guest share. Each thread is an instance of
// the module on a goroutine of its own: what is not in the memory, which is
// imported, each has for itself.
type process struct {
	memory  hostModule // holds the shared memory, if one is imported
	futexes futexes

	ctx    context.Context
	cancel context.CancelCauseFunc // ends all threads; the first cause is the process's end

	running sync.WaitGroup // the threads besides the first
	mu      sync.Mutex
	lastID  uint32
	alive   map[uint32]bool
}

// errReturned is why the other threads end when the first has come to its end.
var errReturned = errors.New("the first thread has ended")

// newProcess makes the process of a guest that imports a shared memory.
func (e *Engine) newProcess(ctx context.Context, c *Compiled) (*process, error) {
	p := &process{alive: make(map[uint32]bool)}
	if i, ok := c.Module.SharedMemory(); ok {
		var err error
		if p.memory, err = e.sharedMemory(i); err != nil {
			return nil, err
		}
	}
	p.ctx, p.cancel = context.WithCancelCause(ctx)
	return p, nil
}

// end ends the threads and waits for that.
func (p *process) end() {
	p.cancel(errReturned)
	p.running.Wait()
}

// close frees the memory.
func (p *process) close() {
	p.cancel(nil)
	if p.memory.mod != nil {
		p.memory.close()
	}
}

// enter gives a new thread its number: one that was not used lately, so that
// nobody takes it for a thread that has just ended.
func (p *process) enter() (id uint32, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ctx.Err() != nil || len(p.alive) >= engine.MaxThreads {
		return 0, false
	}
	for {
		p.lastID = p.lastID%engine.MaxThreadID + 1
		if !p.alive[p.lastID] {
			break
		}
	}
	p.alive[p.lastID] = true
	p.running.Add(1) // by a thread that is itself running, or the first: nobody waits yet
	return p.lastID, true
}

func (p *process) leave(id uint32) {
	p.mu.Lock()
	delete(p.alive, id)
	p.mu.Unlock()
	p.running.Done()
}

// Spawn implements [engine.Spawner].
func (g *guest) Spawn(t *engine.Thread) (id uint32, err error) {
	p := g.process
	if p == nil || p.memory.mod == nil {
		return 0, errNoSharedMemory
	}
	id, ok := p.enter()
	if !ok {
		return 0, engine.ErrThreads
	}
	thread := newGuest(p.ctx, g.engine, g.compiled, g.fuel)
	thread.process = p
	go func() {
		defer p.leave(id)
		if err := thread.thread(id, t); err != nil {
			p.cancel(err)
		}
	}()
	return id, nil
}

var errNoSharedMemory = errors.New("the guest imports no shared memory")

// thread runs a thread to its end. A nil error is the end of that thread alone.
func (g *guest) thread(id uint32, t *engine.Thread) error {
	in, err := g.instantiate(t.Host())
	defer in.close()
	if err != nil {
		return err
	}
	f := in.mod.ExportedFunction(t.Start)
	if f == nil {
		return &engine.LoadError{Reason: fmt.Sprintf("has no function %q to begin a thread with", t.Start)}
	}
	if d := f.Definition(); len(d.ParamTypes()) != 2 || d.ParamTypes()[0] != i32[0] || d.ParamTypes()[1] != i32[0] || len(d.ResultTypes()) != 0 {
		return &engine.LoadError{Reason: fmt.Sprintf("its function %q is not one to begin a thread with", t.Start)}
	}
	_, err = f.Call(g.ctx, uint64(id), uint64(t.Arg))
	return g.ended(err, false)
}
