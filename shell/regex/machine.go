package regex

import (
	"regexp/syntax"
	"strings"
	"unicode/utf8"

	"github.com/bushel-wasm/bushel/shell/paced"
)

// machine runs a compiled expression on a text, all ways through it at once
// (Thompson's construction with Pike's way of keeping groups): for each character
// it keeps the list of places in the program that can be reached, in the order
// in which a search by backtracking would try them. So its time is bounded by the
// text's length times the program's.
type machine struct {
	prog     *syntax.Prog
	prefix   string // every match begins with it
	anchored bool   // a match begins at the beginning of the text only
	longest  bool

	here, next list
	groups     []int // of the thread that is being added
	match      []int
	ncap       int
}

// list is the threads at one place of the text, by priority.
type list struct {
	run    []uint32 // instructions that look at a character, or the end of the program
	seen   []uint32 // for each instruction the turn in which it was added
	turn   uint32
	groups []int // for each instruction the groups of its thread
}

func newMachine(prog *syntax.Prog) *machine {
	m := &machine{prog: prog}
	m.prefix, _ = prog.Prefix()
	m.anchored = prog.StartCond()&syntax.EmptyBeginText != 0
	m.here.seen = make([]uint32, len(prog.Inst))
	m.next.seen = make([]uint32, len(prog.Inst))
	return m
}

func (l *list) clear() {
	l.run = l.run[:0]
	if l.turn++; l.turn == 0 { // the turns are used up
		clear(l.seen)
		l.turn = 1
	}
}

// resize makes room for ncap numbers for each thread.
func (m *machine) resize(ncap int) {
	m.ncap = ncap
	if need := ncap * len(m.prog.Inst); len(m.here.groups) < need {
		m.here.groups, m.next.groups = make([]int, need), make([]int, need)
	}
	if len(m.groups) < ncap {
		m.groups = make([]int, ncap)
	}
}

// pieceUnits is how much work is done before work is told.
const pieceUnits = 4 << 10

// find is the first match in text[pos:], of which ncap numbers are wanted; what
// stands before pos is looked at for ^ and \b. With ncap 0 the result is empty but
// not nil if there is a match.
func (m *machine) find(text string, pos, ncap int, work paced.Work) []int {
	m.resize(ncap)
	m.here.clear()
	m.match = nil
	before := rune(-1)
	if pos > 0 {
		before, _ = utf8.DecodeLastRuneInString(text[:pos])
	}
	r, size := runeAt(text, pos)
	units := 0
	for {
		if len(m.here.run) == 0 {
			if m.match != nil || m.anchored && pos > 0 {
				break
			}
			if m.prefix != "" && !strings.HasPrefix(text[pos:], m.prefix) {
				at := paced.Index(text[pos:], m.prefix, work)
				if at < 0 {
					return nil
				}
				pos += at
				before, _ = utf8.DecodeLastRuneInString(text[:pos])
				r, size = runeAt(text, pos)
			}
		}
		if m.match == nil && (!m.anchored || pos == 0) {
			for i := range m.ncap {
				m.groups[i] = -1
			}
			if m.ncap > 0 {
				m.groups[0] = pos
			}
			m.add(&m.here, uint32(m.prog.Start), pos, syntax.EmptyOpContext(before, r))
		}
		if units += 8 + 8*len(m.here.run); units > pieceUnits {
			if !work(units) {
				return nil
			}
			units = 0
		}
		after, afterSize := runeAt(text, pos+size)
		m.next.clear()
		m.step(pos, pos+size, r, syntax.EmptyOpContext(r, after))
		if m.match != nil && ncap == 0 || size == 0 {
			break
		}
		m.here, m.next = m.next, m.here
		pos += size
		before, r, size = r, after, afterSize
	}
	if !work(units) {
		return nil
	}
	return m.match
}

// runeAt is the character at pos: -1 at the end.
func runeAt(text string, pos int) (rune, int) {
	if pos >= len(text) {
		return -1, 0
	}
	if c := text[pos]; c < utf8.RuneSelf {
		return rune(c), 1
	}
	return utf8.DecodeRuneInString(text[pos:])
}

// step lets every thread look at the character r, which stands at pos. cond is what
// holds after it, at to.
func (m *machine) step(pos, to int, r rune, cond syntax.EmptyOp) {
	for _, pc := range m.here.run {
		inst := &m.prog.Inst[pc]
		groups := m.here.groups[int(pc)*m.ncap:][:m.ncap]
		if m.longest && m.match != nil && m.ncap > 0 && m.match[0] < groups[0] {
			continue
		}
		ok := false
		switch inst.Op {
		case syntax.InstMatch:
			if m.match == nil || !m.longest || m.ncap > 0 && m.match[1] < pos {
				m.match = append(make([]int, 0, m.ncap), groups...)
				if m.ncap > 0 {
					m.match[1] = pos
				}
			}
			if !m.longest || m.ncap == 0 {
				return // what has a lower priority is not wanted
			}
			continue
		case syntax.InstRune1:
			ok = r == inst.Rune[0]
		case syntax.InstRuneAny:
			ok = r >= 0
		case syntax.InstRuneAnyNotNL:
			ok = r >= 0 && r != '\n'
		default:
			ok = r >= 0 && inst.MatchRune(r)
		}
		if ok {
			copy(m.groups, groups)
			m.add(&m.next, inst.Out, to, cond)
		}
	}
}

// add adds a thread at pc, or those that it leads to without a character.
func (m *machine) add(l *list, pc uint32, pos int, cond syntax.EmptyOp) {
	for l.seen[pc] != l.turn {
		l.seen[pc] = l.turn
		inst := &m.prog.Inst[pc]
		switch inst.Op {
		case syntax.InstFail:
			return
		case syntax.InstAlt, syntax.InstAltMatch:
			m.add(l, inst.Out, pos, cond)
			pc = inst.Arg
		case syntax.InstEmptyWidth:
			if syntax.EmptyOp(inst.Arg)&^cond != 0 {
				return
			}
			pc = inst.Out
		case syntax.InstNop:
			pc = inst.Out
		case syntax.InstCapture:
			i := int(inst.Arg)
			if i >= m.ncap {
				pc = inst.Out
				continue
			}
			was := m.groups[i]
			m.groups[i] = pos
			m.add(l, inst.Out, pos, cond)
			m.groups[i] = was
			return
		default:
			l.run = append(l.run, pc)
			copy(l.groups[int(pc)*m.ncap:][:m.ncap], m.groups)
			return
		}
	}
}
