package kernel_test

import (
	"log/slog"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel"
)

func TestProgramLog(t *testing.T) {
	for _, test := range []struct {
		name, program, module string
		attrs                 []slog.Attr
		text                  string
	}{
		{"a program", "/bin/prog", "prog", []slog.Attr{slog.Int("n", 1)}, "hello n=1"},
		{"one that says that it is another", "prog", "prog", []slog.Attr{slog.Int("pid", 1), slog.String("module", "kernel"), slog.Int("call", 9)}, "hello"},
		{"one that has a name of the kernel's", "./kernel", "program kernel", nil, "hello"},
	} {
		t.Run(test.name, func(t *testing.T) {
			k := kernel.New(kernel.Config{})
			defer k.Close()
			p, err := k.Init().Fork(lives, kernel.ForkAttr{Argv: []string{test.program}})
			if err != nil {
				t.Fatal(err)
			}
			ctx := bus.WithMeta(t.Context(), bus.Meta{Call: 7})
			k.ProgramLog().Log(ctx, p.PID(), slog.LevelWarn, "hello", test.attrs)
			list, _ := k.Log().Since(0)
			if len(list) != 1 {
				t.Fatalf("%v", list)
			}
			if e := list[0]; e.Text != test.text || e.Module != test.module || e.PID != p.PID() || e.Call != 7 || e.Level != slog.LevelWarn {
				t.Errorf("%+v", e)
			}
		})
	}
}
