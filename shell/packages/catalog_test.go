package packages_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/shell/packages"
)

const sum = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// one is a catalogue with one package, which has the fields of good but for those of change.
func one(t testing.TB, change map[string]any) []byte {
	p := map[string]any{"name": "jq", "version": "1", "url": "jq.wasm", "sha256": sum, "size": 5, "about": "selects", "grants": []string{"http:example.com"}}
	for k, v := range change {
		p[k] = v
	}
	text, err := json.Marshal(map[string]any{"packages": []any{p}})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestParse(t *testing.T) {
	for _, test := range []struct {
		name   string
		change map[string]any
		url    string // of the package
		err    string // a part of it
	}{
		{"good", nil, "https://a.test/site/jq.wasm", ""},
		{"an absolute URL", map[string]any{"url": "http://b.test/x"}, "http://b.test/x", ""},
		{"a field that nobody knows", map[string]any{"more": 1}, "https://a.test/site/jq.wasm", ""},
		{"no name", map[string]any{"name": ""}, "", `package 1: "" is no name for a package`},
		{"a name with a path", map[string]any{"name": "../../bin/sh"}, "", "is no name"},
		{"a name that is an option", map[string]any{"name": "-rf"}, "", "is no name"},
		{"a hidden name", map[string]any{"name": ".profile"}, "", "is no name"},
		{"a long name", map[string]any{"name": strings.Repeat("x", 65)}, "", "is no name"},
		{"a command with a path", map[string]any{"command": "a/b"}, "", "is no name"},
		{"escape sequences", map[string]any{"about": "\x1b]0;title\a"}, "", "jq has a text that cannot be printed in a line"},
		{"two lines", map[string]any{"version": "1\n2"}, "", "cannot be printed"},
		{"no grant", map[string]any{"grants": []string{"what ever"}}, "", "jq: "},
		{"no URL", map[string]any{"url": ""}, "", "jq has no URL of http or https"},
		{"a script for a URL", map[string]any{"url": "javascript:alert(1)"}, "", "no URL"},
		{"a file for a URL", map[string]any{"url": "file:///etc/passwd"}, "", "no URL"},
		{"no sum", map[string]any{"sha256": "abc"}, "", "jq has no SHA-256"},
		{"a sum in capitals", map[string]any{"sha256": strings.ToUpper(sum)}, "", "no SHA-256"},
		{"no size", map[string]any{"size": 0}, "", "jq has a size of 0 bytes"},
		{"a size below zero", map[string]any{"size": -1}, "", "a size of -1 bytes"},
		{"a size above all", map[string]any{"size": 1 << 40}, "", "a size of"},
		{"a size that is a text", map[string]any{"size": "5"}, "", "no list of packages in JSON"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := packages.Parse(one(t, test.change), "https://a.test/site/catalog.json")
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Fatalf("%v, want %q", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := c.Packages[0].URL; got != test.url {
				t.Errorf("the URL is %q, want %q", got, test.url)
			}
			if c.Packages[0].Grants == nil {
				t.Error("nothing is said of its grants, and so all are given")
			}
		})
	}
	twice := strings.Replace(string(one(t, nil)), `[{`, `[{"name":"jq","url":"x","size":1,"sha256":"`+sum+`"},{`, 1)
	if _, err := packages.Parse([]byte(twice), "https://a.test/"); err == nil || !strings.Contains(err.Error(), `two of the name "jq"`) {
		t.Errorf("two of one name: %v", err)
	}
	coming := strings.Replace(string(one(t, nil)), `{"packages"`, `{"building":["lua","../x"],"packages"`, 1)
	if _, err := packages.Parse([]byte(coming), "https://a.test/"); err == nil || err.Error() != `what is being built: "../x" is no name for a package` {
		t.Errorf("a path that is being built: %v", err)
	}
	c, err := packages.Parse([]byte(strings.Replace(coming, "../x", "x", 1)), "https://a.test/")
	if err != nil || !c.Builds("x") || !c.Builds("lua") || c.Builds("jq") {
		t.Errorf("what is being built: %+v, %v", c, err)
	}
	for _, text := range []string{"", "null", "<!DOCTYPE html>", "[1]", `{"packages": 1}`} {
		if c, err := packages.Parse([]byte(text), "https://a.test/"); err == nil && len(c.Packages) > 0 {
			t.Errorf("%q is a catalogue", text)
		}
	}
}

// FuzzParse has what is taken for a catalogue be safe to print and to write, and mean the same
// when it is read again.
func FuzzParse(f *testing.F) {
	f.Add(one(f, nil))
	f.Add(one(f, map[string]any{"command": "x", "url": "../x?y#z"}))
	f.Add([]byte(`{"packages":[{}]}`))
	f.Add([]byte(`{"packages":[],"building":["jq"]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := packages.Parse(text, "https://a.test/site/catalog.json")
		if err != nil {
			return
		}
		for _, p := range c.Packages {
			if packages.CheckName(p.Name) != nil || packages.CheckName(p.Runs()) != nil || strings.ContainsAny(p.Name+p.Runs(), "/\x00") {
				t.Errorf("the names %q and %q", p.Name, p.Runs())
			}
			if strings.ContainsAny(p.Title()+p.About+p.URL+p.License+p.Source, "\x1b\n\r") || !packages.IsSum(p.SHA256) || p.Size <= 0 || p.Grants == nil {
				t.Errorf("%+v", p)
			}
		}
		for _, name := range c.Building {
			if packages.CheckName(name) != nil {
				t.Errorf("%q is being built", name)
			}
		}
		again, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := packages.Parse(again, ""); err != nil {
			t.Errorf("it cannot be read again: %v", err)
		}
	})
}
