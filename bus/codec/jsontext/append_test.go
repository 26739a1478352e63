package jsontext_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bushel-wasm/bushel/bus/codec/jsontext"
)

// FuzzString has texts be strings of JSON that encoding/json reads, and back.
func FuzzString(f *testing.F) {
	for _, text := range []string{"", "a\"b\\c/\n\r\t\b\f\x00\x1f\x7f", "ä€😀\u2028", "\xff\xc3", strings.Repeat("ä", 10_000)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		quoted := jsontext.AppendString(nil, []byte(text), nil)
		var read string
		if err := json.Unmarshal(quoted, &read); err != nil || utf8.ValidString(text) && read != text {
			t.Errorf("%q is read as %q, %v", quoted, read, err)
		}
		if got := string(jsontext.AppendUnquoted(nil, quoted, nil)); got != read {
			t.Errorf("%q means %q, want %q", quoted, got, read)
		}
	})
}

// FuzzUnquoted reads strings as encoding/json does.
func FuzzUnquoted(f *testing.F) {
	for _, text := range []string{`""`, `"\u00e4\ud83d\ude00\ud83dx\ude00\ud83d"`, `"\"\\\/\b\f\n\r\t"`, "\"\xff\"", `"\ud83d\u0041"`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		token := jsontext.Scan([]byte(text), nil).Next()
		if token.Kind != jsontext.String {
			return
		}
		var want string
		if err := json.Unmarshal(token.Text, &want); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if got := string(jsontext.AppendUnquoted(nil, token.Text, nil)); got != want {
			t.Errorf("%q means %q, want %q", text, got, want)
		}
	})
}

func TestAppend_works(t *testing.T) {
	const size = 1 << 20
	text := bytes.Repeat([]byte("ä"), size/2)
	for name, fn := range map[string]func([]byte, jsontext.Work) []byte{
		"a string": func(b []byte, work jsontext.Work) []byte { return jsontext.AppendString(nil, b, work) },
		"bytes":    func(b []byte, work jsontext.Work) []byte { return jsontext.AppendBytes(nil, b, work) },
		"unquoted": func(b []byte, work jsontext.Work) []byte {
			return jsontext.AppendUnquoted(nil, append(append([]byte{'"'}, b...), '"'), work)
		},
	} {
		t.Run(name, func(t *testing.T) {
			units, most := 0, 0
			got := fn(text, func(n int) bool { units += n; most = max(most, n); return true })
			if len(got) < size || units < size-4096 || most > 64<<10 {
				t.Errorf("%d bytes, %d units of work, in steps of at most %d", len(got), units, most)
			}
		})
	}
	got := jsontext.AppendBytes(nil, text[:9001], nil)
	if want, _ := json.Marshal(text[:9001]); !bytes.Equal(got, want) {
		t.Errorf("bytes are %s", got)
	}
}
