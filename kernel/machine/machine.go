package machine

import (
	"context"
	"errors"
	"sync"

	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/abi/imports"
	"github.com/bushel-wasm/bushel/kernel/abi/wasi"
	"github.com/bushel-wasm/bushel/kernel/engine"
	"github.com/bushel-wasm/bushel/kernel/engine/wasmbin"
	"github.com/bushel-wasm/bushel/kernel/engine/wazero"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// DefaultMemoryPages bounds a guest's memory unless Config says otherwise: 1 GiB.
const DefaultMemoryPages = 1 << 14

// Config says how guests are run. The zero value compiles them.
type Config struct {
	// Interpreter asks for wazero's interpreter.
	Interpreter bool
	// MemoryPages bounds each guest's memory, in pages of 64 KiB; 0 is [DefaultMemoryPages].
	MemoryPages uint32
	// Cache is a folder that keeps compiled code from one run of the host
	// program to the next. If it is empty, nothing is kept.
	Cache string
}

// Machine is a [kernel.Machine].
type Machine struct {
	engine *wazero.Engine
	pages  uint32
	images cache
	guests sync.WaitGroup
}

var _ kernel.Machine = (*Machine)(nil)

// New makes a machine. Its error is that of the cache's folder.
func New(config Config) (*Machine, error) {
	if config.MemoryPages == 0 {
		config.MemoryPages = DefaultMemoryPages
	}
	e, err := wazero.New(wazero.Config{
		Interpreter: config.Interpreter,
		MemoryPages: config.MemoryPages,
		Cache:       config.Cache,
	})
	if err != nil {
		return nil, err
	}
	return &Machine{engine: e, pages: config.MemoryPages}, nil
}

// Close waits for the guests, which the kernel is to have ended, and frees
// what the machine holds.
func (m *Machine) Close() error {
	m.guests.Wait()
	return m.engine.Close()
}

// errJS refuses a program that needs a JavaScript engine around it.
var errJS = &engine.LoadError{
	Reason: "built with GOOS=js; runs in the page only (build it with GOOS=wasip1 to run it here)",
}

// Load compiles a file, or finds what it has compiled of it before.
func (m *Machine) Load(ctx context.Context, key kernel.ImageKey, _ string, read func() ([]byte, error)) (kernel.Image, error) {
	if key.MemoryPages >= m.pages {
		key.MemoryPages = 0 // the engine's own limit is the one that counts
	}
	return m.images.get(ctx, key, func() (*image, error) {
		code, err := read()
		if err != nil {
			return nil, err
		}
		outside, err := wasmbin.Parse(code)
		if err == nil && outside.ABI() == "gojs" {
			return nil, errJS
		}
		pages := m.pages
		if err == nil && key.MemoryPages != 0 {
			pages = key.MemoryPages
			if reason := outside.TooLarge(pages); reason != "" {
				return nil, &engine.LoadError{Reason: reason}
			}
			code, _ = wasmbin.CapMemory(code, pages)
		}
		compiled, err := m.engine.Compile(ctx, code)
		if err != nil {
			return nil, err
		}
		return newImage(compiled, pages), nil
	})
}

// errKilled is why the context of a guest ends that the kernel has ended.
var errKilled = errors.New("killed")

// Start begins to run a guest.
func (m *Machine) Start(g *kernel.Guest) (kernel.Running, error) {
	g.SetEngine(m.engine.Name(), "the command says so")
	g.Info.Imports = g.Image.(*image).compiled.Module.Signatures()
	r := &running{}
	var ctx context.Context
	ctx, r.cancel = context.WithCancelCause(wazero.WithControl(context.Background(), &r.control))
	m.guests.Go(func() { m.run(ctx, g, r) })
	return r, nil
}

// run runs a guest to its end.
func (m *Machine) run(ctx context.Context, g *kernel.Guest, r *running) {
	defer r.cancel(nil)
	img := g.Image.(*image)
	host, serve := imports.Of(g.Process, &g.Info, wasi.Options{FullPaths: img.compiled.Module.BuiltByGo()})
	var memory api.Memory
	err := m.engine.Run(ctx, &engine.Program{
		Name: g.Info.Name, Compiled: img.compiled, Host: host, Serve: serve,
		Memory: func(m api.Memory) { memory = m }, Instructions: g.Info.Instructions,
	})
	if ctx.Err() != nil {
		return // the kernel knows
	}
	used := uint32(0)
	if memory != nil {
		used = memory.Size() >> 16
	}
	code, message := engine.Status(g.Info.Name, err, used, img.pages)
	if message != "" {
		// Who does not read the message does not miss it.
		g.Process.Syscall(&sys.Request{Op: sys.OpWrite, Args: [6]uint64{2, sys.WriteOwnLine}, Data: []byte(message + "\n")})
	}
	g.Ended(sys.Exited(code))
}

// running is a guest under way.
type running struct {
	cancel  context.CancelCauseFunc
	control wazero.Control
}

// Kill ends the guest at its next system call, loop or call of a function.
func (r *running) Kill() { r.cancel(errKilled) }

// Stop stops the guest at its next system call, loop or call of a function.
func (r *running) Stop() { r.control.Stop() }

// Continue lets the guest go on.
func (r *running) Continue() { r.control.Continue() }
