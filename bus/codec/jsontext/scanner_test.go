package jsontext_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/bus/codec/jsontext"
)

var texts = []string{
	``, ` `, `1`, `-0`, `01`, `-`, `1.`, `1.5e+7`, `1e`, `.5`, `1 2`, `true`, `tru`, `truefalse`, `null `, `nul`,
	`""`, `"a`, `"\u00e4\n"`, `"\u00g0"`, `"\x"`, `"\`, `"\u00`, "\"\\u\x10000\"", `"\uABcd"`, "\"\n\"", "\"\x7f\xff\"",
	`[]`, `[ ]`, `[,]`, `[1,]`, `[1 2]`, `[1, [2], {}]`, `[`, `]`, `[}`, `[1`, `[[[]]`,
	`{}`, `{ "a" : 1 , "b" : [ ] }`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{a:1}`, `{1:1}`, `{"a":1 "b":2}`, `{]`, `{"a":1]`, `[]]`, `{}{}`,
	strings.Repeat("[", 10000) + strings.Repeat("]", 10000), strings.Repeat("[", 10001) + strings.Repeat("]", 10001),
}

func FuzzValid(f *testing.F) {
	for _, text := range texts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got, want := jsontext.Valid([]byte(text), nil), json.Valid([]byte(text)); got != want {
			t.Errorf("%.300q: %v, want %v", text, got, want)
		}
	})
}

func TestScanner(t *testing.T) {
	s := jsontext.Scan([]byte(` {"a":[1,"x"],"b" : null} `), nil)
	var got strings.Builder
	for depth := s.Depth(); ; depth = s.Depth() {
		token := s.Next()
		got.WriteString(strings.Repeat(" ", depth))
		got.WriteByte(token.Kind)
		got.WriteString(string(token.Text) + "\n")
		if token.Kind == jsontext.End {
			break
		}
		if token.At != strings.Index(` {"a":[1,"x"],"b" : null} `, string(token.Text)) {
			t.Errorf("%s is at %d", token.Text, token.At)
		}
	}
	const want = "{{\n k\"a\"\n [[\n  01\n  \"\"x\"\n  ]]\n k\"b\"\n wnull\n }}\n\x00\n"
	if got.String() != want {
		t.Errorf("%q\nwant %q", got.String(), want)
	}
}

// TestScanner_works has long texts be gone through in small steps, and be left in the middle.
func TestScanner_works(t *testing.T) {
	const size = 1 << 20
	for name, text := range map[string]string{
		"a string": `"` + strings.Repeat("a", size) + `"`,
		"blanks":   strings.Repeat(" ", size) + "1",
		"a number": strings.Repeat("1", size),
		"a list":   "[" + strings.Repeat("1,", size/2) + "1]",
		"lists":    "[" + strings.Repeat("[],", size/3) + "1]",
	} {
		t.Run(name, func(t *testing.T) {
			units, most := 0, 0
			if !jsontext.Valid([]byte(text), func(n int) bool {
				units += n
				most = max(most, n)
				return true
			}) {
				t.Error("it is no JSON")
			}
			if units < size || most > 64<<10 {
				t.Errorf("%d units of work, in steps of at most %d", units, most)
			}
			steps := 0
			if jsontext.Valid([]byte(text), func(int) bool { steps++; return steps < 3 }) || steps != 3 {
				t.Errorf("it went on for %d steps", steps)
			}
		})
	}
}
