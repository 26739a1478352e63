package wasmbin

import (
	"fmt"
	"strings"
)

// Kind is the kind of an import or export.
type Kind byte

// The kinds.
const (
	Func Kind = iota
	Table
	Memory
	Global
	Tag
)

var kinds = [...]string{"function", "table", "memory", "global", "tag"}

// String is the kind's name as messages use it.
func (k Kind) String() string {
	if int(k) < len(kinds) {
		return kinds[k]
	}
	return fmt.Sprintf("kind %d", byte(k))
}

// Import is something that a module needs.
type Import struct {
	Module, Name string
	Kind         Kind
	Type         uint32 // of a function: the index of its type
	Limits       Limits // of a memory
}

// String names the import as messages do: "env"."foo" (function).
func (i Import) String() string { return fmt.Sprintf("%q.%q (%v)", i.Module, i.Name, i.Kind) }

// Export is something that a module offers.
type Export struct {
	Name  string
	Kind  Kind
	Index uint32
}

// Limits are the limits of a memory, in pages of 64 KiB.
type Limits struct {
	Min, Max uint64
	HasMax   bool
	Shared   bool
	Is64     bool // addresses have 64 bits
}

// Custom is a custom section. Data aliases the module.
type Custom struct {
	Name string
	Data []byte
}

// Module is the outside of a module.
type Module struct {
	types    []string // of functions, as Signature has them; up to the first that is none
	Imports  []Import
	Exports  []Export
	Memories []Limits // its own, without the imported ones
	Custom   []Custom
	HasStart bool // has a start section
}

// The numbers of the sections.
const (
	secCustom = iota
	secType
	secImport
	secFunction
	secTable
	secMemory
	secGlobal
	secExport
	secStart
	secElement
	secCode
	secData
	secDataCount
	secTag
)

// Parse reads a module's outside. Its error is one clause that says what is
// wrong, or wraps [ErrNotWasm] or [ErrComponent].
func Parse(code []byte) (*Module, error) {
	if len(code) < 4 || string(code[:4]) != "\x00asm" {
		return nil, ErrNotWasm
	}
	if len(code) < 8 {
		return nil, fmt.Errorf("unexpected end in the header")
	}
	switch v := string(code[4:8]); {
	case v[2] == 1 && v[3] == 0:
		return nil, ErrComponent
	case v != "\x01\x00\x00\x00":
		return nil, fmt.Errorf("unknown version %d", code[4])
	}
	m := &Module{}
	r := &reader{b: code, at: 8}
	for r.left() > 0 {
		start := r.at
		id := r.byte()
		body := &reader{b: r.bytes(r.count(1))}
		if r.err == nil {
			m.section(id, body)
		}
		if r.err == nil && body.err != nil {
			r.err = body.err
		}
		if r.err != nil {
			return nil, fmt.Errorf("%w in the section at byte %d", r.err, start)
		}
	}
	return m, nil
}

func (m *Module) section(id byte, r *reader) {
	switch id {
	case secType:
		m.types = funcTypes(r)
	case secCustom:
		name := r.name()
		m.Custom = append(m.Custom, Custom{name, r.b[r.at:]})
	case secImport:
		for n := r.count(4); n > 0 && r.err == nil; n-- {
			m.Imports = append(m.Imports, readImport(r))
		}
	case secMemory:
		for n := r.count(2); n > 0 && r.err == nil; n-- {
			m.Memories = append(m.Memories, limits(r))
		}
	case secExport:
		for n := r.count(3); n > 0 && r.err == nil; n-- {
			m.Exports = append(m.Exports, Export{r.name(), Kind(r.byte()), r.u32()})
		}
	case secStart:
		m.HasStart = true
	default:
		if id > secTag {
			r.fail("unknown kind of section %d", id)
		}
	}
}

func readImport(r *reader) (i Import) {
	i.Module, i.Name, i.Kind = r.name(), r.name(), Kind(r.byte())
	switch i.Kind {
	case Func:
		i.Type = r.u32()
	case Table:
		refType(r)
		limits(r)
	case Memory:
		i.Limits = limits(r)
	case Global:
		refType(r)
		r.byte()
	case Tag:
		r.byte()
		i.Type = r.u32()
	default:
		r.fail("unknown kind of import %d", byte(i.Kind))
	}
	return i
}

// refType skips a value type, which has a heap type behind it if it is a
// reference that says of what.
func refType(r *reader) {
	if c := r.byte(); c == 0x63 || c == 0x64 {
		r.varint(33)
	}
}

func limits(r *reader) (l Limits) {
	flags := r.byte()
	if flags > 7 {
		r.fail("unknown kind of limits %d", flags)
		return l
	}
	l.HasMax, l.Shared, l.Is64 = flags&1 != 0, flags&2 != 0, flags&4 != 0
	bits := 32
	if l.Is64 {
		bits = 64
	}
	l.Min = r.varint(bits)
	if l.HasMax {
		l.Max = r.varint(bits)
	}
	return l
}

// ABI says what the module was built for: "wasi" (preview 1 or 0), "gojs"
// (Go's GOOS=js), or "" if its imports do not tell.
func (m *Module) ABI() string {
	for _, i := range m.Imports {
		switch {
		case i.Module == "gojs" || i.Module == "go" && strings.Contains(i.Name, "."):
			return "gojs"
		case i.Module == "wasi_snapshot_preview1" || i.Module == "wasi_unstable":
			return "wasi"
		}
	}
	return ""
}

// BuiltByGo reports whether Go's own linker wrote the module.
func (m *Module) BuiltByGo() bool {
	for _, c := range m.Custom {
		if c.Name == "go:buildid" || c.Name == "go.buildid" {
			return true
		}
	}
	return false
}

// Exported finds an export by its name.
func (m *Module) Exported(name string) (Export, bool) {
	for _, e := range m.Exports {
		if e.Name == name {
			return e, true
		}
	}
	return Export{}, false
}
