package shell

import (
	"slices"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/shell/paced"
)

// The shell computes on the kernel's own thread. Whatever goes through more than a
// piece of text, or turns in a loop, says so by work.

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

// indexAny is where the first of chars stands in s, -1 if none does.
func (sh *shell) indexAny(s, chars string) int {
	at := 0
	for p := range paced.Pieces(s, sh.work) {
		if i := strings.IndexAny(p, chars); i >= 0 {
			return at + i
		}
		at += len(p)
	}
	return -1
}

// some reports whether is holds for a character of s.
func (sh *shell) some(s string, is func(r rune) bool) bool {
	for p := range paced.Pieces(s, sh.work) {
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

// pacedReader is a reader that says what the parser of the shell's language does with what it
// is given.
type pacedReader struct {
	sh *shell
	r  *strings.Reader
}

// parseUnits is what the parser does for a byte.
const parseUnits = 32

func (p pacedReader) Read(b []byte) (int, error) {
	n, err := p.r.Read(b[:min(len(b), 1<<10)])
	p.sh.work(parseUnits * n)
	return n, err
}

// reader is text for the parser.
func (sh *shell) reader(text string) pacedReader { return pacedReader{sh, strings.NewReader(text)} }

// pacedWriter is a builder for a printer.
type pacedWriter struct {
	sh *shell
	strings.Builder
}

func (w *pacedWriter) Write(p []byte) (int, error) {
	w.sh.work(parseUnits * len(p))
	return w.Builder.Write(p)
}
