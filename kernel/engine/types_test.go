package engine_test

import (
	"testing"

	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/kernel/engine"
)

func TestCheckTypes(t *testing.T) {
	i32, i64 := api.ValueTypeI32, api.ValueTypeI64
	host := []engine.HostFunc{{Module: "m", Name: "f", Params: []api.ValueType{i32, i64}, Results: []api.ValueType{i32}}}
	for _, tt := range []struct{ name, imported, want string }{
		{"the same", "m\x00f\x00il:i", ""},
		{"another parameter", "m\x00f\x00ii:i", `needs import "m"."f" (function) with a type that it does not have here`},
		{"no result", "m\x00f\x00il:", `needs import "m"."f" (function) with a type that it does not have here`},
		{"not there", "m\x00g\x00:", ""},
		{"of a type that is not known", "m\x00f\x00", ""},
		{"of another module", "n\x00f\x00:", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if err := engine.CheckTypes(host, []string{tt.imported}); err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestImports(t *testing.T) {
	list := engine.Imports{"m\x00f\x00i:", "m\x00fg\x00:i", "mn\x00h\x00"}
	for _, tt := range []struct {
		name, module, function string
		from, has              bool
	}{
		{"there", "m", "f", true, true},
		{"its type is not known", "mn", "h", true, true},
		{"the beginning of a name", "m", "fg:", true, false},
		{"of another module", "mn", "f", true, false},
		{"the beginning of a module", "", "f", false, false},
		{"a module and more", "m\x00f", "i:", true, false},
		{"another", "n", "f", false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := list.From(tt.module); got != tt.from {
				t.Errorf("From: %v", got)
			}
			if got := list.Has(tt.module, tt.function); got != tt.has {
				t.Errorf("Has: %v", got)
			}
			if all := engine.Imports(nil); !all.From(tt.module) || !all.Has(tt.module, tt.function) {
				t.Error("not in nil")
			}
		})
	}
}
