package kernel

import (
	"context"
	"log/slog"
	"path"
	"slices"

	"github.com/bushel-wasm/bushel/bus"
)

// ProgramLog is where services put what programs say: the kernel's log, with the program's
// pid and name and the call by which it came. Its methods may be used by several goroutines
// at once, and do not wait.
type ProgramLog struct{ k *Kernel }

// ProgramLog is the log for what programs say.
func (k *Kernel) ProgramLog() ProgramLog { return ProgramLog{k} }

// Level is the lowest level that is kept of the process pid.
func (l ProgramLog) Level(pid int) slog.Level { return l.k.entries.Level() }

// Modules are the parts of the kernel, which are the modules of what it logs itself.
var Modules = []string{"kernel", "bus", "grants", "home", "limits", "mount"}

// Log takes an entry of the process pid. ctx carries the call that it came by, see
// [bus.MetaFrom]. Attributes cannot say that somebody else has said it.
func (l ProgramLog) Log(ctx context.Context, pid int, level slog.Level, msg string, attrs []slog.Attr) {
	name := "program"
	if p, ok := l.k.Find(pid); ok {
		name = path.Base(p.name)
	}
	if slices.Contains(Modules, name) {
		name = "program " + name
	}
	m, _ := bus.MetaFrom(ctx)
	own := []slog.Attr{slog.Int("pid", pid), slog.String("module", name), slog.Uint64("call", m.Call)}
	l.k.log.LogAttrs(ctx, level, msg, append(slices.Clip(attrs), own...)...)
}
