package meter

// typeSection adds the types of the imports.
func (m *rewriter) typeSection(r *reader) {
	m.types = r.u32()
	list := r.at
	for range m.types {
		if r.byte() != 0x60 {
			panic(errOpcode) // a type of the garbage collection proposal
		}
		for range 2 {
			for n := r.u32(); n > 0; n-- {
				r.valType()
			}
		}
	}
	if r.more() {
		panic(errModule)
	}
	b := append(appendU32(nil, m.types+m.added), r.b[list:]...)
	for _, i := range imports[:m.added] {
		b = append(append(b, 0x60), i.signature...)
	}
	m.put(secType, b)
}

// importSection adds the imports.
func (m *rewriter) importSection(r *reader) {
	n := r.u32()
	list := r.at
	for range n {
		r.part()
		r.part()
		switch r.byte() {
		case 0:
			m.tick++
			r.leb()
		case 1:
			r.valType()
			r.limits()
		case 2:
			r.limits()
		case 3:
			m.globals++
			r.valType()
			r.skip(1)
		case 4:
			r.skip(1)
			r.leb()
		default:
			panic(errModule)
		}
	}
	if r.more() {
		panic(errModule)
	}
	b := append(appendU32(nil, n+m.added), r.b[list:]...)
	for n, i := range imports[:m.added] {
		b = appendName(appendName(b, Module), i.name)
		b = appendU32(append(b, 0), m.types+uint32(n))
	}
	m.put(secImport, b)
}

func (r *reader) limits() {
	flags := r.byte()
	r.leb()
	if flags&1 != 0 {
		r.leb()
	}
}

// globalSection adds the count, and with that everything is known that the code needs.
func (m *rewriter) globalSection(r *reader) {
	n := r.u32()
	b := appendU32(nil, n+1)
	for range n {
		start := r.at
		r.valType()
		r.skip(1)
		b = m.constant(append(b, r.b[start:r.at]...), r)
	}
	if r.more() {
		panic(errModule)
	}
	b = append(b, 0x7f, 1, 0x41, 0, opEnd)
	m.put(secGlobal, b)
	m.check = newCheck(m.globals+n, m.tick)
}

// tableSection copies tables, whose first value may be a function.
func (m *rewriter) tableSection(r *reader) []byte {
	n := r.u32()
	b := appendU32(nil, n)
	for range n {
		start := r.at
		if r.b[min(r.at, len(r.b)-1)] == 0x40 {
			r.skip(2)
			r.valType()
			r.limits()
			b = m.constant(append(b, r.b[start:r.at]...), r)
			continue
		}
		r.valType()
		r.limits()
		b = append(b, r.b[start:r.at]...)
	}
	return b
}

func (m *rewriter) exportSection(r *reader) []byte {
	n := r.u32()
	b := appendU32(nil, n)
	for range n {
		b = appendPart(b, r.part())
		kind := r.byte()
		index := r.u32()
		if kind == 0 {
			index = m.function(index)
		}
		b = appendU32(append(b, kind), index)
	}
	return b
}

// The bits of an element segment's flags.
const (
	segPassive  = 1 // or declared
	segExplicit = 2 // names its table, if it is active
	segExprs    = 4 // holds expressions
)

func (m *rewriter) elementSection(r *reader) []byte {
	n := r.u32()
	b := appendU32(nil, n)
	for range n {
		flags := r.u32()
		if flags > 7 {
			panic(errOpcode)
		}
		b = appendU32(b, flags)
		if flags&segPassive == 0 {
			if flags&segExplicit != 0 {
				b = appendU32(b, r.u32())
			}
			b = m.constant(b, r)
		}
		if flags&(segPassive|segExplicit) != 0 {
			start := r.at
			r.valType() // or the kind of the elements, a byte
			b = append(b, r.b[start:r.at]...)
		}
		count := r.u32()
		b = appendU32(b, count)
		for range count {
			if flags&segExprs != 0 {
				b = m.constant(b, r)
			} else {
				b = appendU32(b, m.function(r.u32()))
			}
		}
	}
	return b
}

// The parts of the name section that are kept.
const (
	namesModule   = 0
	namesFunction = 1
)

// custom keeps the names of the module and of its functions, and no other
// custom section: most hold places in the code, which have moved. The names come
// behind all else, or are not kept either.
func (m *rewriter) custom(part []byte) {
	r := &reader{b: part}
	if string(r.part()) != "name" || m.passed < order[secGlobal] {
		return
	}
	b := appendName(nil, "name")
	for r.more() {
		id := r.byte()
		body := &reader{b: r.part()}
		switch id {
		case namesModule:
			b = appendPart(append(b, id), body.b)
		case namesFunction:
			var list []byte
			n := body.u32()
			added := false
			for range n {
				index := body.u32()
				if index >= m.tick && !added {
					added = true
					for n, i := range imports[:m.added] {
						list = appendName(appendU32(list, m.tick+uint32(n)), i.name)
					}
				}
				list = appendPart(appendU32(list, m.function(index)), body.part())
			}
			if added {
				n += m.added
			}
			b = appendPart(append(b, id), append(appendU32(nil, n), list...))
		}
	}
	m.put(secCustom, b)
}
