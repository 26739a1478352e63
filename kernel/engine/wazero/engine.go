package wazero

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/bushel-wasm/bushel/kernel/engine"
	"github.com/bushel-wasm/bushel/kernel/engine/wasmbin"
)

// Config says how an engine works. The zero value is a compiler natively, and an
// interpreter where there is none.
type Config struct {
	// Interpreter asks for the interpreter.
	Interpreter bool
	// MemoryPages bounds each guest's memory, in pages of 64 KiB. 0 is all of 4
	// GiB, and 512 MiB where wazero is itself WebAssembly and shares 4 GiB with it.
	MemoryPages uint32
	// Cache is a folder that keeps compiled code from one run of the host
	// program to the next. If it is empty, nothing is kept.
	Cache string
	// Park is called by a running guest every [ParkEvery], about. It may park
	// the goroutine, so that in a page, where nothing preempts a guest, events
	// come in. It may be nil.
	Park func()

	unmetered bool // for tests, which compare
}

// Features is what a module may use: WebAssembly 2.0 and the proposals that
// wazero knows.
const Features = api.CoreFeaturesV2 | experimental.CoreFeaturesThreads | experimental.CoreFeaturesTailCall |
	experimental.CoreFeaturesExtendedConst | experimental.CoreFeaturesExceptionHandling |
	experimental.CoreFeaturesTypedFunctionReferences

// Engine runs programs on wazero. It may be used by several goroutines at once.
type Engine struct {
	config  Config
	runtime wazero.Runtime
	cache   wazero.CompilationCache
}

// New makes an engine. Its error is that of the cache's folder.
func New(config Config) (*Engine, error) {
	config.Interpreter = config.Interpreter || !canCompile()
	raiseDepth()
	if onWasm && config.MemoryPages == 0 {
		config.MemoryPages = 1 << 13
	}
	var rc wazero.RuntimeConfig
	if config.Interpreter {
		rc = wazero.NewRuntimeConfigInterpreter()
	} else {
		rc = wazero.NewRuntimeConfigCompiler()
	}
	e := &Engine{config: config}
	if config.Cache != "" && !config.Interpreter {
		cache, err := wazero.NewCompilationCacheWithDir(config.Cache)
		if err != nil {
			return nil, fmt.Errorf("cache of compiled modules: %w", err)
		}
		e.cache = cache
		rc = rc.WithCompilationCache(cache)
	}
	rc = rc.WithCoreFeatures(Features).WithDebugInfoEnabled(false)
	if config.MemoryPages != 0 {
		rc = rc.WithMemoryLimitPages(config.MemoryPages)
	}
	e.runtime = wazero.NewRuntimeWithConfig(context.Background(), rc)
	return e, nil
}

// canCompile reports whether wazero has a compiler for this platform.
func canCompile() bool {
	switch runtime.GOARCH {
	case "amd64", "arm64":
		switch runtime.GOOS {
		case "linux", "darwin", "freebsd", "netbsd", "windows", "dragonfly", "solaris", "illumos":
			return true
		}
	}
	return false
}

// Name is "wazero".
func (e *Engine) Name() string { return "wazero" }

// Close frees what the engine holds. No guest may be running.
func (e *Engine) Close() error {
	err := e.runtime.Close(context.Background())
	if e.cache != nil {
		err = errors.Join(err, e.cache.Close(context.Background()))
	}
	return err
}

// Compiled is a module that is ready to run, any number of times and at once.
type Compiled struct {
	// Module is the outside of the module.
	Module  *wasmbin.Module
	imports []wasmbin.Import // the module's, and the meter's
	code    wazero.CompiledModule
}

// Close frees the module. No guest may be running it.
func (c *Compiled) Close() error { return c.code.Close(context.Background()) }

// Run runs p until its start function returns, and then returns nil, or an
// [*engine.ExitError], [*engine.Trap], [*engine.LimitError] or [*engine.LoadError]; any
// other error is the engine's own failure. When ctx is done, the guest is ended at its next
// loop or call. Program.Compiled may be a *[Compiled] of this engine.
func (e *Engine) Run(ctx context.Context, p *engine.Program) error {
	c, ok := p.Compiled.(*Compiled)
	if !ok {
		var err error
		if c, err = e.Compile(ctx, p.Code); err != nil {
			return err
		}
		defer c.Close()
	}
	var proc *process
	if c.Module.Shares() {
		var err error
		if proc, err = e.newProcess(ctx, c); err != nil {
			return err
		}
		defer proc.close()
		ctx = proc.ctx
	}
	g := newGuest(ctx, e, c, &fuel{limit: p.Instructions})
	g.process = proc
	in, err := g.instantiate(p.Host)
	defer in.close()
	if err != nil {
		return err
	}
	if proc != nil {
		defer proc.end()
	}
	mod := in.mod
	if p.Memory != nil && g.mem != nil {
		p.Memory(g.mem)
	}
	if p.Main != nil {
		err := p.Main(g.ctx, g)
		switch err.(type) {
		case *engine.ExitError, *engine.Trap, *engine.LoadError, *engine.LimitError:
			return err
		}
		return g.ended(err, false)
	}
	name := p.Start
	if name == "" {
		name = "_start"
	}
	start := mod.ExportedFunction(name)
	switch {
	case start == nil && mod.ExportedFunction("_initialize") != nil:
		return &engine.LoadError{Reason: fmt.Sprintf(`is a library (it exports "_initialize" and no %q), not a program`, name)}
	case start == nil:
		return &engine.LoadError{Reason: fmt.Sprintf("has no function %q to begin with", name)}
	case len(start.Definition().ParamTypes()) != 0: // of its results the browser's engine knows nothing
		return &engine.LoadError{Reason: fmt.Sprintf("its function %q is not one to begin with: it has parameters", name)}
	}
	if _, err = start.Call(g.ctx); err != nil || p.Serve == nil {
		return g.ended(err, false)
	}
	return g.serve(p)
}

// An instance is the guest's module with what it imports, which is freed with it.
type instance struct {
	mod   api.Module
	hosts map[string]hostModule
}

func (in *instance) close() {
	if in.mod != nil {
		_ = in.mod.Close(context.Background()) // it only takes the module off a list
	}
	for _, h := range in.hosts {
		h.close()
	}
}

// instantiate makes the guest's instance, with the functions of list. What was made
// is returned with an error too.
func (g *guest) instantiate(list []engine.HostFunc) (in *instance, err error) {
	in = &instance{}
	if in.hosts, err = g.link(list); err != nil {
		return in, err
	}
	memory, _ := g.compiled.Module.SharedMemory()
	resolve := func(name string) api.Module {
		if h, ok := in.hosts[name]; ok {
			return h.mod
		}
		if g.process != nil && g.process.memory.mod != nil && name == memory.Module {
			return g.process.memory.mod
		}
		return nil
	}
	config := wazero.NewModuleConfig().WithName("").WithStartFunctions()
	mod, err := g.engine.runtime.InstantiateModule(experimental.WithImportResolver(g.ctx, resolve), g.compiled.code, config)
	if err != nil {
		return in, g.ended(err, true)
	}
	in.mod = mod
	g.bind(mod)
	return in, nil
}
