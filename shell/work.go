package shell

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// The shell computes on the kernel's own thread. Whatever goes through more than a
// piece of text, or turns in a loop, says so by work.

// textPiece is how much of a text is looked at in one go, in bytes.
const textPiece = 16 << 10

// stepUnits is the work that a command or a turn of a loop is.
const stepUnits = 512

// work says that n units of work were done, in the sense of kernel.Process.Work. It
// lets others run now and then and does not return if the process has been ended. It
// is false if what is being computed is not wanted any more, because of a Ctrl-C at the
// prompt or a signal of which the shell ends by its EXIT trap: then the caller stops, and
// the expansion at hand fails with errInterrupted.
func (sh *shell) work(n int) bool {
	if sh.p.Work(n) && len(sh.traps.caught) > 0 {
		sh.collect()
		sh.cut = sh.cut || slices.ContainsFunc(sh.traps.pending, func(sig sys.Signal) bool {
			_, trapped := sh.traps.commands[sig.Name()]
			return !trapped && (sh.interactive && sig == sys.SIGINT || sh.dies(sig))
		})
	}
	return !sh.cut
}

// pieces goes through s in pieces that end where a character ends.
func (sh *shell) pieces(s string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for len(s) > 0 {
			n := min(textPiece, len(s))
			for at := n; n < len(s) && at > n-utf8.UTFMax; at-- {
				if utf8.RuneStart(s[at]) {
					n = at
					break
				}
			}
			if !yield(s[:n]) || !sh.work(4*n) {
				return
			}
			s = s[n:]
		}
	}
}

// index is where sep begins in s, -1 if it does not.
func (sh *shell) index(s, sep string) int {
	for at := 0; ; at += textPiece {
		end := min(at+textPiece+len(sep), len(s))
		i := strings.Index(s[at:end], sep)
		if goesOn := sh.work((end - at) / 4); i >= 0 {
			return at + i
		} else if !goesOn || end == len(s) {
			return -1
		}
	}
}

// indexAny is where the first of chars stands in s, -1 if none does.
func (sh *shell) indexAny(s, chars string) int {
	at := 0
	for p := range sh.pieces(s) {
		if i := strings.IndexAny(p, chars); i >= 0 {
			return at + i
		}
		at += len(p)
	}
	return -1
}

// runeCount is how many characters s has.
func (sh *shell) runeCount(s string) int {
	n := 0
	for p := range sh.pieces(s) {
		n += utf8.RuneCountInString(p)
	}
	return n
}

// runeOffset is where the character after n others begins in s.
func (sh *shell) runeOffset(s string, n int) int {
	at := 0
	for p := range sh.pieces(s) {
		count := utf8.RuneCountInString(p)
		if count > n {
			for range n {
				_, size := utf8.DecodeRuneInString(s[at:])
				at += size
			}
			break
		}
		at, n = at+len(p), n-count
	}
	return at
}

// mapped is s with f, which changes each character by itself, on each piece.
func (sh *shell) mapped(s string, f func(string) string) string {
	if len(s) <= textPiece {
		sh.work(4 * len(s))
		return f(s)
	}
	var b strings.Builder
	for p := range sh.pieces(s) {
		b.WriteString(f(p))
	}
	return b.String()
}

// some reports whether is holds for a character of s.
func (sh *shell) some(s string, is func(r rune) bool) bool {
	for p := range sh.pieces(s) {
		if strings.IndexFunc(p, is) >= 0 {
			return true
		}
	}
	return false
}

// sortStrings is slices.Sort.
func (sh *shell) sortStrings(list []string) {
	slices.SortFunc(list, func(a, b string) int {
		sh.work(32)
		return strings.Compare(a, b)
	})
}

// paced is a reader that says what the parser of the shell's language does with what it
// is given.
type paced struct {
	sh *shell
	r  *strings.Reader
}

// parseUnits is what the parser does for a byte.
const parseUnits = 32

func (p paced) Read(b []byte) (int, error) {
	n, err := p.r.Read(b[:min(len(b), 1<<10)])
	p.sh.work(parseUnits * n)
	return n, err
}

// reader is text for the parser.
func (sh *shell) reader(text string) paced { return paced{sh, strings.NewReader(text)} }

// pacedWriter is a builder for a printer.
type pacedWriter struct {
	sh *shell
	strings.Builder
}

func (w *pacedWriter) Write(p []byte) (int, error) {
	w.sh.work(parseUnits * len(p))
	return w.Builder.Write(p)
}
