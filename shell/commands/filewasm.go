package commands

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
)

// describeWasm says which version a module has, what it imports, and by that which
// world it is made for.
func (c *cmd) describeWasm(head []byte, rest io.Reader) string {
	if len(head) < 8 {
		return "WebAssembly (wasm) binary module, cut short"
	}
	if head[6] == 1 {
		return fmt.Sprintf("WebAssembly (wasm) component, version %#x", int(head[4])|int(head[5])<<8)
	}
	text := fmt.Sprintf("WebAssembly (wasm) binary module version %#x", uint32(head[4])|uint32(head[5])<<8|uint32(head[6])<<16|uint32(head[7])<<24)
	sections := wasmReader{r: io.MultiReader(bytes.NewReader(head[8:]), rest)}
	var modules []string
	for {
		id := sections.byte()
		size := sections.uint()
		if sections.err != nil {
			break
		}
		if id != 2 {
			if id > 2 && id != 0 && id < 11 {
				break // imports come before all these
			}
			_, sections.err = io.CopyN(io.Discard, sections.r, int64(size))
			continue
		}
		if size > 16<<20 {
			break
		}
		data := make([]byte, size)
		if _, err := io.ReadFull(sections.r, data); err == nil {
			modules = wasmImports(data)
		}
		break
	}
	if len(modules) == 0 {
		return text + ", imports nothing"
	}
	world := ""
	for _, m := range modules {
		switch {
		case m == "wasi_snapshot_preview1":
			world = "WASI preview 1"
		case m == "wasi_unstable":
			world = "WASI preview 0"
		case m == "gojs" || m == "go":
			world = "Go js/wasm"
		case strings.HasPrefix(m, "wasix_"):
			world = "WASIX"
		case world == "" && m == "wasmer_bus":
			world = "wasmer bus"
		case world == "" && m == "env":
			world = "Emscripten or bare"
		}
	}
	if world != "" {
		text += ", " + world
	}
	return text + ", imports from " + strings.Join(modules, ", ")
}

// wasmImports lists the modules of an import section, each once, in order.
func wasmImports(section []byte) (modules []string) {
	r := wasmReader{r: bytes.NewReader(section)}
	for n := r.uint(); n > 0 && r.err == nil; n-- {
		module := r.name()
		r.name()
		switch r.byte() {
		case 0: // a function
			r.uint()
		case 1: // a table
			r.byte()
			r.limits()
		case 2: // a memory
			r.limits()
		case 3: // a global
			r.byte()
			r.byte()
		case 4: // a tag
			r.byte()
			r.uint()
		default:
			return modules
		}
		if r.err == nil && !slices.Contains(modules, module) {
			modules = append(modules, module)
		}
	}
	return modules
}

// wasmReader reads the pieces of a module and remembers its first error.
type wasmReader struct {
	r   io.Reader
	err error
}

func (r *wasmReader) byte() byte {
	var b [1]byte
	if r.err == nil {
		_, r.err = io.ReadFull(r.r, b[:])
	}
	return b[0]
}

// uint reads an unsigned LEB128 number of 64 bits.
func (r *wasmReader) uint() (n uint64) {
	for shift := 0; r.err == nil; shift += 7 {
		b := r.byte()
		if shift > 63 {
			r.err = io.ErrUnexpectedEOF
			return 0
		}
		if n |= uint64(b&0x7f) << shift; b < 0x80 {
			return n
		}
	}
	return 0
}

func (r *wasmReader) name() string {
	n := r.uint()
	if n > 1<<16 {
		r.err = io.ErrUnexpectedEOF
	}
	if r.err != nil {
		return ""
	}
	b := make([]byte, n)
	_, r.err = io.ReadFull(r.r, b)
	return string(b)
}

func (r *wasmReader) limits() {
	flags := r.byte()
	r.uint()
	if flags&1 != 0 {
		r.uint()
	}
}
