package wasmbin_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/engine/wasmbin"
	"github.com/bushel-wasm/bushel/kernel/engine/wasmtest"
)

func module(imports ...string) []byte {
	m := wasmtest.Module{Pages: 2}
	for _, i := range imports {
		module, name, _ := strings.Cut(i, " ")
		m.Funcs = append(m.Funcs, wasmtest.Func{Module: module, Name: name})
	}
	m.Funcs = append(m.Funcs, wasmtest.Func{Export: "_start"})
	return m.Bytes()
}

func custom(code []byte, name string) []byte {
	return append(slices.Clip(code), wasmtest.Code(0, len(name)+3, len(name), []byte(name), 1, 2)...)
}

func TestParse(t *testing.T) {
	m, err := wasmbin.Parse(custom(module("env foo", "wasi_snapshot_preview1 fd_write"), "note"))
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Imports) != 2 || m.Imports[0].String() != `"env"."foo" (function)` {
		t.Errorf("imports %v", m.Imports)
	}
	if e, ok := m.Exported("_start"); !ok || e.Kind != wasmbin.Func || e.Index != 2 {
		t.Errorf("_start is %v, %v", e, ok)
	}
	if e, ok := m.Exported("memory"); !ok || e.Kind != wasmbin.Memory {
		t.Errorf("memory is %v, %v", e, ok)
	}
	if _, ok := m.Exported("main"); ok {
		t.Error("main is exported")
	}
	if len(m.Memories) != 1 || m.Memories[0].Min != 2 || m.Memories[0].HasMax {
		t.Errorf("memories %v", m.Memories)
	}
	if len(m.Custom) != 1 || m.Custom[0].Name != "note" || string(m.Custom[0].Data) != "\x01\x02" {
		t.Errorf("custom sections %v", m.Custom)
	}
}

func TestABI(t *testing.T) {
	tests := []struct {
		name    string
		code    []byte
		abi     string
		builtGo bool
	}{
		{"preview 1", module("env x", "wasi_snapshot_preview1 fd_write"), "wasi", false},
		{"preview 0", module("wasi_unstable fd_write"), "wasi", false},
		{"go for js", custom(module("gojs runtime.wasmExit"), "go:buildid"), "gojs", true},
		{"old go for js", module("go runtime.wasmExit"), "gojs", false},
		{"go for wasip1", custom(module("wasi_snapshot_preview1 fd_write"), "go:buildid"), "wasi", true},
		{"neither", module("env x"), "", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m, err := wasmbin.Parse(test.code)
			if err != nil {
				t.Fatal(err)
			}
			if m.ABI() != test.abi || m.BuiltByGo() != test.builtGo {
				t.Errorf("%q, %v; want %q, %v", m.ABI(), m.BuiltByGo(), test.abi, test.builtGo)
			}
		})
	}
}

func TestParse_errors(t *testing.T) {
	tests := []struct {
		name, code string
		is         error
		want       string
	}{
		{"nothing", "", wasmbin.ErrNotWasm, ""},
		{"text", "hello, world", wasmbin.ErrNotWasm, ""},
		{"component", "\x00asm\x0d\x00\x01\x00", wasmbin.ErrComponent, ""},
		{"header", "\x00asm\x01", nil, "unexpected end in the header"},
		{"version", "\x00asm\x02\x00\x00\x00", nil, "unknown version 2"},
		{"section cut", "\x00asm\x01\x00\x00\x00\x02\x7f", nil, "unexpected end in the section at byte 8"},
		{"long list", "\x00asm\x01\x00\x00\x00\x02\x05\xff\xff\xff\xff\x0f", nil, "unexpected end in the section at byte 8"},
		{"large number", "\x00asm\x01\x00\x00\x00\x02\x05\xff\xff\xff\xff\x7f", nil, "a number is too large in the section at byte 8"},
		{"section", "\x00asm\x01\x00\x00\x00\x20\x00", nil, "unknown kind of section 32 in the section at byte 8"},
		{"name", "\x00asm\x01\x00\x00\x00\x00\x02\x01\xff", nil, "a name is not UTF-8 in the section at byte 8"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := wasmbin.Parse([]byte(test.code))
			if err == nil || test.is != nil && !errors.Is(err, test.is) || test.is == nil && err.Error() != test.want {
				t.Errorf("%v, want %v%s", err, test.is, test.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(module("env foo"))
	f.Add(custom(module("gojs x"), "go:buildid"))
	f.Add([]byte("\x00asm\x01\x00\x00\x00\x05\x03\x01\x04\x01"))
	f.Fuzz(func(t *testing.T, code []byte) {
		m, err := wasmbin.Parse(code)
		if (m == nil) == (err == nil) {
			t.Fatalf("%v, %v", m, err)
		}
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("the error has several lines: %q", err)
		}
	})
}

func TestSignatures(t *testing.T) {
	i32, i64, f32, f64 := wasmtest.I32, wasmtest.I64, wasmtest.F32, wasmtest.F64
	m := wasmtest.Module{Funcs: []wasmtest.Func{
		{Module: "env", Name: "a", Params: []byte{i32, i64, f32, f64, 0x6f}, Results: []byte{i64}},
		{Module: "env", Name: "b"},
		{Export: "_start"},
	}}
	parsed, err := wasmbin.Parse(m.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	parsed.Imports = append(parsed.Imports, wasmbin.Import{Module: "env", Name: "c", Type: 99})
	want := []string{"env\x00a\x00ilfdo:l", "env\x00b\x00:", "env\x00c\x00"}
	if got := parsed.Signatures(); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
