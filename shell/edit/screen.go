package edit

import (
	"strconv"
	"strings"

	"github.com/rivo/uniseg"
)

// cell is one thing on the screen: a grapheme cluster, an escape sequence of the
// prompt (which takes no room), or the end of a line.
type cell struct {
	s        string
	width    int
	newline  bool
	row, col int // where it stands
}

// layout is what is to be seen: the prompt, the line, and where the cursor is.
type layout struct {
	cells    []cell
	row, col int // after the last cell
	curRow   int
	curCol   int
}

// place lays out the prompt and the line for a window of cols columns. cursor
// is an offset in line.
func place(prompt, line string, cursor, cols int) layout {
	l := layout{}
	l.add(prompt, cols, -1)
	l.add(line, cols, cursor)
	return l
}

// add appends text. The cursor is where offset cursor of it comes to stand.
func (l *layout) add(text string, cols, cursor int) {
	state, size := -1, len(text)
	for off := 0; text != ""; {
		if off == cursor {
			l.mark(cols)
		}
		var c cell
		var used int
		if n := sequenceLen(text); n > 0 {
			c, used = cell{s: text[:n]}, n
		} else {
			var cluster string
			var rest string
			cluster, rest, c.width, state = uniseg.FirstGraphemeClusterInString(text, state)
			used = len(text) - len(rest)
			c.s = cluster
			switch b := cluster[0]; {
			case cluster == "\n" || cluster == "\r\n":
				c.newline, c.width = true, 0
			case b == '\t':
				c.s = strings.Repeat(" ", 8-l.col%8)
				c.width = len(c.s)
			case b < ' ' || b == 127:
				c.s = "^" + string(rune(b^64))
				c.width = 2
			}
		}
		l.put(c, cols)
		text = text[used:]
		off += used
	}
	if cursor < 0 || cursor >= size {
		l.mark(cols)
	}
}

func (l *layout) put(c cell, cols int) {
	if c.width > 1 && (c.s[0] == '^' && len(c.s) == 2 || c.s[0] == ' ') {
		for i := range len(c.s) { // these may be broken between two lines
			l.put(cell{s: c.s[i : i+1], width: 1}, cols)
		}
		return
	}
	if c.width > 0 && l.col+c.width > cols && l.col > 0 {
		l.row, l.col = l.row+1, 0
	}
	c.row, c.col = l.row, l.col
	l.cells = append(l.cells, c)
	l.col += c.width
	if c.newline {
		l.row, l.col = l.row+1, 0
	}
}

// mark puts the cursor where the next cell will be. Past the last column that
// is the beginning of the next line.
func (l *layout) mark(cols int) {
	l.curRow, l.curCol = l.row, l.col
	if l.col >= cols {
		l.curRow, l.curCol = l.row+1, 0
	}
}

// sequenceLen is the length of the escape sequence that s begins with, or 0.
func sequenceLen(s string) int {
	if len(s) < 2 || s[0] != 27 {
		return 0
	}
	switch s[1] {
	case '[':
		for i := 2; i < len(s); i++ {
			if '@' <= s[i] && s[i] <= '~' {
				return i + 1
			}
		}
		return len(s)
	case ']':
		if i := strings.IndexByte(s, 7); i >= 0 {
			return i + 1
		}
		if i := strings.Index(s, "\x1b\\"); i >= 0 {
			return i + 2
		}
		return len(s)
	}
	return 2
}

// screen draws layouts one over the other with as little output as it takes.
type screen struct {
	out  strings.Builder
	cols int
	old  layout
	row  int // where the cursor of the terminal is
	col  int
}

// move puts the terminal's cursor to a place in the layout.
func (s *screen) move(row, col int) {
	switch n := row - s.row; {
	case n < 0:
		s.csi(-n, 'A')
	case n > 0:
		s.csi(n, 'B')
	}
	switch {
	case col == s.col:
	case col == 0:
		s.out.WriteByte('\r')
	case col == s.col-1:
		s.out.WriteByte('\b')
	case col < s.col:
		s.csi(s.col-col, 'D')
	default:
		s.csi(col-s.col, 'C')
	}
	s.row, s.col = row, col
}

func (s *screen) csi(n int, c byte) {
	s.out.WriteString("\x1b[")
	if n > 1 {
		s.out.WriteString(strconv.Itoa(n))
	}
	s.out.WriteByte(c)
}

// draw shows l in place of what is there.
func (s *screen) draw(l layout) {
	same := 0
	for same < len(l.cells) && same < len(s.old.cells) && l.cells[same] == s.old.cells[same] {
		same++
	}
	if same < len(l.cells) || same < len(s.old.cells) {
		s.rewrite(l, same)
	}
	s.move(l.curRow, l.curCol)
	s.old = l
}

// rewrite writes the cells from the first that differs, and clears what is left
// of the old ones.
func (s *screen) rewrite(l layout, from int) {
	row, col := l.row, l.col
	if from < len(l.cells) {
		row, col = l.cells[from].row, l.cells[from].col
	}
	if col >= s.cols {
		row, col = row+1, 0
	}
	s.move(row, col)
	for _, c := range l.cells[from:] {
		if c.newline {
			if s.longer(c.row, c.col) {
				s.out.WriteString("\x1b[K")
			}
			s.out.WriteString("\r\n")
			s.row, s.col = c.row+1, 0
			continue
		}
		if c.width > 0 && c.row > s.row { // the terminal has wrapped
			s.row, s.col = c.row, 0
		}
		s.out.WriteString(c.s)
		s.col += c.width
	}
	if s.col >= s.cols {
		// The cursor hangs behind the last column: put it where the layout has it.
		s.out.WriteString("\r\n")
		s.row, s.col = s.row+1, 0
	}
	if s.old.row > s.row || s.old.row == s.row && s.old.col > s.col {
		s.out.WriteString("\x1b[J")
	}
}

// longer reports whether the old layout has anything in a row from col on.
func (s *screen) longer(row, col int) bool {
	for _, c := range s.old.cells {
		if c.row == row && c.col+c.width > col {
			return true
		}
	}
	return false
}

// reset forgets what is on the screen: the next layout is drawn from the
// cursor's place, which must be at the beginning of a line.
func (s *screen) reset() {
	s.old = layout{}
	s.row, s.col = 0, 0
}

// resize begins anew after a change of the window. Terminals reflow what is
// there, so the place of the cursor is found by laying it out again.
func (s *screen) resize(l layout, cols int) {
	s.cols = cols
	if l.curRow > 0 {
		s.csi(l.curRow, 'A')
	}
	s.out.WriteString("\r\x1b[J")
	s.reset()
	s.draw(l)
}

// take is the output that has come together.
func (s *screen) take() string {
	out := s.out.String()
	s.out.Reset()
	return out
}
