// Package wasmtest writes small modules for tests, in WebAssembly's binary
// format, and has compilers make larger ones. It knows as much of that format as the tests
// need: functions, one memory, one table, globals, exports.
package wasmtest

// The types of values.
const (
	I32 byte = 0x7f
	I64 byte = 0x7e
	F32 byte = 0x7d
	F64 byte = 0x7c
)

// Func is a function. An import has Module and Name, and no Body.
type Func struct {
	Module, Name    string
	Params, Results []byte
	Locals          []byte // their types
	Body            []byte // without the last end
	Export          string
}

// Module is a module. Its functions are numbered in order; imports come first.
type Module struct {
	Funcs  []Func
	Pages  uint32   // of memory, which is exported as "memory"; 0: no memory
	Shared uint32   // at most so many pages of shared memory are imported as "env"."memory", one at first; 0: none
	Table  []uint32 // functions in a table
	Global []int32  // mutable globals
	Start  int      // function of the start section, 0 for none
}

// Uleb is v in LEB128.
func Uleb(v uint64) (b []byte) {
	for ; v >= 0x80; v >>= 7 {
		b = append(b, byte(v)|0x80)
	}
	return append(b, byte(v))
}

// sleb is v in signed LEB128.
func sleb(v int64) (b []byte) {
	for v < -64 || v > 63 {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v)&0x7f)
}

// Code joins instructions: a byte or an int below 256 is a byte as it is, an
// int32 or int64 a signed number, a uint32 an index, and []byte is put in.
func Code(parts ...any) (b []byte) {
	for _, p := range parts {
		switch p := p.(type) {
		case byte:
			b = append(b, p)
		case int:
			b = append(b, byte(p))
		case uint32:
			b = append(b, Uleb(uint64(p))...)
		case int32:
			b = append(b, sleb(int64(p))...)
		case int64:
			b = append(b, sleb(p)...)
		case []byte:
			b = append(b, p...)
		}
	}
	return b
}

func vec(list ...[]byte) []byte {
	b := Uleb(uint64(len(list)))
	for _, item := range list {
		b = append(b, item...)
	}
	return b
}

func name(s string) []byte { return append(Uleb(uint64(len(s))), s...) }

func sized(b []byte) []byte { return append(Uleb(uint64(len(b))), b...) }

// Bytes is the module's binary form.
func (m *Module) Bytes() []byte {
	var types, imports, funcs, exports, code [][]byte
	for i, f := range m.Funcs {
		types = append(types, Code(0x60, name(string(f.Params)), name(string(f.Results))))
		index := Uleb(uint64(i))
		if f.Module != "" {
			imports = append(imports, Code(name(f.Module), name(f.Name), 0, index))
		} else {
			var locals [][]byte
			for _, l := range f.Locals {
				locals = append(locals, []byte{1, l})
			}
			funcs = append(funcs, index)
			code = append(code, sized(Code(vec(locals...), f.Body, 0x0b)))
		}
		if f.Export != "" {
			exports = append(exports, Code(name(f.Export), 0, index))
		}
	}
	if m.Shared > 0 {
		imports = append(imports, Code(name("env"), name("memory"), 2, 3, 1, m.Shared))
	}
	b := []byte("\x00asm\x01\x00\x00\x00")
	section := func(id byte, body []byte) { b = append(append(b, id), sized(body)...) }
	section(1, vec(types...))
	section(2, vec(imports...))
	section(3, vec(funcs...))
	if m.Table != nil {
		n := uint32(len(m.Table))
		section(4, Code(1, 0x70, 0, n))
	}
	if m.Pages > 0 {
		section(5, Code(1, 0, m.Pages))
		exports = append(exports, Code(name("memory"), 2, 0))
	}
	if m.Global != nil {
		var globals [][]byte
		for _, v := range m.Global {
			globals = append(globals, Code(I32, 1, 0x41, v, 0x0b))
		}
		section(6, vec(globals...))
	}
	section(7, vec(exports...))
	if m.Start != 0 {
		section(8, Uleb(uint64(m.Start)))
	}
	if m.Table != nil {
		body := Code(1, 0, 0x41, 0, 0x0b, uint32(len(m.Table)))
		for _, f := range m.Table {
			body = append(body, Uleb(uint64(f))...)
		}
		section(9, body)
	}
	section(10, vec(code...))
	return b
}
