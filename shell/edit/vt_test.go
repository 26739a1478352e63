package edit

import (
	"strings"
	"testing"

	"github.com/rivo/uniseg"
)

// vt is a small model of xterm: what the editor writes is drawn into a screen
// whose text and cursor can be looked at.
type vt struct {
	t          *testing.T
	cols, rows int
	cells      [][]string // "" is the right half of a wide character, " " is blank
	row, col   int
	pending    bool // the last column has been written, the next character wraps
	bells      int
	written    int // bytes
	pasting    bool
}

func newVT(t *testing.T, cols, rows int) *vt {
	v := &vt{t: t, cols: cols, rows: rows}
	for range rows {
		v.cells = append(v.cells, v.blank())
	}
	return v
}

func (v *vt) blank() []string {
	line := make([]string, v.cols)
	for i := range line {
		line[i] = " "
	}
	return line
}

func (v *vt) down() {
	if v.row++; v.row == v.rows {
		v.cells = append(v.cells[1:], v.blank())
		v.row--
	}
}

func (v *vt) write(s string) {
	v.written += len(s)
	for s != "" {
		switch c := s[0]; {
		case c == 27:
			s = s[v.sequence(s):]
			continue
		case c == '\r':
			v.col, v.pending = 0, false
		case c == '\n':
			v.down()
			v.pending = false
		case c == '\b':
			v.col, v.pending = max(v.col-1, 0), false
		case c == 7:
			v.bells++
		case c < ' ':
			v.t.Errorf("control character %#x on the screen", c)
		default:
			cluster, rest, width, _ := uniseg.FirstGraphemeClusterInString(s, -1)
			v.put(cluster, width)
			s = rest
			continue
		}
		s = s[1:]
	}
}

func (v *vt) put(cluster string, width int) {
	if width == 0 {
		if v.col > 0 {
			v.cells[v.row][v.col-1] += cluster
		}
		return
	}
	if v.pending || v.col+width > v.cols {
		v.col, v.pending = 0, false
		v.down()
	}
	v.cells[v.row][v.col] = cluster
	for i := 1; i < width; i++ {
		v.cells[v.row][v.col+i] = ""
	}
	if v.col += width; v.col >= v.cols {
		v.col, v.pending = v.cols-1, true
	}
}

func (v *vt) sequence(s string) int {
	n := sequenceLen(s)
	if n < 3 || s[1] != '[' {
		v.t.Errorf("unknown sequence %q", s[:min(len(s), 8)])
		return max(n, 1)
	}
	params, final := s[2:n-1], s[n-1]
	count := 1
	if params != "" && strings.Trim(params, "0123456789") == "" {
		count = 0
		for _, d := range params {
			count = count*10 + int(d-'0')
		}
	}
	switch final {
	case 'A':
		v.row = max(v.row-count, 0)
	case 'B':
		v.row = min(v.row+count, v.rows-1)
	case 'C':
		v.col = min(v.col+count, v.cols-1)
	case 'D':
		v.col = max(v.col-count, 0)
	case 'H':
		v.row, v.col = 0, 0
	case 'K':
		v.clear(v.row, v.col, v.cols)
	case 'J':
		if params != "2" {
			v.clear(v.row, v.col, v.cols)
			for r := v.row + 1; r < v.rows; r++ {
				v.clear(r, 0, v.cols)
			}
			break
		}
		for r := range v.rows {
			v.clear(r, 0, v.cols)
		}
	case 'm':
	case 'h', 'l':
		if params == "?2004" {
			v.pasting = final == 'h'
		}
	default:
		v.t.Errorf("unknown sequence %q", s[:n])
	}
	v.pending = false
	return n
}

func (v *vt) clear(row, from, to int) {
	for c := from; c < to; c++ {
		v.cells[row][c] = " "
	}
}

// text is the screen without blanks at the ends of lines and below, with | at
// the cursor.
func (v *vt) text() string {
	var lines []string
	for r := range v.cells {
		var b strings.Builder
		for c, s := range v.cells[r] {
			if r == v.row && c == v.col {
				b.WriteByte('|')
			}
			b.WriteString(s)
		}
		lines = append(lines, strings.TrimRight(b.String(), " "))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}
