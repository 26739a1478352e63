package wasmbin_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/engine/wasmbin"
)

func TestCapMemory(t *testing.T) {
	head := []byte("\x00asm\x01\x00\x00\x00")
	with := func(sections string) []byte { return append(slices.Clip(head), sections...) }
	code := "\x01\x04\x01\x60\x00\x00" // a type section, to be left alone
	for _, tt := range []struct {
		name, in string
		pages    uint32
		want     string // the same if it is empty
		ok       bool
	}{
		{"no memory", code, 100, "", true},
		{"no maximum", code + "\x05\x03\x01\x00\x02" + "\x00\x02\x01x", 100, code + "\x05\x04\x01\x01\x02\x64" + "\x00\x02\x01x", true},
		{"greater", "\x05\x05\x01\x01\x02\x80\x02", 255, "\x05\x05\x01\x01\x02\xff\x01", true},
		{"smaller", "\x05\x04\x01\x01\x02\x03", 255, "", true},
		{"exactly", "\x05\x04\x01\x01\x02\x03", 3, "", true},
		{"asks for more", "\x05\x03\x01\x00\x05", 4, "", false},
		{"imported and shared", "\x02\x16\x03\x01e\x01f\x00\x00" + "\x01e\x01m\x02\x03\x01\x08" + "\x01e\x01g\x03\x7f\x00" + code, 4,
			"\x02\x16\x03\x01e\x01f\x00\x00" + "\x01e\x01m\x02\x03\x01\x04" + "\x01e\x01g\x03\x7f\x00" + code, true},
		{"two of its own", "\x05\x06\x02\x00\x01\x01\x01\x02", 1, "\x05\x07\x02\x01\x01\x01\x01\x01\x01", true},
		{"cut", "\x05\x03\x01\x00", 4, "", false},
		{"unknown limits", "\x05\x03\x01\x09\x01", 4, "", false},
		{"unknown import", "\x02\x07\x01\x01e\x01x\x09\x00", 4, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := with(tt.in)
			was := slices.Clone(in)
			got, ok := wasmbin.CapMemory(in, tt.pages)
			want := in
			if tt.want != "" {
				want = with(tt.want)
			}
			if !bytes.Equal(got, want) || ok != tt.ok {
				t.Errorf("% x, %v; want % x, %v", got, ok, want, tt.ok)
			}
			if !bytes.Equal(in, was) {
				t.Error("the module was changed in place")
			}
		})
	}
}

func FuzzCapMemory(f *testing.F) {
	f.Add(module("env foo"), uint32(7))
	f.Add([]byte("\x00asm\x01\x00\x00\x00\x02\x0a\x01\x01e\x01m\x02\x03\x01\x08\x00"), uint32(4))
	f.Fuzz(func(t *testing.T, code []byte, pages uint32) {
		before, err := wasmbin.Parse(code)
		capped, ok := wasmbin.CapMemory(code, pages)
		if err != nil {
			return
		}
		after, err := wasmbin.Parse(capped)
		if err != nil {
			t.Fatalf("a module became malformed: %v", err)
		}
		if !ok {
			if !bytes.Equal(code, capped) {
				t.Error("a module that cannot begin was changed")
			}
			return
		}
		check := func(was, is wasmbin.Limits) {
			if is.Min != was.Min || is.Shared != was.Shared || is.Is64 != was.Is64 || !is.HasMax || is.Max > uint64(pages) {
				t.Errorf("limits %+v became %+v", was, is)
			}
		}
		for i, l := range before.Memories {
			check(l, after.Memories[i])
		}
		for i, imp := range before.Imports {
			if imp.Kind == wasmbin.Memory {
				check(imp.Limits, after.Imports[i].Limits)
			}
		}
	})
}
