package shell

import (
	"errors"
	"strings"

	"mvdan.cc/sh/v3/pattern"

	"github.com/bushel-wasm/bushel/shell/paced"
	"github.com/bushel-wasm/bushel/shell/regex"
)

// matcher is a compiled shell pattern.
type matcher struct {
	work paced.Work
	re   *regex.Regexp
	// With one !(…) in the pattern, which regular expressions cannot say: what
	// comes before it, what it excludes, what comes after it.
	before, not, after *regex.Regexp
	literal            string // of a pattern without anything special
	plain              bool
	body               string // the regular expression, not anchored
	forms              [numForms]*regex.Regexp
}

// patterns remembers compiled patterns; a loop uses few of them many times.
type patterns struct {
	m    map[string]*matcher
	work paced.Work // told of what matching does
}

const (
	maxPatterns = 256
	// maxKept is how long a pattern may be to be remembered, and maxExpr how long to be
	// one at all, in bytes: a longer one stands for itself, like those that are wrong.
	maxKept = 4 << 10
	maxExpr = 32 << 10
)

// compile makes a matcher for the whole of a string. A pattern that is no
// pattern stands for itself.
func (c *patterns) compile(pat string, nocase bool) *matcher {
	key := pat
	if nocase {
		key += "\x00i"
	}
	if m := c.m[key]; m != nil {
		return m
	}
	if c.m == nil || len(c.m) >= maxPatterns {
		c.m = map[string]*matcher{}
	}
	m := newMatcher(pat, nocase, c.work)
	m.work = c.work
	if len(key) <= maxKept {
		c.m[key] = m
	}
	return m
}

func newMatcher(pat string, nocase bool, work paced.Work) *matcher {
	if !nocase && !special(pat, work) || len(pat) > maxExpr {
		return &matcher{plain: true, literal: unescape(pat, work)}
	}
	work(64 * len(pat))
	mode := pattern.EntireString | pattern.ExtendedOperators
	if nocase {
		mode |= pattern.NoGlobCase
	}
	expr, err := pattern.Regexp(pat, mode)
	if neg, ok := errors.AsType[*pattern.NegExtGlobError](err); ok && len(neg.Groups) == 1 {
		g := neg.Groups[0]
		m := &matcher{
			before: compileOne(pat[:g.Start], mode),
			not:    compileOne("@"+pat[g.Start+1:g.End], mode),
			after:  compileOne(pat[g.End:], mode),
		}
		if m.before != nil && m.not != nil && m.after != nil {
			return m
		}
	}
	if err == nil {
		body, err2 := pattern.Regexp(pat, mode&^pattern.EntireString)
		if re, err := regex.Compile(expr); err == nil && err2 == nil {
			return &matcher{re: re, body: body}
		}
	}
	return &matcher{plain: true, literal: unescape(pat, work)}
}

func compileOne(pat string, mode pattern.Mode) *regex.Regexp {
	expr, err := pattern.Regexp(pat, mode)
	if err != nil {
		return nil
	}
	re, err := regex.Compile(expr)
	if err != nil {
		return nil
	}
	return re
}

// special reports whether a pattern has anything but plain characters and such as are
// quoted.
func special(pat string, work paced.Work) bool {
	for i := 0; i < len(pat); i++ {
		work(2)
		switch pat[i] {
		case '*', '?', '[', '(':
			return true
		case '\\':
			i++
		}
	}
	return false
}

func unescape(s string, work paced.Work) string {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		work(2)
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b = append(b, s[i])
	}
	return string(b)
}

// match reports whether the pattern matches all of s.
func (m *matcher) match(s string) bool {
	switch {
	case m.plain:
		return m.literal == s
	case m.re != nil:
		return m.re.MatchString(s, m.work)
	}
	for i := 0; i <= len(s); i++ {
		if !m.before.MatchString(s[:i], m.work) {
			continue
		}
		for j := i; j <= len(s); j++ {
			if m.after.MatchString(s[j:], m.work) && !m.not.MatchString(s[i:j], m.work) {
				return true
			}
			if !m.work(16) {
				return false
			}
		}
	}
	return false
}

// prefix is the length of the shortest or longest prefix of s that matches, -1
// if there is none.
func (m *matcher) prefix(s string, longest bool) int {
	switch {
	case m.plain:
		if strings.HasPrefix(s, m.literal) {
			return len(m.literal)
		}
		return -1
	case m.re == nil:
		return m.scan(s, longest, func(i int) string { return s[:i] })
	}
	form := formShortPrefix
	if longest {
		form = formLongPrefix
	}
	loc := m.form(form).Find(s, m.work)
	if loc == nil {
		return -1
	}
	return loc[1]
}

// suffix is where the shortest or longest suffix of s that matches begins, -1
// if there is none.
func (m *matcher) suffix(s string, longest bool) int {
	switch {
	case m.plain:
		if strings.HasSuffix(s, m.literal) {
			return len(s) - len(m.literal)
		}
		return -1
	case m.re == nil:
		return m.scan(s, !longest, func(i int) string { return s[i:] })
	}
	form := formShortSuffix
	if longest {
		form = formLongSuffix
	}
	loc := m.form(form).Find(s, m.work)
	if loc == nil {
		return -1
	}
	return loc[2]
}

// scan tries every place of s, from the end if backward is set.
func (m *matcher) scan(s string, backward bool, part func(int) string) int {
	for k := range len(s) + 1 {
		i := k
		if backward {
			i = len(s) - k
		}
		if boundary(s, i) && m.match(part(i)) {
			return i
		}
		if !m.work(16) {
			break
		}
	}
	return -1
}

// boundary reports whether a character begins at s[i].
func boundary(s string, i int) bool {
	return i == len(s) || s[i]&0xc0 != 0x80
}

// find is the first and longest match in s, and its end.
func (m *matcher) find(s string) (from, to int) {
	switch {
	case m.plain:
		i := strings.Index(s, m.literal)
		m.work(max(i, 0) / 4)
		if i >= 0 && m.literal != "" {
			return i, i + len(m.literal)
		}
		return -1, -1
	case m.re == nil:
		for i := range s {
			if n := m.prefix(s[i:], true); n > 0 {
				return i, i + n
			}
			if !m.work(16) {
				break
			}
		}
		return -1, -1
	}
	loc := m.form(formFind).Find(s, m.work)
	if loc == nil {
		return -1, -1
	}
	return loc[0], loc[1]
}

// The regular expressions that one pattern is turned into, each when it is
// first needed.
const (
	formFind = iota
	formShortPrefix
	formLongPrefix
	formShortSuffix
	formLongSuffix
	numForms
)

func (m *matcher) form(n int) *regex.Regexp {
	if re := m.forms[n]; re != nil {
		return re
	}
	var expr string
	switch n {
	case formFind:
		expr = m.body
	case formShortPrefix:
		expr = `\A(?U:` + m.body + `)`
	case formLongPrefix:
		expr = `\A(?:` + m.body + `)`
	case formShortSuffix:
		expr = `(?s)\A.*(` + m.body + `)\z`
	case formLongSuffix:
		expr = `(` + m.body + `)\z`
	}
	re, err := regex.Compile(expr)
	if err != nil {
		re = regex.MustCompile(`[^\x00-\x{10FFFF}]`) // matches nothing
	}
	if n == formFind || n == formLongPrefix {
		re.Longest()
	}
	m.forms[n] = re
	return re
}
