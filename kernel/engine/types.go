package engine

import (
	"fmt"
	"strings"

	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/kernel/engine/wasmbin"
)

// Types reads a list of types: an i for each i32, an I for each i64.
func Types(s string) []api.ValueType {
	list := make([]api.ValueType, len(s))
	for i := range s {
		list[i] = api.ValueTypeI32
		if s[i] == 'I' {
			list[i] = api.ValueTypeI64
		}
	}
	return list
}

// Imports is the functions that a module imports, as [wasmbin.Module.Signatures] lists them,
// so that an ABI need not make those that nobody asks for. nil stands for whatever there is.
type Imports []string

// Has reports whether the module imports the function name of module.
func (l Imports) Has(module, name string) bool {
	if l == nil {
		return true
	}
	m, n := len(module), len(module)+1+len(name)
	for _, s := range l {
		if len(s) > n && s[m] == 0 && s[n] == 0 && s[:m] == module && s[m+1:n] == name {
			return true
		}
	}
	return false
}

// From reports whether the module imports any function of module.
func (l Imports) From(module string) bool {
	if l == nil {
		return true
	}
	n := len(module)
	for _, s := range l {
		if len(s) > n && s[n] == 0 && s[:n] == module {
			return true
		}
	}
	return false
}

// WrongType is the error for an import of a function that is there, and of another type.
func WrongType(i wasmbin.Import) error {
	return &LoadError{Reason: fmt.Sprintf("needs import %v with a type that it does not have here", i)}
}

// CheckTypes compares the functions that a module imports with what the host has:
// [WrongType] for the first of another type. Those whose type is not known are let pass. It
// is for an engine that would call them regardless.
func CheckTypes(host []HostFunc, imports Imports) error {
	for _, s := range imports {
		module, rest, _ := strings.Cut(s, "\x00")
		name, signature, _ := strings.Cut(rest, "\x00")
		if signature == "" {
			continue
		}
		for i := range host {
			f := &host[i]
			if f.Name == name && f.Module == module && !matches(f, signature) {
				return WrongType(wasmbin.Import{Module: module, Name: name})
			}
		}
	}
	return nil
}

// matches reports whether f has that signature.
func matches(f *HostFunc, signature string) bool {
	params, results, _ := strings.Cut(signature, ":")
	return are(f.Params, params) && are(f.Results, results)
}

func are(types []api.ValueType, letters string) bool {
	if len(types) != len(letters) {
		return false
	}
	for i, t := range types {
		if wasmbin.Letter(t) != letters[i] {
			return false
		}
	}
	return true
}
