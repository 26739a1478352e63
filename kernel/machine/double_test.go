package machine_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/kernel/engine"
)

var le = binary.LittleEndian

// flat is the memory of a double.
type flat struct {
	api.Memory
	b []byte
}

func (m *flat) Size() uint32 { return uint32(len(m.b)) }

func (m *flat) span(p, n uint32) ([]byte, bool) {
	if uint64(p)+uint64(n) > uint64(len(m.b)) {
		return nil, false
	}
	return m.b[p : p+n : p+n], true
}

// Read returns a copy, as the browser's engine does.
func (m *flat) Read(p, n uint32) ([]byte, bool) {
	b, ok := m.span(p, n)
	return slices.Clone(b), ok
}

func (m *flat) ReadUint32Le(p uint32) (uint32, bool) {
	b, ok := m.span(p, 4)
	if !ok {
		return 0, false
	}
	return le.Uint32(b), true
}

func (m *flat) Write(p uint32, data []byte) bool {
	b, ok := m.span(p, uint32(len(data)))
	copy(b, data)
	return ok
}

func (m *flat) WriteUint32Le(p, v uint32) bool { return m.Write(p, le.AppendUint32(nil, v)) }

func (m *flat) WriteUint64Le(p uint32, v uint64) bool { return m.Write(p, le.AppendUint64(nil, v)) }

// A double stands for a guest and its engine, without code: what it does is a function of Go
// that calls the host's functions, and so are its exports. It holds the ABI to the contract of
// package engine: a guest is entered while it waits, by one at a time, and the last one that
// waits is resumed first.
type double struct {
	api.Module
	t    testing.TB
	mem  flat
	host map[string]*engine.HostFunc
	// export runs an export, on the guest's goroutine; ok is false for a trap.
	export func(name string, params []uint64) (results []uint64, ok bool)
	// has reports whether there is an export.
	has func(name string) bool

	killed chan struct{}
	mu     sync.Mutex
	waits  []*parking // that of the innermost call last
	entry  func()
	wake   chan struct{}
	exited bool
	code   uint32
}

type parking struct{ resumed bool }

// gone is what ends the goroutine of a double.
type gone struct{}

func newDouble(t testing.TB, host []engine.HostFunc) *double {
	d := &double{
		t: t, mem: flat{b: make([]byte, 1<<16)}, host: make(map[string]*engine.HostFunc),
		killed: make(chan struct{}), wake: make(chan struct{}, 1), has: func(string) bool { return true },
	}
	for i := range host {
		d.host[host[i].Name] = &host[i]
	}
	return d
}

// Memory implements [api.Module].
func (d *double) Memory() api.Memory { return &d.mem }

// run runs main, and then serves, until the guest ends; exited says that it has asked to.
func (d *double) run(main func(), serve func(mod api.Module, end func())) (exited bool) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(gone); !ok {
				panic(r)
			}
			exited = d.exited
		}
	}()
	main()
	d.Suspend(func(resume func()) { serve(d, resume) })
	return d.exited
}

// call calls a function of the host.
func (d *double) call(name string, args ...uint64) uint64 {
	f := d.host[name]
	if f == nil || len(f.Params) != len(args) {
		panic(fmt.Sprintf("no function %s of %d parameters", name, len(args)))
	}
	stack := make([]uint64, max(len(args), 1))
	for i, v := range args {
		stack[i] = v
		if f.Params[i] == api.ValueTypeI32 {
			stack[i] = v&0xffffffff | 0xabcd<<32 // what is above is not to be looked at
		}
	}
	f.Fn.Call(context.Background(), d, stack)
	if d.exited {
		panic(gone{})
	}
	if len(f.Results) == 0 {
		return 0
	}
	return stack[0] & 0xffffffff
}

// Suspend implements [engine.Suspender].
func (d *double) Suspend(start func(resume func())) {
	w := &parking{}
	d.mu.Lock()
	d.waits = append(d.waits, w)
	d.mu.Unlock()
	start(func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		switch {
		case d.isKilled() || d.exited:
			return // nobody waits for a process that has been ended
		case w.resumed:
			d.t.Error("a guest is resumed twice")
		case d.waits[len(d.waits)-1] != w:
			d.t.Error("a guest is resumed that is not the last one to wait")
		}
		w.resumed = true
		d.awake()
	})
	for {
		d.mu.Lock()
		entry := d.entry
		d.entry = nil
		over := w.resumed && entry == nil
		if over {
			d.waits = d.waits[:len(d.waits)-1]
		}
		exited := d.exited
		d.mu.Unlock()
		switch {
		case exited:
			panic(gone{})
		case over:
			return
		case entry != nil:
			entry()
			continue
		}
		select {
		case <-d.wake:
		case <-d.killed:
			panic(gone{})
		}
	}
}

func (d *double) isKilled() bool {
	select {
	case <-d.killed:
		return true
	default:
		return false
	}
}

func (d *double) awake() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// Enter implements [engine.Enterer].
func (d *double) Enter(name string, types []api.ValueType, params []uint64, done func([]uint64)) error {
	if !d.has(name) {
		return fmt.Errorf("there is no export %s", name)
	}
	if len(types) != len(params) {
		d.t.Errorf("%s is entered with %d parameters of %d types", name, len(params), len(types))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.isKilled() || d.exited:
		return nil
	case len(d.waits) == 0 || d.waits[len(d.waits)-1].resumed:
		d.t.Errorf("%s is entered while the guest runs", name)
	case d.entry != nil:
		d.t.Errorf("%s is entered while the guest is being entered", name)
	}
	d.entry = func() {
		results, ok := d.export(name, params)
		if !ok {
			d.Exit(134)
			return
		}
		done(results)
	}
	d.awake()
	return nil
}

// Exit implements [engine.Exit].
func (d *double) Exit(code uint32) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.exited, d.code = true, code
	d.awake()
}
