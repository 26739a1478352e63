package wasmbus

import (
	"testing"

	"github.com/bushel-wasm/bushel/bus"
)

func TestFormatOf(t *testing.T) {
	tests := []struct {
		name, body string
		want       bus.Format
	}{
		{"nothing", "", bus.FormatBincode},
		{"an object", `{"name":"Ann"}`, bus.FormatJSON},
		{"a string", `"Ann"`, bus.FormatJSON},
		{"a list", " [1, 2]\n", bus.FormatJSON},
		{"unit", "null", bus.FormatJSON},
		{"a number", "-1.5e3", bus.FormatJSON},
		{"a quote", `"`, bus.FormatBincode},
		{"a length and text", "\x03\x00\x00\x00\x00\x00\x00\x00Ann", bus.FormatBincode},
		{"an enum", "\x01\x00\x00\x00", bus.FormatBincode},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := formatOf([]byte(test.body)); got != test.want {
				t.Errorf("%v, want %v", got, test.want)
			}
		})
	}
}
