package grant_test

import (
	"encoding/json"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/grant"
)

func TestDecide(t *testing.T) {
	for _, test := range []struct {
		name, rules     string
		service, target string
		says            string
		by              string
	}{
		{"no rule", `{}`, "http", "a.example", "", ""},
		{"everything", `{"*": "deny"}`, "time", "", "deny", "*"},
		{"a list allows", `["http"]`, "http", "a.example", "allow", "http"},
		{"another service", `["http"]`, "ws", "a.example", "", ""},
		{"a host", `{"*": "deny", "http:a.example": "allow"}`, "http", "A.Example.:8080", "allow", "http:a.example"},
		{"another host", `{"*": "deny", "http:a.example": "allow"}`, "http", "b.example", "deny", "*"},
		{"a host is narrower than all below", `{"http:*.example": "deny", "http:a.example": "allow"}`, "http", "a.example", "allow", "http:a.example"},
		{"all below", `{"http:*.example": "ask"}`, "http", "x.y.example:80", "ask", "http:*.example"},
		{"all below is not itself", `{"http:*.example": "ask"}`, "http", "example", "", ""},
		{"all below is no other host", `{"http:*.example": "ask"}`, "http", "badexample", "", ""},
		{"a port", `{"ws:a.example:443": "allow", "ws:a.example": "deny"}`, "ws", "a.example:443", "allow", "ws:a.example:443"},
		{"another port", `{"ws:a.example:443": "allow", "ws:a.example": "deny"}`, "ws", "a.example:80", "deny", "ws:a.example"},
		{"no port", `{"ws:a.example:443": "allow"}`, "ws", "a.example", "", ""},
		{"an address", `{"tcp:[::1]:80": "allow"}`, "tcp", "[::1]:80", "allow", "tcp:[::1]:80"},
		{"net", `{"net:a.example": "deny", "http": "allow"}`, "http", "a.example", "deny", "net:a.example"},
		{"net is wider than the service", `{"net:a.example": "deny", "http:a.example": "allow"}`, "http", "a.example", "allow", "http:a.example"},
		{"net is no other service", `{"net": "deny"}`, "process", "ls", "", ""},
		{"a path", `{"fs:/home": "allow"}`, "fs", "/home/user/x", "allow", "fs:/home"},
		{"a path itself", `{"fs:/home/": "allow"}`, "fs", "/home", "allow", "fs:/home"},
		{"a path beside", `{"fs:/home": "allow"}`, "fs", "/homes", "", ""},
		{"a path out of it", `{"fs:/home": "allow"}`, "fs", "/home/../etc", "", ""},
		{"a deeper path", `{"fs:/home": "allow", "fs:/home/secret": "deny"}`, "fs", "/home/secret/x", "deny", "fs:/home/secret"},
		{"the root", `{"fs:/": "allow"}`, "fs", "/x", "allow", "fs:/"},
		{"a program", `{"process:ls": "allow", "process": "deny"}`, "process", "ls", "allow", "process:ls"},
	} {
		t.Run(test.name, func(t *testing.T) {
			rules, err := grant.Parse([]byte(test.rules))
			if err != nil {
				t.Fatal(err)
			}
			got := rules.Decide(test.service, test.target)
			by := ""
			if got.Decision != 0 {
				by = got.Pattern.String()
			}
			if got.Decision.String() != test.says || by != test.by {
				t.Errorf("%s by %q, not %q by %q", got.Decision, by, test.says, test.by)
			}
		})
	}
}

func TestParseErrors(t *testing.T) {
	for _, test := range []struct{ name, text string }{
		{"no JSON", `{`}, {"a number", `1`}, {"no decision", `{"http": "perhaps"}`}, {"an empty decision", `{"http": ""}`},
		{"no service", `[":x"]`}, {"an empty pattern", `[""]`}, {"no target", `["http:"]`}, {"a blank", `["http:a b"]`},
		{"a star within", `["http:a.*.example"]`}, {"a star before a name", `["http:*example"]`}, {"a target of all", `["*:x"]`},
		{"capital letters", `["HTTP"]`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if r, err := grant.Parse([]byte(test.text)); err == nil {
				t.Errorf("%v is no error", r)
			}
		})
	}
}

func TestRulesChange(t *testing.T) {
	http := grant.Pattern{Service: "http", Target: "a.example"}
	var none grant.Rules
	one := none.Set(grant.Rule{Pattern: http, Decision: grant.Ask})
	two := one.Set(grant.Rule{Pattern: http, Decision: grant.Deny}).Set(grant.Rule{Pattern: grant.Pattern{Service: "fs", Target: "*"}, Decision: grant.Allow})
	if d := one.Decide("http", "a.example").Decision; d != grant.Ask {
		t.Errorf("the old rules have changed to %v", d)
	}
	text, err := json.Marshal(two)
	if want := `{"fs":"allow","http:a.example":"deny"}`; string(text) != want || err != nil {
		t.Errorf("%s, %v", text, err)
	}
	left, found := two.Forget(http)
	if _, again := left.Forget(http); !found || again || len(left) != 1 {
		t.Errorf("%v %v %v", left, found, again)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`{"http:*.a:1":"ask"}`, "http", "b.a:1")
	f.Add(`["fs:/a"]`, "fs", "/a/../b")
	f.Fuzz(func(t *testing.T, text, service, target string) {
		rules, err := grant.Parse([]byte(text))
		if err != nil {
			return
		}
		was := rules.Decide(service, target)
		again, err := json.Marshal(rules)
		if err != nil {
			t.Fatal(err)
		}
		back, err := grant.Parse(again)
		if err != nil {
			t.Fatalf("%s: %v", again, err)
		}
		if is := back.Decide(service, target); is != was {
			t.Errorf("%v, and %v when written and read", was, is)
		}
	})
}
