package regex

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func goOn(int) bool { return true }

// places is what the machine finds, whatever the text's length.
func places(re *Regexp, text string) [][]int {
	var list [][]int
	for loc := range re.search(text, goOn) {
		list = append(list, loc)
	}
	return list
}

// checkSame compares the machine with package regexp.
func checkSame(t *testing.T, expr, text string, longest bool) {
	t.Helper()
	re, err := Compile(expr)
	if err != nil {
		return
	}
	std := regexp.MustCompile(expr)
	if longest {
		re.Longest()
		std.Longest()
	}
	want := std.FindAllStringSubmatchIndex(text, -1)
	got := places(re, text)
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("%q (longest %v) in %q:\ngot  %v\nwant %v", expr, longest, text, got, want)
	}
	if (re.machine().find(text, 0, 0, goOn) != nil) != std.MatchString(text) {
		t.Errorf("%q (longest %v) in %q: a match, or none, by mistake", expr, longest, text)
	}
}

func TestMachine_asRegexp(t *testing.T) {
	texts := []string{"", "a", "abc", "aaaa", "abab cd\nab\n", "foo.bar, foobar", "äöü aä\xffb", "xx-yy zz", "\n\n", "ab\nabc\n  abcd", strings.Repeat("ab ", 50)}
	exprs := []string{"", "a", "b*", "a|ab", "ab|a", "(a+)(b?)", "^a", "a$", "(?m)^ab$", `\bab\b`, `\B.`, "(?s).", ".", "[^a]+", "(a|ab)(c|bcd)(d*)",
		"foo.?bar", "x*", "(x*)*", "(?i)AB", "(|a)*", "(|a)+", "a{2,3}", `\Aab`, `b\z`, "(?U)a+", "ä|.", "(a*?)(b*)", "[a-c]*?d?", "(?:)|a", "foo", "foo|bar"}
	for _, text := range texts {
		for _, expr := range exprs {
			checkSame(t, expr, text, false)
			checkSame(t, expr, text, true)
		}
	}
}

func FuzzMachine_asRegexp(f *testing.F) {
	f.Add("(a|ab)(c|bcd)", "abcd abc", true)
	f.Add(`(?m)^\w*\b`, "one two\nthree", false)
	f.Fuzz(func(t *testing.T, expr, text string, longest bool) {
		if len(expr) > 40 || len(text) > 200 {
			t.Skip()
		}
		checkSame(t, expr, text, longest)
	})
}

func TestLongTexts(t *testing.T) {
	text := strings.Repeat("one two ", 100_000)
	for _, tt := range []struct {
		name, expr string
		count      int
	}{
		{"a prefix", "two", 100_000},
		{"a prefix that is not there", "three", 0},
		{"a class", "[a-z]+", 200_000},
		{"a group", "(o)(n)", 100_000},
		{"the beginning", "^one", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			re := MustCompile(tt.expr)
			units, count := 0, 0
			work := func(n int) bool { units += n; return true }
			for range re.AllString(text, work) {
				count++
			}
			if count != tt.count {
				t.Errorf("%d matches, not %d", count, tt.count)
			}
			if least := len(text) / 10; units < least && tt.expr != "^one" {
				t.Errorf("%d units of work told of for %d bytes", units, len(text))
			}
			if ok := re.MatchString(text, work); ok != (tt.count > 0) {
				t.Errorf("match %v", ok)
			}
		})
	}
}

func TestWork_saysNo(t *testing.T) {
	text := strings.Repeat("ab", 1<<20)
	re := MustCompile("(a|b)+c")
	calls := 0
	no := func(int) bool { calls++; return calls < 10 }
	if loc := re.Find(text, no); loc != nil {
		t.Errorf("found %v", loc)
	}
	if calls != 10 {
		t.Errorf("%d calls of work after it said no", calls-10)
	}
}
