package commands

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// A command computes on the kernel's own thread, which nothing takes from it. So
// whatever goes through more than a piece of text without a system call says so by
// work, tick or one of the functions here, which do in pieces what packages bytes and
// strings do in one go.

// piece is how much of a text is looked at in one go.
const piece = 16 << 10

// work says that n units of work were done: bytes that were looked at. It lets others
// run now and then, and does not return if the process has been ended meanwhile.
func (c *cmd) work(n int) { c.p.Work(n) }

// tickUnits is what a tick counts: a line, a file, a turn of a loop.
const tickUnits = 512

// tick is work for a small piece of it.
func (c *cmd) tick() { c.p.Work(tickUnits) }

// search is work in the form of package regex.
func (c *cmd) search(n int) bool {
	c.p.Work(n)
	return true
}

// pieces goes through s in pieces that end where a character ends.
func (c *cmd) pieces(s string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for len(s) > 0 {
			n := min(piece, len(s))
			for cut := n; n < len(s) && cut > n-utf8.UTFMax; cut-- {
				if utf8.RuneStart(s[cut]) {
					n = cut
					break
				}
			}
			if !yield(s[:n]) {
				return
			}
			c.work(4 * n)
			s = s[n:]
		}
	}
}

// index is where sep begins in s, -1 if it does not.
func (c *cmd) index(s, sep string) int {
	for at := 0; ; at += piece {
		end := min(at+piece+len(sep), len(s))
		if i := strings.Index(s[at:end], sep); i >= 0 {
			c.work(i / 4)
			return at + i
		}
		c.work((end - at) / 4)
		if end == len(s) {
			return -1
		}
	}
}

// indexBytes is index for bytes.
func (c *cmd) indexBytes(s, sep []byte) int {
	for at := 0; ; at += piece {
		end := min(at+piece+len(sep), len(s))
		if i := bytes.Index(s[at:end], sep); i >= 0 {
			c.work(i / 4)
			return at + i
		}
		c.work((end - at) / 4)
		if end == len(s) {
			return -1
		}
	}
}

// lastIndex is where the last sep in p begins, -1 if there is none.
func (c *cmd) lastIndex(p, sep []byte) int {
	for end := len(p); ; end -= piece {
		from := max(end-piece-len(sep), 0)
		at := bytes.LastIndex(p[from:end], sep)
		c.work((end - from) / 4)
		if at >= 0 {
			return from + at
		}
		if from == 0 {
			return -1
		}
	}
}

// compare is bytes.Compare.
func (c *cmd) compare(a, b []byte) int {
	for len(a) > piece && len(b) > piece {
		if r := bytes.Compare(a[:piece], b[:piece]); r != 0 {
			return r
		}
		c.work(piece / 4)
		a, b = a[piece:], b[piece:]
	}
	c.work(min(len(a), len(b)) / 4)
	return bytes.Compare(a, b)
}

func (c *cmd) equal(a, b []byte) bool { return len(a) == len(b) && c.compare(a, b) == 0 }

// equalFold is bytes.EqualFold: piece by piece of as many characters.
func (c *cmd) equalFold(a, b []byte) bool {
	for len(a) > piece && len(b) > piece {
		i, j := 0, 0
		for range piece / utf8.UTFMax {
			_, n := utf8.DecodeRune(a[i:])
			_, m := utf8.DecodeRune(b[j:])
			i, j = i+n, j+m
		}
		if !bytes.EqualFold(a[:i], b[:j]) {
			return false
		}
		c.work(4 * i)
		a, b = a[i:], b[j:]
	}
	c.work(4 * min(len(a), len(b)))
	return bytes.EqualFold(a, b)
}

// runeCount is how many characters s has.
func (c *cmd) runeCount(s string) int {
	n := 0
	for p := range c.pieces(s) {
		n += utf8.RuneCountInString(p)
	}
	return n
}

// runeOffset is where the character after n others begins in s.
func (c *cmd) runeOffset(s string, n int) int {
	at := 0
	for p := range c.pieces(s) {
		count := utf8.RuneCountInString(p)
		if count > n {
			for range n {
				_, size := utf8.DecodeRuneInString(s[at:])
				at += size
			}
			return at
		}
		at, n = at+len(p), n-count
	}
	return at
}

// mapped is s with f, which changes each character by itself, on each piece.
func (c *cmd) mapped(s string, f func(string) string) string {
	if len(s) <= piece {
		c.work(4 * len(s))
		return f(s)
	}
	var b strings.Builder
	for p := range c.pieces(s) {
		b.WriteString(f(p))
	}
	return b.String()
}

// split appends the parts of s between separators, which are found as strings.Index
// does; an empty one stands between all characters.
func (c *cmd) split(to []string, s, sep string) []string {
	if sep == "" {
		for s != "" {
			_, n := utf8.DecodeRuneInString(s)
			to = append(to, s[:n])
			s = s[n:]
			c.work(8)
		}
		return to
	}
	for {
		at := c.index(s, sep)
		c.work(8)
		if at < 0 {
			return append(to, s)
		}
		to = append(to, s[:at])
		s = s[at+len(sep):]
	}
}

// fields appends the parts of s between runs of characters for which is holds.
func (c *cmd) fields(to []string, s string, is func(r rune) bool) []string {
	start, at := -1, 0
	for p := range c.pieces(s) {
		for i, r := range p {
			switch sep := is(r); {
			case sep && start >= 0:
				to = append(to, s[start:at+i])
				start = -1
			case !sep && start < 0:
				start = at + i
			}
		}
		at += len(p)
	}
	if start >= 0 {
		to = append(to, s[start:])
	}
	return to
}

// sortFunc is slices.SortStableFunc for an order that costs units of work.
func sortFunc[T any](c *cmd, list []T, units int, order func(a, b T) int) {
	slices.SortStableFunc(list, func(a, b T) int {
		c.work(units)
		return order(a, b)
	})
}

// bySteps is a writer that hands what it is given to another in steps, for writers
// that compute long over what they get.
type bySteps struct {
	c     *cmd
	w     io.Writer
	size  int // of a step, in bytes
	units int // of work that it is
}

func (s *bySteps) Write(p []byte) (int, error) {
	done := 0
	for done < len(p) {
		n, err := s.w.Write(p[done:min(done+s.size, len(p))])
		if done += n; err != nil {
			return done, err
		}
		s.c.work(s.units)
	}
	return done, nil
}
