package wazero

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/tetratelabs/wazero/experimental"

	"github.com/bushel-wasm/bushel/kernel/engine"
	"github.com/bushel-wasm/bushel/kernel/engine/wasmbin"
	"github.com/bushel-wasm/bushel/kernel/engine/wazero/meter"
)

// Compile makes a module ready to run. Its errors are of type [*engine.LoadError].
func (e *Engine) Compile(ctx context.Context, code []byte) (*Compiled, error) {
	outside, err := wasmbin.Parse(code)
	switch {
	case errors.Is(err, wasmbin.ErrNotWasm), errors.Is(err, wasmbin.ErrComponent):
		return nil, &engine.LoadError{Reason: err.Error(), Err: err}
	case err != nil:
		return nil, malformed(err)
	}
	shared, _ := outside.SharedMemory()
	for _, l := range append([]wasmbin.Limits{shared.Limits}, outside.Memories...) {
		if l.Is64 {
			return nil, &engine.LoadError{Reason: lacking("memory64")}
		}
		if limit := uint64(e.config.MemoryPages); limit != 0 && l.Min > limit {
			return nil, &engine.LoadError{Reason: fmt.Sprintf(
				"needs %d MiB of memory, and %d MiB is the limit", l.Min/16, limit/16)}
		}
	}
	if len(outside.Memories) > 1 {
		return nil, &engine.LoadError{Reason: lacking("multi-memory")}
	}
	c := &Compiled{Module: outside, imports: outside.Imports}
	instrument := meter.Instrument
	added := []string{meter.Name}
	if outside.Shares() {
		instrument = meter.InstrumentWaits
		added = append(added, meter.Notify, meter.Wait32, meter.Wait64)
	}
	metered, err := instrument(code)
	switch {
	case errors.Is(err, meter.ErrRelaxedSIMD):
		return nil, &engine.LoadError{Reason: lacking("relaxed SIMD"), Err: err}
	case err == nil && !e.config.unmetered:
		code = metered
		c.imports = slices.Clip(c.imports)
		for _, name := range added {
			c.imports = append(c.imports, wasmbin.Import{Module: meter.Module, Name: name})
		}
	}
	// What cannot be metered is malformed, or has instructions that wazero does
	// not know either: it says which.
	ctx = experimental.WithCompilationWorkers(ctx, runtime.GOMAXPROCS(0))
	if c.code, err = e.runtime.CompileModule(ctx, code); err != nil {
		return nil, rejected(err)
	}
	return c, nil
}

func lacking(proposal string) string {
	return fmt.Sprintf("needs the %s proposal, which this engine does not have", proposal)
}

func malformed(err error) error {
	return &engine.LoadError{Reason: "truncated or malformed module: " + firstLine(err), Err: err}
}

// rejected names what wazero has against a module.
func rejected(err error) error {
	text := firstLine(err)
	if _, rest, ok := strings.Cut(text, "feature \""); ok && strings.Contains(rest, "disabled") {
		name, _, _ := strings.Cut(rest, "\"")
		return &engine.LoadError{Reason: lacking(name), Err: err}
	}
	for _, known := range refusals {
		if strings.Contains(text, known.text) {
			return &engine.LoadError{Reason: lacking(known.proposal), Err: err}
		}
	}
	return malformed(err)
}

// refusals are wazero's words for what belongs to a proposal that it does not know.
var refusals = [...]struct{ text, proposal string }{
	{"legacy exception handling instruction", "legacy exception handling"},
	{"invalid instruction 0xfb", "garbage collection"},
	{"invalid byte: 0x4e != 0x60", "garbage collection"},
	{"invalid byte: 0x4f != 0x60", "garbage collection"},
	{"invalid byte: 0x50 != 0x60", "garbage collection"},
	{"invalid byte: 0x5e != 0x60", "garbage collection"},
	{"invalid byte: 0x5f != 0x60", "garbage collection"},
	{"invalid instruction 0xe", "stack switching"},
	{"unknown misc opcode 0x13", "wide arithmetic"},
	{"unknown misc opcode 0x14", "wide arithmetic"},
	{"unknown misc opcode 0x15", "wide arithmetic"},
	{"unknown misc opcode 0x16", "wide arithmetic"},
}
