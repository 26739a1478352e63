package typescript_test

import (
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/bus/desc"
	"github.com/bushel-wasm/bushel/bus/desc/typescript"
)

// FuzzTypes reads descriptions of any kind, as packages may hand them out, and writes their types:
// no comment of them ends earlier than it should.
func FuzzTypes(f *testing.F) {
	f.Add([]byte(`{"services":[{"name":"greeter/1","doc":"a*/b\n*/","methods":[{"name":"Greet","params":[{"name":"who","type":"Person"},
		{"name":"heard","kind":"callback","callback":{"name":"heard","params":[{"name":"x","type":"string"}]}},{"name":"in","kind":"bytes","stream":1}],
		"results":[{"name":"text","type":"[]map[string]int"},{"name":"room","kind":"object","type":"Room"},{"name":"all","kind":"items","type":"Person"}]}],
		"objects":[{"name":"Room","methods":[{"name":"Say","deprecated":true,"doc":"Deprecated: x"}]}],
		"types":[{"name":"Person","kind":"struct","fields":[{"name":"a-b","type":"*Person","optional":true}]},{"name":"Mood","kind":"int","values":[{"name":"Good","value":1}]}]}]}`))
	f.Add([]byte(`{"services":[{"name":"","types":[{"name":"A","kind":"struct","fields":[{"name":"","type":""}]},{"name":"A","kind":"map["}]},{"methods":[{},{}]}]}`))
	f.Add([]byte(`{"services":[{"types":[{"name":"\n","kind":"[9999999999]","values":[{"name":"x","value":[{}]}]}]}]}`))
	f.Add([]byte(`{"services":[{"methods":[{"params":[{"kind":"callback"}]}]}]}`))
	nested := func(n int, open, close string) []byte {
		return []byte(`{"services":[{"methods":[{"params":[` + strings.Repeat(open, n) + strings.Repeat(close, n) + `]}]}]}`)
	}
	f.Add(nested(64, `{"kind":"callback","callback":{"results":[`, `]}}`))
	for _, h := range hostile {
		f.Add([]byte(h.text(3))) // a long one takes a minute to be made shorter
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := desc.Parse(data, func(int) bool { return true })
		if err != nil {
			return
		}
		text := typescript.Types(d)
		if len(text) > mostText {
			t.Fatalf("%d bytes become %d", len(data), len(text))
		}
		open := false
		for rest := text; ; open = !open {
			mark := "/**"
			if open {
				mark = "*/"
			}
			_, after, found := strings.Cut(rest, mark)
			if !found {
				break
			}
			rest = after
		}
		if open {
			t.Errorf("a comment does not end:\n%s", text)
		}
	})
}
