package main

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestParseFlags(t *testing.T) {
	here, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		args  []string
		shell bool
		want  options
		rest  []string
	}{
		{"nothing", nil, true, options{}, nil},
		{"program's own flags", []string{"x.wasm", "-c", "--dir"}, false, options{}, []string{"x.wasm", "-c", "--dir"}},
		{"engine", []string{"--engine", "interpreter", "x"}, false, options{interpreter: true}, []string{"x"}},
		{"engine with one dash", []string{"-engine=compiler", "x"}, false, options{}, []string{"x"}},
		{"env", []string{"--env", "A=b=c", "--env=D="}, false, options{env: []string{"A=b=c", "D="}}, []string{}},
		{"line", []string{"-c", "echo", "-x"}, true, options{line: "echo", hasLine: true}, []string{"-x"}},
		{"end of flags", []string{"--", "-c"}, true, options{}, []string{"-c"}},
		{"folder", []string{"--dir", "/a"}, false, options{dirs: []shared{{"/a", "/a", false}}}, []string{}},
		{"folder here", []string{"--dir", "."}, false, options{dirs: []shared{{here, here, false}}}, []string{}},
		{"folder elsewhere", []string{"--dir", "/a:b/../c"}, false, options{dirs: []shared{{"/a", "/c", false}}}, []string{}},
		{"folder to read", []string{"--dir", "/a:ro"}, false, options{dirs: []shared{{"/a", "/a", true}}}, []string{}},
		{"folder with all", []string{"--dir", "/a:/b:ro", "--dir=/c:/d:rw"}, false, options{dirs: []shared{{"/a", "/b", true}, {"/c", "/d", false}}}, []string{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			o, rest, err := parseFlags(test.args, test.shell)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(o, test.want) || strings.Join(rest, " ") != strings.Join(test.rest, " ") {
				t.Errorf("got %+v %q, want %+v %q", o, rest, test.want, test.rest)
			}
		})
	}
}

func TestWrongCommandLines(t *testing.T) {
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"unknown flag", []string{"--colour", "x"}, "there is no flag --colour"},
		{"unknown flag of run", []string{"run", "-c", "x"}, "there is no flag -c"},
		{"no file", []string{"run"}, "run needs a FILE.wasm"},
		{"no value", []string{"run", "--dir"}, "--dir needs a value"},
		{"no line", []string{"-c"}, "-c needs a value"},
		{"engine", []string{"run", "--engine", "steam", "x"}, `there is no engine "steam"`},
		{"variable", []string{"run", "--env", "novalue", "x"}, "--env novalue is not NAME=VALUE"},
		{"folder", []string{"run", "--dir", "a:b:c:d", "x"}, "--dir a:b:c:d is not HOST[:GUEST][:ro]"},
		{"no folder", []string{"run", "--dir", ":x", "x"}, "--dir :x is not HOST[:GUEST][:ro]"},
		{"flag of serve", []string{"serve", "--port", "1"}, "there is no flag --port"},
		{"folders of serve", []string{"serve", "a", "b"}, "serve takes one folder"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := finish(t, command(t, test.args...), "")
			if got.code != 2 || !strings.HasPrefix(got.err, "bushel: "+test.want) || strings.Count(got.err, "\n") != 1 || got.out != "" {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestHelpAndVersion(t *testing.T) {
	for _, args := range [][]string{{"help"}, {"--help"}, {"run", "--help"}, {"run", "-h"}, {"serve", "--help"}} {
		if got := finish(t, command(t, args...), ""); got.code != 0 || !strings.Contains(got.out, "bushel run") || got.err != "" {
			t.Errorf("%q: %+v", args, got)
		}
	}
	if got := finish(t, command(t, "--version"), ""); got.code != 0 || !strings.HasPrefix(got.out, "bushel ") {
		t.Errorf("version: %+v", got)
	}
}

func TestBelow(t *testing.T) {
	for _, test := range []struct {
		dir, top, rest string
		ok             bool
	}{
		{"/a/b", "/a", "b", true}, {"/a", "/a", "", true}, {"/ab", "/a", "", false}, {"/a/b/c", "/", "a/b/c", true},
	} {
		if rest, ok := below(test.dir, test.top); ok != test.ok || ok && rest != test.rest {
			t.Errorf("below(%q, %q) = %q, %v", test.dir, test.top, rest, ok)
		}
	}
}
