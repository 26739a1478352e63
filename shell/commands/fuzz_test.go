package commands

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/shell/cformat"
)

func FuzzSed(f *testing.F) {
	for _, s := range []string{"s/a/b/g", "1,3d", "/x/!{p;n}", "y/ab/cd/", "a\\\ntext", "s/[/]/&\\1/2w f", "0,/a/c x", ":a;ta"} {
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, s string, extended bool) {
		p := sedParser{s: s}
		if extended {
			p.syntax = extendedRE
		}
		if prog, err := p.parse(); err == nil && p.i != len(s) && len(prog) == 0 {
			t.Errorf("%q was read to %d only", s, p.i)
		}
	})
}

func FuzzNumberPrefix(f *testing.F) {
	for _, s := range []string{"", "-", "12", "-1.5e3", "1e", ".5", "+.", "0x10"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n := numberPrefix(s, true); n > 0 {
			if _, err := strconv.ParseFloat(s[:n], 64); err != nil && !errors.Is(err, strconv.ErrRange) {
				t.Errorf("%q of %q: %v", s[:n], s, err)
			}
		}
	})
}

func FuzzTr(f *testing.F) {
	for _, s := range []string{"a-z", "[:alpha:]", "[a*3]b", "[=a=]", "\\141-\\172", "[", "a-", "[:", "[a*"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		parseTrSet(s, 0)
		parseTrSet(s, 256)
	})
}

func FuzzDate(f *testing.F) {
	for _, s := range []string{"@1.5", "2024-01-02 +3 days", "next friday", "yesterday", "10:20", "1 week ago", "+ 1 day"} {
		f.Add(s)
	}
	now := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := parseDate(s, now); err == nil {
			cformat.Time("%c %s "+s, d)
		}
	})
}

func FuzzRE(f *testing.F) {
	for _, s := range []string{`a\{1,3\}*`, "a**", "(a|b)+?", "[]a]", "[^]]", "[[:alpha:]-z]", `\(a\)\|`, "a{,3}", `\x`, "é*+"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, syntax := range []reSyntax{basicRE, extendedRE, awkRE} {
			compileRE(s, syntax, "")
		}
	})
}

func FuzzAwk(f *testing.F) {
	for _, s := range []string{"{print $1}", "BEGIN{x=1;x/=2}", "/a/,/b/", "function f(a){return a}", "{getline x < \"f\"}", "a[1,2]++"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		defer func() {
			if r := recover(); r != nil {
				if _, ok := r.(awkError); !ok {
					panic(r)
				}
			}
		}()
		lex := &awkLexer{s: s, line: 1}
		for lex.next().kind != awkEOF {
		}
	})
}
