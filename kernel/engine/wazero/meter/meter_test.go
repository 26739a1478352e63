package meter_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/bushel-wasm/bushel/kernel/engine/wasmtest"
	"github.com/bushel-wasm/bushel/kernel/engine/wazero/meter"
)

const features = api.CoreFeaturesV2 | experimental.CoreFeaturesThreads | experimental.CoreFeaturesTailCall |
	experimental.CoreFeaturesExtendedConst | experimental.CoreFeaturesExceptionHandling |
	experimental.CoreFeaturesTypedFunctionReferences

// run runs a WASI program under wazero's own host functions, and counts ticks, each of
// which grants every instructions, and the instructions up to the last of them.
func run(t testing.TB, code []byte, every int32, stdin string, args ...string) (out string, ticks, used int, exit error) {
	t.Helper()
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter().WithCoreFeatures(features))
	defer r.Close(ctx)
	wasi_snapshot_preview1.MustInstantiate(ctx, r)
	granted := int32(0)
	tick := func(_ context.Context, left int32) int32 {
		ticks++
		used += int(granted - left)
		granted = every
		return every
	}
	_, err := r.NewHostModuleBuilder(meter.Module).NewFunctionBuilder().WithFunc(tick).Export(meter.Name).Instantiate(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var stdout bytes.Buffer
	config := wazero.NewModuleConfig().WithStdin(bytes.NewReader([]byte(stdin))).WithStdout(&stdout).
		WithArgs(append([]string{"x"}, args...)...)
	_, exit = r.InstantiateWithConfig(ctx, code, config)
	return stdout.String(), ticks, used, exit
}

func instrument(t testing.TB, code []byte) []byte {
	t.Helper()
	metered, err := meter.Instrument(code)
	if err != nil {
		t.Fatal(err)
	}
	return metered
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// compare runs a program as it is and metered, which must not be told apart.
func compare(t *testing.T, code []byte, stdin string, args ...string) {
	t.Helper()
	out, _, _, exit := run(t, code, 0, stdin, args...)
	metered, ticks, _, exitMetered := run(t, instrument(t, code), 10_000, stdin, args...)
	if out == "" || out != metered || text(exit) != text(exitMetered) {
		t.Errorf("metered %q, %v; bare %q, %v", metered, exitMetered, out, exit)
	}
	if ticks < 2 {
		t.Error("no tick but the first")
	}
}

func TestSame_go(t *testing.T) {
	source := `package main
import ("bufio"; "crypto/sha256"; "encoding/json"; "fmt"; "os"; "regexp"; "sort"; "strings")
type node struct { Name string; Sub []node }
func tree(n int) node { x := node{Name: fmt.Sprint(n)}; for i := range n { x.Sub = append(x.Sub, tree(i)) }; return x }
func main() {
	b, _ := json.Marshal(tree(8)); fmt.Printf("%x %d\n", sha256.Sum256(b), len(b))
	var words []string
	for s := bufio.NewScanner(os.Stdin); s.Scan(); { words = append(words, strings.Fields(s.Text())...) }
	sort.Strings(words); fmt.Println(words, regexp.MustCompile("(a|b)*c+").FindAllString(strings.Repeat("ababcc", 50), -1))
	done := make(chan int); go func() { defer close(done); defer func() { fmt.Println(recover()) }(); var m map[string]int; m["x"] = 1 }(); <-done
	os.Exit(len(os.Args))
}`
	code := wasmtest.BuildGo(t, "wasip1", source)
	compare(t, code, "some words\nin two lines\n", "one")
}

func TestSame_c(t *testing.T) {
	source := `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
static int by(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }
typedef double (*fn)(double);
static fn table[] = {sin, cos, sqrt, fabs};
int main(int argc, char **argv) {
	int v[2000]; unsigned x = 1;
	for (int i = 0; i < 2000; i++) { x = x * 1664525u + 1013904223u; v[i] = x >> 8; }
	qsort(v, 2000, sizeof v[0], by);
	double s = 0; for (int i = 0; i < 2000; i++) s += table[i % 4](v[i]);
	char line[100]; while (fgets(line, sizeof line, stdin)) printf("%zu %s", strlen(line), line);
	printf("%d %d %.6f\n", v[0], v[1999], s);
	switch (argc) { case 1: return 1; case 2: return 22; default: abort(); }
}`
	for _, flags := range [][]string{{"-O0"}, {"-O2", "-msimd128"}, {"-O2", "-mtail-call", "-mbulk-memory", "-matomics"}} {
		t.Run(flags[len(flags)-1], func(t *testing.T) {
			code := wasmtest.BuildC(t, source, flags...)
			compare(t, code, "a line\nanother\n", "one")
		})
	}
}

// TestSections meters modules that lack sections or hold function numbers in
// unusual places, and has wazero validate and run the result.
func TestSections(t *testing.T) {
	exit := wasmtest.Func{Module: "wasi_snapshot_preview1", Name: "proc_exit", Params: []byte{wasmtest.I32}}
	loop := func(n int32) []byte { // counts n down in local 0
		return wasmtest.Code(0x41, n, 0x21, 0, 0x03, 0x40, 0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b)
	}
	one := wasmtest.Func{Results: []byte{wasmtest.I32}, Body: wasmtest.Code(0x41, 1)}
	tests := []struct {
		name string
		m    wasmtest.Module
		used int    // instructions, with no grants
		code string // how it ends
	}{
		{"nothing but a function", wasmtest.Module{Funcs: []wasmtest.Func{{Export: "_start"}}}, 0, ""},
		{"a loop", wasmtest.Module{Funcs: []wasmtest.Func{{Export: "_start", Locals: []byte{wasmtest.I32}, Body: loop(100)}}}, 600, ""},
		{"a loop in a loop, and a long function", wasmtest.Module{Funcs: []wasmtest.Func{{Export: "_start", Locals: []byte{wasmtest.I32, wasmtest.I32}, Body: wasmtest.Code(
			0x41, 3, 0x21, 1, 0x03, 0x40, loop(10), 0x20, 1, 0x41, 1, 0x6b, 0x22, 1, 0x0d, 0, 0x0b,
			bytes.Repeat([]byte{0x01}, 100))}}}, 104 + 3*9 + 30*6, ""},
		{"calls of a short function", wasmtest.Module{Funcs: []wasmtest.Func{one, {Export: "_start", Body: wasmtest.Code(
			0x10, 0, 0x1a, 0x10, 0, 0x1a)}}}, 5 + 2*meter.CallCost, ""},
		{"globals and a start section", wasmtest.Module{Global: []int32{7, 8}, Start: 1, Funcs: []wasmtest.Func{
			exit, {Locals: []byte{wasmtest.I32}, Body: append(loop(50), wasmtest.Code(0x23, 1, 0x10, 0)...)}}},
			50*6 + 6 + meter.CallCost, "module closed with exit_code(8)"},
		{"a table and ref.func", wasmtest.Module{Table: []uint32{2, 1}, Funcs: []wasmtest.Func{
			exit, one, {Results: []byte{wasmtest.I32}, Body: wasmtest.Code(0x41, 2)},
			{Export: "_start", Body: wasmtest.Code(
				0x41, 0, 0xd2, 1, 0x26, 0, // the first entry is now one
				0x41, 0, 0x11, 1, 0, 0x10, 0)}}},
			7 + 2*meter.CallCost, "module closed with exit_code(1)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			code := test.m.Bytes()
			_, _, _, bare := run(t, code, 0, "")
			_, _, used, err := run(t, instrument(t, code), 0, "")
			if text(bare) != test.code || text(err) != test.code || used != test.used {
				t.Errorf("%d instructions, %v; bare %v; want %d, %q", used, err, bare, test.used, test.code)
			}
		})
	}
}

func TestMalformed(t *testing.T) {
	good := (&wasmtest.Module{Funcs: []wasmtest.Func{{Export: "_start", Body: wasmtest.Code(0x41, 1, 0x1a)}}}).Bytes()
	ctx := t.Context()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter().WithCoreFeatures(features))
	defer r.Close(ctx)
	for n := range len(good) {
		_, bare := r.CompileModule(ctx, good[:n])
		out, err := meter.Instrument(good[:n])
		if err == nil {
			_, err = r.CompileModule(ctx, out)
		}
		if (bare == nil) != (err == nil) {
			t.Errorf("%d bytes of a module: metered %v, bare %v", n, err, bare)
		}
	}
}

// FuzzInstrument: what wazero takes, it takes metered too.
func FuzzInstrument(f *testing.F) {
	f.Add((&wasmtest.Module{Pages: 1, Global: []int32{1}, Table: []uint32{1}, Funcs: []wasmtest.Func{
		{Module: "m", Name: "f"},
		{Export: "_start", Locals: []byte{wasmtest.I64, wasmtest.F32}, Body: wasmtest.Code(
			0x03, 0x40, 0x41, 0, 0x0d, 0, 0x0b, 0x10, 0, 0x10, 1, 0x41, 0, 0x11, 0, 0)},
	}}).Bytes())
	f.Add((&wasmtest.Module{Shared: 2, Funcs: []wasmtest.Func{{Export: "_start", Body: wasmtest.Code(
		0x41, 0, 0x41, 0, 0x42, 1, 0xfe, 1, 2, 4, 0x1a, 0x41, 0, 0x42, 0, 0x42, 1, 0xfe, 2, 3, 8, 0x1a,
		0x41, 0, 0x41, 1, 0xfe, 0, 2, 12, 0x1a, 0xfe, 3, 0)}}}).Bytes())
	f.Add([]byte("\x00asm\x01\x00\x00\x00"))
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter().WithCoreFeatures(features))
	f.Fuzz(func(t *testing.T, code []byte) {
		bare, errBare := r.CompileModule(ctx, code)
		if errBare == nil {
			bare.Close(ctx)
		}
		for name, instrument := range map[string]func([]byte) ([]byte, error){
			"metered": meter.Instrument, "metered, with waits": meter.InstrumentWaits,
		} {
			out, err := instrument(code)
			if err != nil {
				continue
			}
			metered, err := r.CompileModule(ctx, out)
			if err == nil {
				metered.Close(ctx)
			}
			if errBare == nil && err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
