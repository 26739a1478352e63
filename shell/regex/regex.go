// Package regex finds regular expressions in texts of any length without holding
// the processor: it says how much it has worked as it goes.
//
// The language and its meaning are those of Go's package regexp, which it uses for
// short texts. That package cannot be interrupted, so a long text is searched by a
// machine of this one. What a shell or a command makes of its own syntax does not
// belong here.
package regex

import (
	"iter"
	"regexp"
	"regexp/syntax"
	"unicode/utf8"

	"github.com/bushel-wasm/bushel/shell/paced"
)

// Texts up to these lengths are left to package regexp: shortOne for one match,
// shortAll where all are wanted, since each may look at the whole rest.
const (
	shortOne = 4 << 10
	shortAll = 1 << 10
)

// unitsPerByte is what a byte costs that package regexp looks at.
const unitsPerByte = 16

// Regexp is a compiled expression. It may be used by one goroutine at a time.
type Regexp struct {
	expr    string
	std     *regexp.Regexp
	longest bool
	m       *machine // made for the first long text
}

// Compile compiles an expression in the syntax of package regexp. A match is the
// leftmost one that a search by backtracking would find first. The errors are
// that package's.
func Compile(expr string) (*Regexp, error) {
	std, err := regexp.Compile(expr)
	if err != nil {
		return nil, err
	}
	return &Regexp{expr: expr, std: std}, nil
}

// MustCompile is Compile for an expression that is known to be right.
func MustCompile(expr string) *Regexp {
	re, err := Compile(expr)
	if err != nil {
		panic(err)
	}
	return re
}

// Longest makes every later match the longest of the leftmost ones, as POSIX
// wants it.
func (re *Regexp) Longest() {
	re.std.Longest()
	re.longest = true
}

// NumSubexp is the number of groups.
func (re *Regexp) NumSubexp() int { return re.std.NumSubexp() }

// Match reports whether text has a match. If work says no, the result means nothing.
func (re *Regexp) Match(text []byte, work paced.Work) bool {
	if len(text) <= shortOne {
		ok := re.std.Match(text)
		work(unitsPerByte * len(text))
		return ok
	}
	return re.machine().find(string(text), 0, 0, work) != nil
}

// MatchString is Match for a string.
func (re *Regexp) MatchString(text string, work paced.Work) bool {
	if len(text) <= shortOne {
		ok := re.std.MatchString(text)
		work(unitsPerByte * len(text))
		return ok
	}
	return re.machine().find(text, 0, 0, work) != nil
}

// Find is where the first match and its groups begin and end in text, two numbers
// each, -1 for a group that took no part; it is nil if there is none, or if work
// said no.
func (re *Regexp) Find(text string, work paced.Work) []int {
	if len(text) <= shortOne {
		loc := re.std.FindStringSubmatchIndex(text)
		work(unitsPerByte * len(text))
		return loc
	}
	return re.machine().find(text, 0, 2+2*re.NumSubexp(), work)
}

// FindFrom is Find for the first match that does not begin before pos. What stands
// there is still looked at: pos is no beginning of the text.
func (re *Regexp) FindFrom(text string, pos int, work paced.Work) []int {
	return re.machine().find(text, pos, 2+2*re.NumSubexp(), work)
}

// All goes through the matches from the left that do not overlap, in the form of
// Find. An empty match beside the one before it is none. It ends early if work says
// no.
func (re *Regexp) All(text []byte, work paced.Work) iter.Seq[[]int] {
	if len(text) <= shortAll {
		return re.each(re.std.FindAllSubmatchIndex(text, -1), len(text), work)
	}
	return re.search(string(text), work)
}

// AllString is All for a string.
func (re *Regexp) AllString(text string, work paced.Work) iter.Seq[[]int] {
	if len(text) <= shortAll {
		return re.each(re.std.FindAllStringSubmatchIndex(text, -1), len(text), work)
	}
	return re.search(text, work)
}

func (re *Regexp) each(list [][]int, size int, work paced.Work) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		if !work(unitsPerByte * size) {
			return
		}
		for _, loc := range list {
			if !yield(loc) {
				return
			}
		}
	}
}

func (re *Regexp) search(text string, work paced.Work) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		m := re.machine()
		last := -1 // the end of the match before
		for pos := 0; pos <= len(text); {
			loc := m.find(text, pos, 2+2*re.NumSubexp(), work)
			if loc == nil {
				return
			}
			beside := loc[0] == last && loc[1] == last
			if last = loc[1]; last > pos {
				pos = last
			} else if pos == len(text) {
				pos++
			} else {
				_, size := utf8.DecodeRuneInString(text[pos:])
				pos += size
			}
			if !beside && !yield(loc) {
				return
			}
		}
	}
}

// machine is the machine that runs the expression.
func (re *Regexp) machine() *machine {
	if re.m == nil {
		tree, err := syntax.Parse(re.expr, syntax.Perl)
		if err != nil {
			panic("regex: what package regexp has compiled is not parsed: " + err.Error())
		}
		prog, err := syntax.Compile(tree.Simplify())
		if err != nil {
			panic("regex: what package regexp has compiled is not compiled: " + err.Error())
		}
		re.m = newMachine(prog)
	}
	re.m.longest = re.longest
	return re.m
}
