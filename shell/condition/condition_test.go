package condition_test

import (
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/shell/condition"
)

// tree is files by their names.
type tree map[string]sys.Stat

func (f tree) Stat(name string) (sys.Stat, error) {
	if name == "link" {
		name = "file"
	}
	return f.Lstat(name)
}

func (f tree) Lstat(name string) (sys.Stat, error) {
	st, ok := f[name]
	if !ok {
		return sys.Stat{}, errno.ENOENT
	}
	return st, nil
}

func (f tree) IsTTY(fd int) bool { return fd == 0 }

func TestEval(t *testing.T) {
	test := condition.Test{
		Files: tree{
			"file":     {Type: sys.TypeRegular, Mode: 0o400, Size: 3, Mtime: 2, Ino: 1},
			"new":      {Type: sys.TypeRegular, Mode: 0o4755, Mtime: 3, Atime: 1, Ino: 2},
			"app.wasm": {Type: sys.TypeRegular, Mode: 0o644, Ino: 3},
			"dir":      {Type: sys.TypeDirectory, Mode: 0o755, Ino: 4},
			"link":     {Type: sys.TypeSymlink, Mode: 0o777, Ino: 5},
		},
		Ops: map[string]func(string) bool{"-v": func(s string) bool { return s == "set" }},
	}
	for _, tt := range []struct {
		expr string // words between blanks; _ is the empty one
		want bool
		err  string
	}{
		{"", false, ""},
		{"_", false, ""},
		{"a", true, ""},
		{"-f", true, ""},
		{"! a", false, ""},
		{"-n a", true, ""},
		{"-z _", true, ""},
		{"-f file", true, ""},
		{"-f link", true, ""},
		{"-L link", true, ""},
		{"-L file", false, ""},
		{"-d dir", true, ""},
		{"-e none", false, ""},
		{"-e _", false, ""},
		{"-s new", false, ""},
		{"-w file", false, ""},
		{"-x file", false, ""},
		{"-x new", true, ""},
		{"-x app.wasm", true, ""},
		{"-u new", true, ""},
		{"-N new", true, ""},
		{"-t 0", true, ""},
		{"-t 1", false, ""},
		{"-t x", false, ""},
		{"-v set", true, ""},
		{"-o set", false, "-o: unary operator expected"},
		{"= a", false, "=: unary operator expected"},
		{"a = a", true, ""},
		{"a < b", true, ""},
		{"! = !", true, ""},
		{"( = (", true, ""},
		{"( a )", true, ""},
		{"! -f file", false, ""},
		{"a -a _", false, ""},
		{"a -o _", true, ""},
		{"a b c", false, "b: binary operator expected"},
		{"new -nt file", true, ""},
		{"file -nt none", true, ""},
		{"none -ot file", true, ""},
		{"file -ef link", true, ""},
		{"3 -gt 2", true, ""},
		{"3 -gt x", false, "x: integer expression expected"},
		{"! ( a )", false, ""},
		{"! a = b", true, ""},
		{"( ! a )", false, ""},
		{"a = b -a c = d -o e = e", true, ""},
		{"a = a -a ( b = c -o _ )", false, ""},
		{"! ! a = a", true, ""},
		{"( a = a", false, "`)' expected"},
		{"a = a b", false, "too many arguments"},
		{"a = a -a", false, "argument expected"},
	} {
		t.Run(tt.expr, func(t *testing.T) {
			args := strings.Fields(tt.expr)
			for i, a := range args {
				if a == "_" {
					args[i] = ""
				}
			}
			got, err := test.Eval(args)
			switch {
			case tt.err != "":
				if err == nil || err.Error() != tt.err {
					t.Errorf("error %v, want %s", err, tt.err)
				}
			case err != nil || got != tt.want:
				t.Errorf("%v, %v", got, err)
			}
		})
	}
}
