package gojs

import (
	"bytes"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/kernel/engine"
)

// Imports are called by number, so both halves must have the same list.
func TestNames_asInTypeScript(t *testing.T) {
	src, err := os.ReadFile("../../../web/ts/workers/gojs-imports.ts")
	if err != nil {
		t.Fatal(err)
	}
	_, list, ok := bytes.Cut(src, []byte("export const imports"))
	if !ok {
		t.Fatal("gojs-imports.ts has no list of imports")
	}
	var want []string
	for _, m := range regexp.MustCompile(`(?m)^\s*\[?\s*"((?:runtime\.|syscall/js\.)\w+|debug)",`).FindAllSubmatch(list, -1) {
		want = append(want, string(m[1]))
	}
	if !slices.Equal(names[:], want) {
		t.Errorf("names are\n%q\nand in gojs-imports.ts\n%q", names, want)
	}
}

func TestHost(t *testing.T) {
	seen := map[[2]string]bool{}
	for _, f := range Host() {
		seen[[2]string{f.Module, f.Name}] = true
		if !slices.Equal(f.Params, []api.ValueType{api.ValueTypeI32}) || len(f.Results) != 0 || f.Fn == nil || f.Waits {
			t.Errorf("%s.%s: %v %v, waits %v: want one i32 and no waiting", f.Module, f.Name, f.Params, f.Results, f.Waits)
		}
	}
	for _, name := range [][2]string{{"gojs", "runtime.wasmExit"}, {"go", "runtime.wasmExit"}, {"gojs", "debug"}, {"go", "syscall/js.valueCall"}} {
		if !seen[name] {
			t.Errorf("%s.%s is missing", name[0], name[1])
		}
	}
	if len(seen) != len(modules)*len(names) {
		t.Errorf("%d different functions, want %d", len(seen), len(modules)*len(names))
	}
}

func TestMain_refusesNatively(t *testing.T) {
	code, message := engine.Status("prog", Main(t.Context(), nil), 0, 0)
	if want := "prog: is built for GOOS=js, which runs in a page only: build it with GOOS=wasip1"; code != 126 || message != want {
		t.Errorf("%d %q, want 126 %q", code, message, want)
	}
}
