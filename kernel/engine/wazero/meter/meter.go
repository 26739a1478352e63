package meter

import "errors"

// The import that is added, and those that stand for waiting at an address of memory.
const (
	Module = "bushel"
	Name   = "tick"   // (left i32) -> i32
	Wait32 = "wait32" // (address, expected i32, timeout i64, offset) -> i32
	Wait64 = "wait64" // (address, expected i64, timeout i64, offset) -> i32
	Notify = "notify" // (address, count, offset) -> i32
)

// imports is what is added, in the order of their numbers: tick, and what only
// [InstrumentWaits] adds. memory.atomic.notify, wait32 and wait64 have the opcodes 0 to 2.
var imports = [...]struct{ name, signature string }{
	{Name, "\x01\x7f\x01\x7f"},
	{Notify, "\x03\x7f\x7f\x7f\x01\x7f"},
	{Wait32, "\x04\x7f\x7f\x7e\x7f\x01\x7f"},
	{Wait64, "\x04\x7f\x7e\x7e\x7f\x01\x7f"},
}

// The numbers of the sections.
const (
	secCustom   = 0
	secType     = 1
	secImport   = 2
	secFunction = 3
	secTable    = 4
	secGlobal   = 6
	secExport   = 7
	secStart    = 8
	secElement  = 9
	secCode     = 10
	secTag      = 13
)

// order is where a section stands in a module, by its number.
var order = [...]int{1: 1, 2: 2, 3: 3, 4: 4, 5: 5, secTag: 6, 6: 7, 7: 8, 8: 9, 9: 10, 12: 11, 10: 12, 11: 13}

// Instrument returns a copy of the module that counts its instructions down, and calls
// the import "bushel"."tick" when the count goes below 0: first at its beginning, where the
// count is 0. The import is given the count and returns the new one. The error
// is [ErrRelaxedSIMD], or for a module that is malformed or has instructions unknown
// here; what it makes of an invalid module is invalid too.
func Instrument(module []byte) (out []byte, err error) {
	return instrument(module, 1)
}

// InstrumentWaits is [Instrument] for a module with a shared memory: what waits at an
// address and what wakes it become calls of further imports, with the
// instruction's offset as the last parameter. They check the address.
func InstrumentWaits(module []byte) (out []byte, err error) {
	return instrument(module, uint32(len(imports)))
}

func instrument(module []byte, added uint32) (out []byte, err error) {
	defer func() {
		if v := recover(); v != nil {
			known, ok := v.(error)
			if !ok || !(errors.Is(known, errShort) || errors.Is(known, errNumber) ||
				errors.Is(known, errOpcode) || errors.Is(known, errModule) || errors.Is(known, ErrRelaxedSIMD)) {
				panic(v)
			}
			out, err = nil, known
		}
	}()
	if len(module) < 8 || string(module[:8]) != "\x00asm\x01\x00\x00\x00" {
		return nil, errModule
	}
	m := &rewriter{added: added}
	return m.module(module), nil
}

// A rewriter holds what is known of the module so far.
type rewriter struct {
	added   uint32 // how many functions are imported besides the module's
	types   uint32 // how many
	tick    uint32 // the number of the added function, which is that of the imported ones
	globals uint32 // how many, imported ones included
	check   check
	code    []byte  // of the function at hand
	blocks  []block // those that are open in it, itself first
	passed  int     // the order of the last section
	out     []byte
}

// function is the new number of a function.
func (m *rewriter) function(i uint32) uint32 {
	if i >= m.tick {
		if i > 1<<32-1-m.added {
			panic(errNumber)
		}
		i += m.added
	}
	return i
}

func (m *rewriter) module(module []byte) []byte {
	m.out = append(make([]byte, 0, len(module)+len(module)/4), module[:8]...)
	for r := (reader{b: module, at: 8}); r.more(); {
		id := r.byte()
		part := r.part()
		if id == secCustom {
			m.custom(part)
			continue
		}
		if int(id) >= len(order) || order[id] <= m.passed {
			panic(errModule)
		}
		m.missing(order[id])
		m.passed = order[id]
		m.section(id, part)
	}
	m.missing(len(order))
	return m.out
}

// missing adds the sections that the module does not have but the meter needs,
// and that stand before place.
func (m *rewriter) missing(place int) {
	for _, id := range [...]byte{secType, secImport, secGlobal} {
		if m.passed < order[id] && order[id] < place {
			m.passed = order[id]
			m.section(id, []byte{0})
		}
	}
}

func (m *rewriter) put(id byte, body []byte) { m.out = appendPart(append(m.out, id), body) }

func (m *rewriter) section(id byte, part []byte) {
	r := &reader{b: part}
	switch id {
	case secType:
		m.typeSection(r)
		return
	case secImport:
		m.importSection(r)
		return
	case secGlobal:
		m.globalSection(r)
		return
	}
	var b []byte
	switch id {
	case secTable:
		b = m.tableSection(r)
	case secExport:
		b = m.exportSection(r)
	case secStart:
		b = appendU32(nil, m.function(r.u32()))
	case secElement:
		b = m.elementSection(r)
	case secCode:
		b = m.codeSection(r)
	default:
		m.put(id, part)
		return
	}
	if r.more() {
		panic(errModule)
	}
	m.put(id, b)
}

func (m *rewriter) codeSection(r *reader) []byte {
	out := make([]byte, 0, len(r.b)+len(r.b)/4)
	n := r.u32()
	out = appendU32(out, n)
	var body []byte
	for ; n > 0; n-- {
		body = m.body(body[:0], r.part())
		out = appendPart(out, body)
	}
	return out
}
