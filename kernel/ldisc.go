package kernel

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// The keys that the line discipline knows, as Linux's terminals begin with them.
const (
	keyIntr    = 'C' & 0x1f
	keyEOF     = 'D' & 0x1f
	keyBack    = 'H' & 0x1f
	keyKill    = 'U' & 0x1f
	keyLiteral = 'V' & 0x1f
	keyWord    = 'W' & 0x1f
	keySusp    = 'Z' & 0x1f
	keyQuit    = '\\' & 0x1f
	keyErase   = 0x7f
	bell       = '\a'
)

// maxLine is the longest line in canonical mode, with its newline.
const maxLine = 4096

// ldisc is the input side of a terminal.
type ldisc struct {
	// lines is input that can be read. In canonical mode each is what one read may
	// return at most, and an empty one is an end of file.
	lines   [][]byte
	inLen   int    // bytes in lines
	edit    []byte // the line that is being typed, in canonical mode
	editCol int    // the column where it began
	col     int    // the column of the output, as far as it is known
	literal bool   // the next byte is taken as it is
}

// readable reports whether a read need not wait.
func (t *tty) readable() bool { return len(t.lines) > 0 }

// nextLen is how many bytes the next read can return.
func (t *tty) nextLen() int {
	if t.mode&sys.TTYCanon != 0 && len(t.lines) > 0 {
		return len(t.lines[0])
	}
	return t.inLen
}

// takeInput moves input into b, which is not longer than nextLen.
func (t *tty) takeInput(b []byte) {
	if len(b) == 0 {
		t.lines = t.lines[1:] // an end of file, which counts once
		return
	}
	for len(b) > 0 {
		n := copy(b, t.lines[0])
		b = b[n:]
		t.inLen -= n
		if t.lines[0] = t.lines[0][n:]; len(t.lines[0]) == 0 {
			t.lines = t.lines[1:]
		}
	}
}

// push makes b readable.
func (t *tty) push(b []byte) {
	t.inLen += len(b)
	if n := len(t.lines); n > 0 && t.mode&sys.TTYCanon == 0 {
		t.lines[n-1] = append(t.lines[n-1], b...)
		return
	}
	t.lines = append(t.lines, bytes.Clone(b))
	if b == nil {
		t.lines[len(t.lines)-1] = []byte{}
	}
}

// flush throws input away.
func (t *tty) flush() {
	t.lines, t.inLen, t.edit, t.literal = nil, 0, nil, false
}

// setMode changes the mode and keeps what has been typed ahead. What was typed while
// nothing edited it goes through the discipline when lines are edited again, as if it
// came now, but is not echoed, as on other systems: who reads raw shows what it takes
// itself, and a shell that is given many lines at once would show all the rest at each.
func (t *tty) setMode(m sys.TTYMode) {
	old := t.mode
	switch {
	case old&sys.TTYCanon != 0 && m&sys.TTYCanon == 0:
		var all []byte
		for _, line := range t.lines {
			if all = append(all, line...); len(line) == 0 {
				all = append(all, keyEOF) // it goes back to being a key
			}
		}
		all = append(all, t.edit...)
		t.flush()
		t.mode = m
		if len(all) > 0 {
			t.push(all)
		}
	case old&sys.TTYCanon == 0 && m&sys.TTYCanon != 0:
		all := bytes.Join(t.lines, nil)
		t.flush()
		for _, b := range all {
			if t.mode = m &^ sys.TTYEcho; t.signalOf(b) != 0 {
				t.mode = m
			}
			t.receive(b)
		}
		t.mode = m
	default:
		t.mode = m
	}
}

// signalOf is the signal that the key b sends, or 0.
func (t *tty) signalOf(b byte) sys.Signal {
	if t.mode&sys.TTYSig == 0 || t.literal {
		return 0
	}
	switch b {
	case keyIntr:
		return sys.SIGINT
	case keyQuit:
		return sys.SIGQUIT
	case keySusp:
		return sys.SIGTSTP
	}
	return 0
}

// receive takes a byte that was typed.
func (t *tty) receive(b byte) {
	if len(t.questions) > 0 {
		t.answerKey(b)
		return
	}
	if sig := t.signalOf(b); sig != 0 {
		t.flush()
		if t.outq.head != nil {
			// A flood. What is on its way goes too, as on other systems, so that the
			// prompt need not wait for the rest of it.
			t.out = ring{max: ttyOutput}
			t.outq.wake()
		}
		t.echo(b)
		if t.group != 0 {
			t.k.signalGroup(t.group, sig)
		}
		return
	}
	if b == '\r' && t.mode&sys.TTYCRNL != 0 && !t.literal {
		b = '\n'
	}
	if t.mode&sys.TTYCanon == 0 {
		t.echo(b)
		t.push([]byte{b})
		return
	}
	if t.literal {
		t.literal = false
		t.insert(b)
		return
	}
	switch b {
	case '\n':
		t.echo(b)
		t.push(append(t.edit, b))
		t.edit = t.edit[:0]
	case keyEOF:
		t.push(t.edit)
		t.edit = t.edit[:0]
	case keyErase, keyBack:
		t.erase()
	case keyKill:
		t.eraseTo(0)
	case keyWord:
		t.eraseWord()
	case keyLiteral:
		t.literal = true
		t.echoString("^\b")
	default:
		t.insert(b)
	}
}

// insert appends b to the line that is being typed.
func (t *tty) insert(b byte) {
	if len(t.edit) >= maxLine-1 {
		t.echoString(string(rune(bell)))
		return
	}
	if len(t.edit) == 0 {
		t.editCol = t.col
	}
	t.edit = append(t.edit, b)
	t.echo(b)
}

// erase takes the last character off the line, with the marks that combine with it.
func (t *tty) erase() {
	i := len(t.edit)
	for i > 0 {
		r, size := utf8.DecodeLastRune(t.edit[:i])
		i -= size
		if runeWidth(r) > 0 {
			break
		}
	}
	t.eraseTo(i)
}

// eraseWord takes the last word off the line, and the blanks after it.
func (t *tty) eraseWord() {
	t.eraseTo(bytes.LastIndexAny(bytes.TrimRight(t.edit, " \t"), " \t") + 1)
}

// eraseTo takes all from byte i off the line, also on the screen.
func (t *tty) eraseTo(i int) {
	w := t.width(t.edit) - t.width(t.edit[:i])
	t.edit = t.edit[:i]
	t.echoString(strings.Repeat("\b \b", w))
}

// width is how many columns line takes on the screen from where it began.
func (t *tty) width(line []byte) int {
	col := t.editCol
	for len(line) > 0 {
		r, size := utf8.DecodeRune(line)
		line = line[size:]
		switch {
		case r == '\t':
			col += 8 - col%8
		case r < ' ' || r == keyErase:
			col += 2 // ^X
		default:
			col += runeWidth(r)
		}
	}
	return col - t.editCol
}

// echo shows a byte that was typed, if that is wanted.
func (t *tty) echo(b byte) {
	switch {
	case b == '\n' || b == '\t' || b >= ' ' && b != keyErase:
		t.echoString(string([]byte{b}))
	case b == keyErase:
		t.echoString("^?")
	default:
		t.echoString(string([]byte{'^', b + '@'}))
	}
}

// echoString shows s, if echo is on; where there is no room for all of it, nothing.
func (t *tty) echoString(s string) {
	if t.mode&sys.TTYEcho != 0 && t.out.free() >= 2*len(s) {
		t.output([]byte(s))
	}
}

// output writes what fits of data to the master, and returns how much that was.
func (t *tty) output(data []byte) (n int) {
	for n < len(data) && t.out.free() > 0 {
		chunk := data[n:min(len(data), n+t.out.free())]
		if t.mode&sys.TTYONLCR == 0 {
			t.out.put(chunk)
			n += len(chunk)
			break
		}
		if chunk[0] == '\n' {
			if t.out.free() < 2 {
				break
			}
			t.out.put([]byte("\r\n"))
			t.col = 0
			n++
			continue
		}
		if i := bytes.IndexByte(chunk, '\n'); i >= 0 {
			chunk = chunk[:i]
		}
		t.out.put(chunk)
		t.move(chunk)
		n += len(chunk)
	}
	return n
}

// move keeps track of the column. It knows nothing of escape sequences: it is only
// needed to erase a tab.
func (t *tty) move(b []byte) {
	for _, c := range b {
		switch {
		case c == '\r':
			t.col = 0
		case c == '\b':
			t.col = max(0, t.col-1)
		case c == '\t':
			t.col += 8 - t.col%8
		case c >= ' ' && c != keyErase && c&0xc0 != 0x80:
			t.col++
		}
	}
}
