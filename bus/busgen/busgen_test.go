package main

import (
	"bytes"
	"flag"
	"go/ast"
	"go/format"
	"go/parser"
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/bus/desc/typescript"
)

var update = flag.Bool("update", false, "write what is generated, instead of comparing it")

// generated are the files of this repository that busgen wrote: the golden files, which are
// compiled and called by other tests.
var generated = []struct {
	dir, ts string
}{
	{"internal/kinds", "testdata/kinds.ts"},
	{"../../examples/go/greeter/greeting", "../../examples/go/greeter/greeting/greeting.ts"},
	{"../../examples/go/chat/room", "../../examples/go/chat/room/room.ts"},
}

func TestGenerated_isUpToDate(t *testing.T) {
	for _, g := range generated {
		t.Run(g.dir, func(t *testing.T) {
			code, err := generate(newLoader(), g.dir, DefaultFile)
			if err != nil {
				t.Fatal(err)
			}
			again, err := generate(newLoader(), g.dir, DefaultFile)
			if err != nil || !bytes.Equal(code, again) {
				t.Errorf("a second run gives something else: %v", err)
			}
			if tidy, err := format.Source(code); err != nil || !bytes.Equal(tidy, code) {
				t.Errorf("it is not formatted: %v", err)
			}
			golden(t, filepath.Join(g.dir, DefaultFile), code)
			d, err := description(g.dir, nil)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, g.ts, []byte(typescript.Types(d)))
		})
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, got, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what is generated now: run go generate ./bus/... ./examples/..., and go test ./bus/busgen -update", name)
	}
}

// TestGenerated_namesTheLibrarysVersion has the compiler refuse what was generated for
// another version of the library.
func TestGenerated_namesTheLibrarysVersion(t *testing.T) {
	l := newLoader()
	dir := "../../examples/go/greeter/greeting"
	check := func(version string) (errs []string) {
		code, err := generate(l, dir, DefaultFile)
		if err != nil {
			t.Fatal(err)
		}
		code = bytes.Replace(code, []byte("typed.Generated2"), []byte("typed."+version), 1)
		p, err := l.load(dir, DefaultFile)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(l.fset, "other.go", code, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.find(dir, []string{busPath, typedPath}); err != nil {
			t.Fatal(err)
		}
		conf := types.Config{Importer: l.imports, Error: func(err error) { errs = append(errs, err.Error()) }}
		conf.Check("greeting", l.fset, append([]*ast.File{file}, p.files...), nil)
		return errs
	}
	if errs := check("Generated2"); len(errs) > 0 {
		t.Errorf("this version: %v", errs)
	}
	if errs := check("Generated1"); len(errs) != 1 || !strings.Contains(errs[0], "undefined: typed.Generated1") {
		t.Errorf("another version: %v", errs)
	}
}

func TestRun(t *testing.T) {
	dir := t.TempDir()
	source := "package p\n\nimport \"context\"\n\n//bus:service t/1\ntype S interface {\n\tA(ctx context.Context) error\n}\n\nvar _ = RegisterS // which is generated\n"
	if err := os.WriteFile(filepath.Join(dir, "p.go"), []byte(source), 0o666); err != nil {
		t.Fatal(err)
	}
	described := filepath.Join(dir, "d.json")
	if err := os.WriteFile(described, []byte(`{"services":[{"name":"t/1","methods":[{"name":"A"}]}]}`), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		args  []string
		stdin string
		out   string // is in standard output
		fails string
		file  string // is written
	}{
		{"a package", []string{dir}, "", "", "", filepath.Join(dir, DefaultFile)},
		{"again", []string{"-o", filepath.Join(dir, DefaultFile), dir}, "", "", "", filepath.Join(dir, DefaultFile)},
		{"types of a package", []string{"-ts", dir}, "", `"t/1.A"`, "", ""},
		{"types of a description", []string{"-ts", described}, "", `"t/1.A"`, "", ""},
		{"types into a file", []string{"-ts", "-o", filepath.Join(dir, "t.ts"), "-"}, `{"services":[]}`, "", "", filepath.Join(dir, "t.ts")},
		{"no description", []string{"-ts", "-"}, "nothing", "", "read a description", ""},
		{"no folder", []string{filepath.Join(dir, "none")}, "", "", "none", ""},
		{"two folders", []string{dir, dir}, "", "", "one folder at a time", ""},
		{"no such flag", []string{"-x"}, "", "", "-x", ""},
		{"no Go", []string{t.TempDir()}, "", "", "there are no Go files in", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			err := run(test.args, strings.NewReader(test.stdin), &out, &errs)
			switch {
			case test.fails == "" && err != nil, test.fails != "" && (err == nil || !strings.Contains(err.Error(), test.fails)):
				t.Errorf("%v, want %q", err, test.fails)
			case !strings.Contains(out.String(), test.out):
				t.Errorf("it prints %q", out.String())
			}
			if test.file != "" {
				if _, err := os.Stat(test.file); err != nil {
					t.Error(err)
				}
			}
		})
	}
}
