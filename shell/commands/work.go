package commands

import (
	"bytes"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/bushel-wasm/bushel/shell/paced"
)

// A command computes on the kernel's own thread, which nothing takes from it. So
// whatever goes through more than a paced.Piece of text without a system call says so by
// work, tick or one of the functions here, which do in pieces what packages bytes and
// strings do in one go.

// work says that n units of work were done: bytes that were looked at. It lets others
// run now and then, and does not return if the process has been ended meanwhile. It is
// true always.
func (c *cmd) work(n int) bool {
	c.p.Work(n)
	return true
}

// tickUnits is what a tick counts: a line, a file, a turn of a loop.
const tickUnits = 512

// tick is work for a small paced.Piece of it.
func (c *cmd) tick() { c.p.Work(tickUnits) }

// lastIndex is where the last sep in p begins, -1 if there is none.
func (c *cmd) lastIndex(p, sep []byte) int {
	for end := len(p); ; end -= paced.Piece {
		from := max(end-paced.Piece-len(sep), 0)
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
	for len(a) > paced.Piece && len(b) > paced.Piece {
		if r := bytes.Compare(a[:paced.Piece], b[:paced.Piece]); r != 0 {
			return r
		}
		c.work(paced.Piece / 4)
		a, b = a[paced.Piece:], b[paced.Piece:]
	}
	c.work(min(len(a), len(b)) / 4)
	return bytes.Compare(a, b)
}

func (c *cmd) equal(a, b []byte) bool { return len(a) == len(b) && c.compare(a, b) == 0 }

// equalFold is bytes.EqualFold: piece by paced.Piece of as many characters.
func (c *cmd) equalFold(a, b []byte) bool {
	for len(a) > paced.Piece && len(b) > paced.Piece {
		i, j := 0, 0
		for range paced.Piece / utf8.UTFMax {
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
		at := paced.Index(s, sep, c.work)
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
	for p := range paced.Pieces(s, c.work) {
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
