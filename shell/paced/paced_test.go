package paced_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bushel-wasm/bushel/shell/paced"
)

// all counts the units of work and never stops.
func all(units *int) paced.Work {
	return func(n int) bool {
		*units += n
		return true
	}
}

var texts = map[string]string{
	"empty":        "",
	"short":        "a bäc",
	"a piece":      strings.Repeat("x", paced.Piece),
	"long":         strings.Repeat("x", 3*paced.Piece) + "needle" + strings.Repeat("y", 10),
	"across a cut": strings.Repeat("x", paced.Piece-3) + "needle" + strings.Repeat("y", 2*paced.Piece),
	"wide":         strings.Repeat("€", paced.Piece) + "needle€",
	"no UTF-8":     strings.Repeat("\x80", 2*paced.Piece) + "\xff",
}

func TestAsInOneGo(t *testing.T) {
	for name, s := range texts {
		t.Run(name, func(t *testing.T) {
			var units int
			work := all(&units)
			pieces := slices.Collect(paced.Pieces(s, work))
			if strings.Join(pieces, "") != s {
				t.Error("the pieces are not the text")
			}
			for _, p := range pieces {
				if len(p) > paced.Piece {
					t.Errorf("a piece of %d bytes", len(p))
				}
				if utf8.ValidString(s) && !utf8.ValidString(p) {
					t.Error("a character is cut in two")
				}
			}
			if got := units; got < len(s) {
				t.Errorf("%d units for %d bytes", got, len(s))
			}
			for _, sep := range []string{"needle", "x", "y", "nobody", "€"} {
				want := strings.Index(s, sep)
				if got := paced.Index(s, sep, work); got != want {
					t.Errorf("Index of %q is %d, want %d", sep, got, want)
				}
				if got := paced.IndexBytes([]byte(s), []byte(sep), work); got != bytes.Index([]byte(s), []byte(sep)) {
					t.Errorf("IndexBytes of %q is %d, want %d", sep, got, want)
				}
			}
			if utf8.ValidString(s) {
				n := utf8.RuneCountInString(s)
				if got := paced.RuneCount(s, work); got != n {
					t.Errorf("RuneCount is %d, want %d", got, n)
				}
				for _, k := range []int{0, 1, n / 2, n, n + 1} {
					want := len(string([]rune(s)[:min(k, n)]))
					if got := paced.RuneOffset(s, k, work); got != want {
						t.Errorf("RuneOffset of %d is %d, want %d", k, got, want)
					}
				}
				if got := paced.Mapped(s, strings.ToUpper, work); got != strings.ToUpper(s) {
					t.Error("Mapped differs from ToUpper")
				}
			}
		})
	}
}

func TestStops(t *testing.T) {
	long := strings.Repeat("x", 8*paced.Piece) + "needle"
	stop := func(int) bool { return false }
	if got := paced.Index(long, "needle", stop); got != -1 {
		t.Errorf("Index went on to %d", got)
	}
	if got := paced.RuneCount(long, stop); got != paced.Piece {
		t.Errorf("RuneCount went on to %d", got)
	}
}
