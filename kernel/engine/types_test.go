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
