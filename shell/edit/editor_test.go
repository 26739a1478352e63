package edit

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// keysOf writes keys as they come from a terminal: <up> and the like are
// sequences, ^X is a control key, <M-x> one with Alt.
var keysOf = strings.NewReplacer(
	"<up>", "\x1b[A", "<down>", "\x1b[B", "<right>", "\x1b[C", "<left>", "\x1b[D",
	"<home>", "\x1b[H", "<end>", "\x1b[F", "<del>", "\x1b[3~", "<bs>", "\x7f",
	"<C-left>", "\x1b[1;5D", "<C-right>", "\x1b[1;5C", "<M-b>", "\x1bb", "<M-f>", "\x1bf",
	"<M-d>", "\x1bd", "<M-bs>", "\x1b\x7f", "<M-u>", "\x1bu", "<M-c>", "\x1bc", "<M-.>", "\x1b.",
	"<tab>", "\t", "<cr>", "\r", "<paste>", "\x1b[200~", "</paste>", "\x1b[201~",
	"<home1>", "\x1b[1~", "<end4>", "\x1bOF", "<odd>", "\x1b[99;99u",
	"^A", "\x01", "^B", "\x02", "^C", "\x03", "^D", "\x04", "^E", "\x05", "^F", "\x06", "^G", "\x07",
	"^K", "\x0b", "^L", "\x0c", "^N", "\x0e", "^P", "\x10", "^R", "\x12", "^T", "\x14", "^U", "\x15",
	"^W", "\x17", "^Y", "\x19", "^Z", "\x1a",
)

// session feeds an editor with keys. At "<look>" the screen is remembered.
type session struct {
	vt     *vt
	e      *Editor
	in     string
	looked []string
	resize int // columns that the next "<resize>" brings
}

func newSession(t *testing.T, cols, rows int, keys string) *session {
	s := &session{vt: newVT(t, cols, rows), in: keysOf.Replace(keys)}
	s.e = New(Config{
		Read: func() (byte, error) {
			for {
				if rest, ok := strings.CutPrefix(s.in, "<look>"); ok {
					s.in = rest
					s.looked = append(s.looked, s.vt.text())
					continue
				}
				if rest, ok := strings.CutPrefix(s.in, "<resize>"); ok {
					s.in = rest
					s.vt.reflow(s.resize)
					return 0, ErrResize
				}
				break
			}
			if s.in == "" {
				return 0, io.EOF
			}
			c := s.in[0]
			s.in = s.in[1:]
			return c, nil
		},
		Write:   s.vt.write,
		Size:    func() (int, int) { return s.vt.cols, s.vt.rows },
		History: &History{},
		Complete: func(line string, cursor int) Completion {
			from := strings.LastIndexByte(line[:cursor], ' ') + 1
			var c Completion
			c.From = from
			for _, w := range []string{"alpha ", "alpine ", "beta ", "caf\u00e9 "} {
				if strings.HasPrefix(w, line[from:cursor]) {
					c.Words = append(c.Words, w)
				}
			}
			return c
		},
	})
	return s
}

// reflow does to the screen what xterm does when the window is made narrower or
// wider: it is enough here to lay out all text anew from the top.
func (v *vt) reflow(cols int) {
	var b strings.Builder
	at := 0
	for r := range v.cells {
		for c, s := range v.cells[r] {
			if r == v.row && c == v.col {
				at = b.Len()
			}
			b.WriteString(s)
		}
	}
	text := strings.TrimRight(b.String(), " ")
	if len(text) < at {
		text += strings.Repeat(" ", at-len(text))
	}
	v.cols, v.row, v.col, v.pending = cols, 0, 0, false
	for r := range v.cells {
		v.cells[r] = v.blank()
	}
	v.write(text[:at])
	row, col := v.row, v.col
	if v.pending {
		row, col = row+1, 0
	}
	v.write(text[at:])
	v.row, v.col, v.pending = row, col, false
}

func TestKeys(t *testing.T) {
	long := strings.Repeat("0123456789", 3)
	for _, tt := range []struct {
		name, keys, line string
		screen           string // at <look>
	}{
		{"typing", "ab c<look><cr>", "ab c", "$ ab c|"},
		{"empty line", "<look><cr>", "", "$ |"},
		{"insert in the middle", "ac<left>b<look><cr>", "abc", "$ ab|c"},
		{"ctrl B and F", "ac^Bb^Fd<cr>", "abcd", ""},
		{"home and end", "bc<home>a<end>d<look><cr>", "abcd", "$ abcd|"},
		{"other home and end", "bc<home1>a<end4>d<cr>", "abcd", ""},
		{"ctrl A and E", "bc^Aa^Ed<cr>", "abcd", ""},
		{"backspace", "abx<bs>c<look><cr>", "abc", "$ abc|"},
		{"backspace in the middle", "abxc<left><bs><look><cr>", "abc", "$ ab|c"},
		{"backspace at the start", "^A<bs>a<cr>", "a", ""},
		{"delete", "xabc<home><del><look><cr>", "abc", "$ |abc"},
		{"ctrl D deletes", "xab<home>^D<cr>", "ab", ""},
		{"ctrl K", "abcd<left><left>^K<look><cr>", "ab", "$ ab|"},
		{"ctrl U", "abcd<left><left>^U<look><cr>", "cd", "$ |cd"},
		{"ctrl W", "one two  three^W<look><cr>", "one two  ", "$ one two  |"},
		{"ctrl Y", "one two^W^A^Y<cr>", "twoone ", ""},
		{"cuts in a row", "a b c^W^W^Y^Y<cr>", "a b cb c", ""},
		{"ctrl K and Y", "abc^A^Kx^Y<cr>", "xabc", ""},
		{"alt B and F", "one two<M-b>x<M-f>y<cr>", "one xtwoy", ""},
		{"ctrl left and right", "one two<C-left><C-left>x<C-right>y<cr>", "xoney two", ""},
		{"alt D", "one two^A<M-d><cr>", " two", ""},
		{"alt backspace", "a/b/cde<M-bs><cr>", "a/b/", ""},
		{"ctrl T at the end", "abdc^T<cr>", "abcd", ""},
		{"ctrl T within", "bac<left><left>^T<cr>", "abc", ""},
		{"ctrl T with one", "a^T<cr>", "a", ""},
		{"alt U and C", "one two^A<M-u><M-c><cr>", "ONE Two", ""},
		{"ctrl L", "ab^L<look><cr>", "ab", "$ ab|"},
		{"ctrl Z is nothing", "a^Zb<cr>", "ab", ""},
		{"unknown keys are nothing", "a<odd>b<cr>", "ab", ""},
		{"wide characters", "\u6f22\u5b57<left>x<look><cr>", "\u6f22x\u5b57", "$ \u6f22x|\u5b57"},
		{"wide characters are deleted whole", "a\u6f22<bs>b<look><cr>", "ab", "$ ab|"},
		{"combining marks", "e\u0301x<left><left>y<look><cr>", "ye\u0301x", "$ y|e\u0301x"},
		{"combining marks are deleted with their letter", "ae\u0301<bs><look><cr>", "a", "$ a|"},
		{"emoji of several", "\U0001F468\u200D\U0001F469\u200D\U0001F467<bs>x<cr>", "x", ""},
		{"flags", "\U0001F1E9\U0001F1EA\U0001F1EB\U0001F1F7<bs><cr>", "\U0001F1E9\U0001F1EA", ""},
		{"longer than the window", long + "<look><cr>", long, "$ 012345678901234567\n890123456789|"},
		{"exactly the window", "012345678901234567<look><cr>", "012345678901234567", "$ 012345678901234567\n|"},
		{"one back from the edge", "012345678901234567<left><look><cr>", "012345678901234567", "$ 01234567890123456|7"},
		{"insert moves what is below", long + "^Axy<look><cr>", "xy" + long, "$ xy|0123456789012345\n67890123456789"},
		{"delete moves what is below", long + "^A<del><look><cr>", long[1:], "$ |123456789012345678\n90123456789"},
		{"cut over lines", long + "^A^K<look><cr>", "", "$ |"},
		{"wide character at the edge", "01234567890123456\u6f22<look><cr>", "01234567890123456\u6f22", "$ 01234567890123456\n\u6f22|"},
		{"paste", "a<paste>b\rc</paste>d<look><cr>", "ab\ncd", "$ ab\ncd|"},
		{"paste does not complete", "<paste>al\tx</paste><cr>", "al\tx", ""},
		{"control characters in a paste", "<paste>a\x01b</paste><look><cr>", "a\x01b", "$ a^Ab|"},
		{"up within a pasted text", "<paste>abc\nde</paste><up>X<look><cr>", "abXc\nde", "$ abX|c\nde"},
		{"down within a pasted text", "<paste>abc\nde\nf</paste><up><up><down>X<cr>", "abc\ndXe\nf", ""},
		{"complete", "be<tab><look><cr>", "beta ", "$ beta |"},
		{"complete in common", "al<tab><look><cr>", "alp", "$ alp|"},
		{"list of completions", "al<tab><tab><tab><look><cr>", "alp", "$ alp\nalpha    alpine\n$ alp|"},
		{"complete nothing", "zz<tab><cr>", "zz", ""},
		{"complete beyond ASCII", "c<tab><cr>", "caf\u00e9 ", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSession(t, 20, 6, tt.keys)
			line, err := s.e.ReadLine("$ ")
			if err != nil || line != tt.line {
				t.Errorf("line %q, %v; want %q", line, err, tt.line)
			}
			if tt.screen != "" && (len(s.looked) != 1 || s.looked[0] != tt.screen) {
				t.Errorf("screen %q, want %q", s.looked, tt.screen)
			}
			if s.vt.col != 0 || s.vt.pasting {
				t.Errorf("the cursor is left in column %d (pasting %v)", s.vt.col, s.vt.pasting)
			}
		})
	}
}

func TestHistoryKeys(t *testing.T) {
	for _, tt := range []struct {
		name, keys, line, screen string
	}{
		{"up", "<up><look><cr>", "third one", "$ third one|"},
		{"up twice", "<up><up><cr>", "second", ""},
		{"beyond the first", "<up><up><up><up><up><cr>", "first", ""},
		{"up and down keeps the new line", "new<up><down><look><cr>", "new", "$ new|"},
		{"ctrl P and N", "^P^P^N<cr>", "third one", ""},
		{"a changed line of the history", "<up>x<cr>", "third onex", ""},
		{"last word", "echo <M-.><cr>", "echo one", ""},
		{"search", "^Rsec<look><cr>", "second", "(reverse-i-search)`s\nec': |second"},
		{"search again", "^Rir^R<cr>", "first", ""},
		{"search and edit", "^Rsec^Ax<look><cr>", "xsecond", "$ x|second"},
		{"search in vain", "^Rzzz<look>^G<cr>", "", "(failed reverse-i-se\narch)`zzz': |"},
		{"search is given up", "ab^Rsec^Gc<cr>", "abc", ""},
		{"search with less", "^Rfix<bs><bs>i<cr>", "first", ""},
		{"search and up", "^Rsec<up><cr>", "first", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSession(t, 20, 6, tt.keys)
			for _, l := range []string{"first", "second", "third one"} {
				s.e.History.Add(l)
			}
			line, err := s.e.ReadLine("$ ")
			if err != nil || line != tt.line {
				t.Errorf("line %q, %v; want %q", line, err, tt.line)
			}
			if tt.screen != "" && (len(s.looked) != 1 || s.looked[0] != tt.screen) {
				t.Errorf("screen %q, want %q", s.looked, tt.screen)
			}
		})
	}
}

func TestEnds(t *testing.T) {
	for _, tt := range []struct {
		name, keys string
		err        error
		screen     string
	}{
		{"ctrl C", "ab^C", ErrInterrupt, "$ ab^C\n|"},
		{"ctrl C within a line", "ab<left>^C", ErrInterrupt, "$ ab^C\n|"},
		{"ctrl D", "^D", io.EOF, "$\n|"},
		{"end of input", "ab", io.EOF, "$ ab\n|"},
		{"end of input in a paste", "<paste>ab", io.EOF, "$\n|"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSession(t, 20, 6, tt.keys)
			if _, err := s.e.ReadLine("$ "); !errors.Is(err, tt.err) {
				t.Errorf("error %v, want %v", err, tt.err)
			}
			if got := s.vt.text(); got != tt.screen {
				t.Errorf("screen %q, want %q", got, tt.screen)
			}
		})
	}
}

func TestResize(t *testing.T) {
	long := strings.Repeat("0123456789", 3)
	for _, tt := range []struct {
		name, keys, screen string
		cols               int
	}{
		{"narrower", long + "<resize>x<look><cr>", "$ 01234567\n8901234567\n8901234567\n89x|", 10},
		{"wider", long + "<resize>x<look><cr>", "$ " + long + "x|", 40},
		{"with the cursor within", long + "^A<resize>x<look><cr>", "$ x|0123456\n7890123456\n7890123456\n789", 10},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSession(t, 20, 8, tt.keys)
			s.resize = tt.cols
			if _, err := s.e.ReadLine("$ "); err != nil {
				t.Fatal(err)
			}
			if s.looked[0] != tt.screen {
				t.Errorf("screen %q, want %q", s.looked[0], tt.screen)
			}
		})
	}
}

// TestOutputIsSmall: typing at the end of a line costs what is typed.
func TestOutputIsSmall(t *testing.T) {
	s := newSession(t, 80, 5, "abcdefghij<cr>")
	before := 0
	read := s.e.Config.Read
	s.e.keys.read = func() (byte, error) {
		if len(s.in) == 11 {
			before = s.vt.written
		}
		if len(s.in) == 1 {
			if n := s.vt.written - before; n != 10 {
				t.Errorf("10 characters took %d bytes of output", n)
			}
		}
		return read()
	}
	if _, err := s.e.ReadLine("\x1b[34m~\x1b[0m $ "); err != nil {
		t.Fatal(err)
	}
}

func TestPromptWithColours(t *testing.T) {
	s := newSession(t, 20, 5, "ab<left>x<look><cr>")
	if _, err := s.e.ReadLine("one\n\x1b[34m~\x1b[0m $ "); err != nil {
		t.Fatal(err)
	}
	if want := "one\n~ $ ax|b"; s.looked[0] != want {
		t.Errorf("screen %q, want %q", s.looked[0], want)
	}
}

func TestHistory(t *testing.T) {
	h := &History{}
	for _, l := range []string{"a", "b", " secret", "", "  ", "a", "two\nlines", `back\slash`} {
		h.Add(l)
	}
	want := []string{"b", "a", "two\nlines", `back\slash`}
	text := ""
	for i, l := range h.Lines() {
		if l != want[i] {
			t.Errorf("line %d is %q, want %q", i, l, want[i])
		}
		text += Encode(l)
	}
	again := &History{}
	again.Load(text)
	if got := strings.Join(again.Lines(), "|"); got != strings.Join(want, "|") {
		t.Errorf("after a file: %q", got)
	}
	for range MaxHistory + 10 {
		h.Add(strings.Repeat("x", len(h.Lines())%50+1) + string(rune('a'+len(h.Lines())%26)))
	}
	if len(h.Lines()) > MaxHistory {
		t.Errorf("%d lines are kept", len(h.Lines()))
	}
}

// FuzzEditor: any keys leave a line, and a cursor that is within it.
func FuzzEditor(f *testing.F) {
	for _, s := range []string{"abc\r", "\x1b[A\x1b[B\x12x\x12\r", "\x1b[200~a\nb\x1b[201~\t\t\r", "\u6f22\xff\x80e\u0301\x7f\r"} {
		f.Add(s, uint8(20))
	}
	f.Fuzz(func(t *testing.T, keys string, cols uint8) {
		in := strings.ReplaceAll(strings.ReplaceAll(keys, "<look>", ""), "<resize>", "")
		s := newSession(t, max(int(cols)%100, 2), 5, "")
		s.in = in
		s.e.Write = func(string) {}
		s.e.History.Add("one two")
		s.e.History.Add("three\nfour")
		_, _ = s.e.ReadLine("$ ")
		if s.e.cursor < 0 || s.e.cursor > len(s.e.line) {
			t.Fatalf("cursor %d in %q", s.e.cursor, s.e.line)
		}
	})
}

// TestHistory_Load: what is loaded is as if it had been added line by line.
func TestHistory_Load(t *testing.T) {
	var text strings.Builder
	var want History
	for i := range 3 * MaxHistory {
		line := fmt.Sprintf("line %d\nof \\two", i%(2*MaxHistory))
		text.WriteString(Encode(line))
		want.Add(line)
	}
	text.WriteString("\n a secret\n")
	var got History
	got.Load(text.String())
	if !slices.Equal(got.Lines(), want.Lines()) {
		t.Errorf("%d lines from %q, not %d from %q", len(got.Lines()), got.Lines()[0], len(want.Lines()), want.Lines()[0])
	}
}
