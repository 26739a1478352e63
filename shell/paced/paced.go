// Package paced goes through texts of any length without holding the processor: it does
// in pieces what packages strings and bytes do in one go, and says how much it has
// worked as it goes. Regular expressions are package regex's.
package paced

import (
	"iter"
	"strings"
	"unicode/utf8"
	"unsafe"
)

// Work is told how many units of work were done, in the sense of the kernel's
// Process.Work, and says whether to go on. It may wait, and it need not return.
type Work func(n int) bool

// Piece is how much of a text is looked at in one go, in bytes.
const Piece = 16 << 10

// Pieces goes through s in pieces that end where a character ends. It ends early if
// work says so.
func Pieces(s string, work Work) iter.Seq[string] {
	return func(yield func(string) bool) {
		for len(s) > 0 {
			n := min(Piece, len(s))
			for at := n; n < len(s) && at > n-utf8.UTFMax; at-- {
				if utf8.RuneStart(s[at]) {
					n = at
					break
				}
			}
			if !yield(s[:n]) || !work(4*n) {
				return
			}
			s = s[n:]
		}
	}
}

// Index is where sep begins in s, -1 if it does not, or if work said to stop before.
func Index(s, sep string, work Work) int {
	for at := 0; ; at += Piece {
		end := min(at+Piece+len(sep), len(s))
		if i := strings.Index(s[at:end], sep); i >= 0 {
			work(i / 4)
			return at + i
		}
		if !work((end-at)/4) || end == len(s) {
			return -1
		}
	}
}

// IndexBytes is Index for bytes, which work must not change.
func IndexBytes(s, sep []byte, work Work) int {
	return Index(unsafe.String(unsafe.SliceData(s), len(s)), unsafe.String(unsafe.SliceData(sep), len(sep)), work)
}

// RuneCount is how many characters s has.
func RuneCount(s string, work Work) int {
	n := 0
	for p := range Pieces(s, work) {
		n += utf8.RuneCountInString(p)
	}
	return n
}

// RuneOffset is where the character after n others begins in s, at most its length.
func RuneOffset(s string, n int, work Work) int {
	at := 0
	for p := range Pieces(s, work) {
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

// Mapped is s with f, which changes each character by itself, on each piece.
func Mapped(s string, f func(string) string, work Work) string {
	if len(s) <= Piece {
		work(4 * len(s))
		return f(s)
	}
	var b strings.Builder
	for p := range Pieces(s, work) {
		b.WriteString(f(p))
	}
	return b.String()
}
