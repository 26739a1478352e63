package engine

import (
	"fmt"
	"strings"

	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/kernel/engine/wasmbin"
)

// WrongType is the error for an import of a function that is there, and of another type.
func WrongType(i wasmbin.Import) error {
	return &LoadError{Reason: fmt.Sprintf("needs import %v with a type that it does not have here", i)}
}

// CheckTypes compares the functions that a module imports, which
// [wasmbin.Module.Signatures] lists, with what the host has: [WrongType] for the first of
// another type. It is for an engine that would call them regardless.
func CheckTypes(host []HostFunc, imports []string) error {
	for _, s := range imports {
		module, rest, _ := strings.Cut(s, "\x00")
		name, signature, _ := strings.Cut(rest, "\x00")
		for i := range host {
			f := &host[i]
			if f.Name == name && f.Module == module && letters(f.Params)+":"+letters(f.Results) != signature {
				return WrongType(wasmbin.Import{Module: module, Name: name})
			}
		}
	}
	return nil
}

func letters(types []api.ValueType) string {
	b := make([]byte, len(types))
	for i, t := range types {
		b[i] = wasmbin.Letter(t)
	}
	return string(b)
}
