package wasmbin

import "strings"

// funcTypes reads the types of functions. What is behind a type of another sort, which
// only modules have that make objects of WebAssembly's own, is not looked at.
func funcTypes(r *reader) (list []string) {
	const function = 0x60
	for n := r.count(1); n > 0 && r.err == nil; n-- {
		if r.left() == 0 || r.b[r.at] != function {
			r.at = len(r.b)
			return list
		}
		r.byte()
		params := valueTypes(r)
		list = append(list, params+":"+valueTypes(r))
	}
	return list
}

// valueTypes reads a list of types: a letter for each, as [Module.Signatures] has them.
func valueTypes(r *reader) string {
	var b strings.Builder
	for n := r.count(1); n > 0 && r.err == nil; n-- {
		b.WriteByte(Letter(r.byte()))
		if c := r.b[r.at-1]; c == 0x63 || c == 0x64 {
			r.varint(33) // a reference says of what
		}
	}
	return b.String()
}

// Letter is the letter of a type of values in a signature: i and l for integers of 32
// and 64 bits, f and d for floats of 32 and 64 bits, o for any other.
func Letter(valueType byte) byte {
	switch valueType {
	case 0x7f:
		return 'i'
	case 0x7e:
		return 'l'
	case 0x7d:
		return 'f'
	case 0x7c:
		return 'd'
	}
	return 'o'
}

// Signatures lists the functions that the module imports: module, name and type with a NUL
// between them. A type is a [Letter] for each parameter, a colon, and one for each result; a
// type that is not known is empty.
func (m *Module) Signatures() []string {
	list := make([]string, 0, len(m.Imports))
	for _, i := range m.Imports {
		if i.Kind != Func {
			continue
		}
		signature := ""
		if uint64(i.Type) < uint64(len(m.types)) {
			signature = m.types[i.Type]
		}
		list = append(list, i.Module+"\x00"+i.Name+"\x00"+signature)
	}
	return list
}
