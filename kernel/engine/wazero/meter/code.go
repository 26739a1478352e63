package meter

// Instructions that are looked for.
const (
	opLoop       = 0x03
	opEnd        = 0x0b
	opCall       = 0x10
	opReturnCall = 0x12
	opRefFunc    = 0xd2
	opAtomic     = 0xfe
)

// body rewrites a function's locals and code, appending them to out.
func (m *rewriter) body(out, body []byte) []byte {
	r := &reader{b: body}
	for n := r.u32(); n > 0; n-- {
		r.leb()
		r.valType()
	}
	locals := r.at
	code := m.code[:0]
	calls := false
	from := r.at // what is before is in code
	flush := func(to int) { code = append(code, body[from:to]...) }
	m.blocks = append(m.blocks[:0], block{})
	own := int32(0) // instructions outside of loops
	count := &own
	for len(m.blocks) > 0 {
		start := r.at
		op := r.byte()
		*count = min(*count+1, maxCount)
		switch op {
		case 0x02, 0x04, 0x06: // block, if, try
			m.blocks = append(m.blocks, block{})
			r.blockType()
		case opLoop:
			r.blockType()
			flush(r.at)
			from = r.at
			m.blocks = append(m.blocks, block{loop: len(code), outer: count, count: new(int32)})
			count = m.blocks[len(m.blocks)-1].count
			code = append(code, m.check.code...)
		case 0x18: // delegate, which ends a try
			m.blocks = m.blocks[:len(m.blocks)-1]
			r.leb()
		case 0x1f: // try_table
			m.blocks = append(m.blocks, block{})
			r.blockType()
			for n := r.u32(); n > 0; n-- {
				if r.byte() < 2 {
					r.leb()
				}
				r.leb()
			}
		case opEnd:
			last := &m.blocks[len(m.blocks)-1]
			if last.count != nil {
				m.check.weigh(code[last.loop:], *last.count)
				count = last.outer
			}
			m.blocks = m.blocks[:len(m.blocks)-1]
		case opCall, opReturnCall, opRefFunc:
			index := r.u32()
			flush(start)
			from = r.at
			code = appendU32(append(code, op), m.function(index))
			if op != opRefFunc {
				calls = true
				*count += CallCost
			}
		case 0x11, 0x13: // call_indirect, return_call_indirect
			calls = true
			*count += CallCost
			r.lebs(2)
		case 0x14, 0x15: // call_ref, return_call_ref
			calls = true
			*count += CallCost
			r.leb()
		case opAtomic:
			n, offset, ok := r.atomicWait()
			if !ok || m.added == 1 {
				break
			}
			flush(start)
			from = r.at
			code = appendS32(append(code, 0x41), int32(offset))
			code = appendU32(append(code, opCall), m.tick+1+n)
		default:
			r.immediates(op)
		}
	}
	if r.more() {
		panic(errModule)
	}
	flush(len(body))
	m.code = code
	out = append(out, body[:locals]...)
	if calls || own > CallCost {
		at := len(out)
		out = append(out, m.check.code...)
		m.check.weigh(out[at:], own)
	}
	return append(out, code...)
}

// immediates skips what belongs to an instruction that is kept as it is.
func (r *reader) immediates(op byte) {
	switch {
	case op <= 0x01, op == 0x05, op == 0x0a, op == 0x0f, op == 0x19, op == 0x1a, op == 0x1b,
		0x45 <= op && op <= 0xc4, op == 0xd1, op == 0xd4:
	case 0x07 <= op && op <= 0x09, op == 0x0c, op == 0x0d, // catch, throw, rethrow, br, br_if
		0x20 <= op && op <= 0x26, op == 0x3f, op == 0x40, op == 0x41, op == 0x42,
		op == 0xd0, op == 0xd5, op == 0xd6:
		r.leb()
	case op == 0x0e: // br_table
		for n := r.u32(); n > 0; n-- {
			r.leb()
		}
		r.leb()
	case op == 0x1c: // select with a type
		for n := r.u32(); n > 0; n-- {
			r.valType()
		}
	case 0x28 <= op && op <= 0x3e:
		r.memArg()
	case op == 0x43:
		r.skip(4)
	case op == 0x44:
		r.skip(8)
	case op == 0xfc:
		r.misc()
	case op == 0xfd:
		r.vector()
	default:
		panic(errOpcode)
	}
}

// memArg skips alignment, the number of a memory if bit 6 says so, and offset.
func (r *reader) memArg() {
	if r.u32()&0x40 != 0 {
		r.leb()
	}
	r.leb()
}

func (r *reader) misc() {
	switch n := r.u32(); {
	case n <= 7:
	case n == 9, n == 11, n == 13, 15 <= n && n <= 17:
		r.leb()
	case n == 8, n == 10, n == 12, n == 14:
		r.lebs(2)
	default:
		panic(errOpcode)
	}
}

func (r *reader) vector() {
	switch n := r.u32(); {
	case n <= 11, n == 92, n == 93:
		r.memArg()
	case n == 12, n == 13:
		r.skip(16)
	case 21 <= n && n <= 34:
		r.skip(1)
	case 84 <= n && n <= 91:
		r.memArg()
		r.skip(1)
	case n > 0xff:
		panic(ErrRelaxedSIMD)
	}
}

// atomicWait skips an atomic instruction. If it waits or wakes, with the alignment that it
// must have, it reports that, the instruction's number and its offset.
func (r *reader) atomicWait() (n, offset uint32, ok bool) {
	switch n = r.u32(); {
	case n == 3: // fence
		r.skip(1)
	case n <= 2:
		align := r.u32()
		if align&0x40 != 0 {
			r.leb()
		}
		return n, r.u32(), align == 2 && n < 2 || align == 3 && n == 2
	case 0x10 <= n && n <= 0x4e:
		r.memArg()
	default:
		panic(errOpcode)
	}
	return n, 0, false
}

// constant copies a constant expression, which may name a function, to out.
func (m *rewriter) constant(out []byte, r *reader) []byte {
	for {
		start := r.at
		switch op := r.byte(); op {
		case opRefFunc:
			out = appendU32(append(out, op), m.function(r.u32()))
			continue
		case 0x23, 0x41, 0x42, 0xd0:
			r.leb()
		case 0x43:
			r.skip(4)
		case 0x44:
			r.skip(8)
		case 0xfd:
			if r.u32() != 12 {
				panic(errOpcode)
			}
			r.skip(16)
		case 0x6a, 0x6b, 0x6c, 0x7c, 0x7d, 0x7e:
		case opEnd:
			return append(out, opEnd)
		default:
			panic(errOpcode)
		}
		out = append(out, r.b[start:r.at]...)
	}
}
