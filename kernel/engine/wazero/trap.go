package wazero

import (
	"context"
	"errors"
	"fmt"
	"strings"

	wasys "github.com/tetratelabs/wazero/sys"

	"github.com/bushel-wasm/bushel/kernel/engine"
)

// errEnded unwinds a guest whose context is done.
var errEnded = errors.New("the guest was ended")

// traps maps wazero's words to the specification's.
var traps = map[string]engine.TrapKind{
	"unreachable":                   engine.TrapUnreachable,
	"out of bounds memory access":   engine.TrapMemory,
	"invalid table access":          engine.TrapTable,
	"indirect call type mismatch":   engine.TrapTable,
	"integer divide by zero":        engine.TrapDivideByZero,
	"integer overflow":              engine.TrapOverflow,
	"invalid conversion to integer": engine.TrapConversion,
	"stack overflow":                engine.TrapStackOverflow,
	"unaligned atomic":              engine.TrapUnaligned,
	"uncaught exception":            engine.TrapException,
	"null reference":                engine.TrapTable,
	"expected shared memory":        engine.TrapUnaligned,
}

// ended is what Run returns for wazero's err, while the guest was
// instantiated or later.
func (g *guest) ended(err error, instantiating bool) error {
	if err == nil {
		return nil
	}
	var exit *wasys.ExitError
	if limit, ok := errors.AsType[*engine.LimitError](err); ok {
		return limit
	}
	switch {
	case g.ctx.Err() != nil && (errors.Is(err, errEnded) || errors.As(err, &exit)):
		return context.Cause(g.ctx.parent)
	case errors.As(err, &exit):
		return &engine.ExitError{Code: exit.ExitCode()}
	}
	if trap := trapOf(err); trap != nil {
		return trap
	}
	if instantiating {
		return &engine.LoadError{Reason: "cannot be instantiated: " + firstLine(err), Err: err}
	}
	return fmt.Errorf("the engine failed: %s", firstLine(err))
}

// A trapped is a host function's panic that ends the guest with a trap of that kind.
type trapped engine.TrapKind

func (t trapped) Error() string { return "wasm error: " + string(t) }

func trapOf(err error) *engine.Trap {
	text := err.Error()
	_, rest, ok := strings.Cut(text, "wasm error: ")
	if !ok {
		rest = text // the compiler's stack overflow has no trace
	}
	word, stack, _ := strings.Cut(rest, "\n")
	word = strings.TrimSuffix(word, " (recovered by wazero)") // of a host function's
	kind, ok := traps[word]
	if !ok {
		return nil
	}
	t := &engine.Trap{Kind: kind, Detail: text}
	for line := range strings.Lines(stack) {
		if line = strings.TrimSpace(line); line != "" && line != "wasm stack trace:" {
			t.Stack = append(t.Stack, line)
		}
	}
	return t
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
