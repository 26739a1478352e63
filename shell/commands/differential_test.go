package commands_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// sameFiles are what every differential row finds in its directory.
var sameFiles = map[string]string{
	"a":          "one\ntwo\nthree\nfour\n",
	"b":          "two\nthree\nfive\n",
	"nonl":       "alpha\nbeta",
	"empty":      "",
	"nums":       "10\n9\n2\n33\n1\n2\n-5\n3.14\n",
	"csv":        "id,name,age\n1,Ann,30\n2,Bob,25\n3,Cid,35\n",
	"fields":     "z 1 x\n  y 2 w\nb  10 q\na 9 q\n",
	"text":       "The quick brown fox\njumps over the lazy dog\n\n\nThe end. foo_bar foo bar\n",
	"tabs":       "a\tb\tc\n\tindent\n",
	"utf8":       "h\xc3\xa9llo w\xc3\xb6rld\n\xe2\x82\xac 5\n",
	"bin":        "\x00\x01\x02abc\xff\xfe\n\x7f",
	"dir/x.txt":  "x file\n",
	"dir/y.go":   "package y\n",
	"dir/s/deep": "deep one\n",
	"sizes":      "1K\n2M\n500\n3G\n1.5K\n",
	"vers":       "v1.10\nv1.9\nv1.2.3\nv1.2\n",
	"dup":        "a\na\nB\nb\nb\nc\n",
	"long":       strings.Repeat("word ", 40) + "\n",
	"quotes":     "a 'b c' \"d e\" f\\ g\nh\n",
}

func sorted(text string) string {
	list := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == ' ' })
	slices.Sort(list)
	return strings.Join(list, "\n")
}

// TestSameAsSystem compares standard output and exit code with the tools of the
// machine that runs the test.
func TestSameAsSystem(t *testing.T) {
	for _, line := range strings.Split(strings.TrimSpace(sameRows), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		cmdline, stdin, _ := strings.Cut(line, " <<< ")
		stdin = strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\0`, "\x00").Replace(stdin)
		t.Run(cmdline, func(t *testing.T) {
			argv := words(cmdline)
			tool, err := exec.LookPath(argv[0])
			if err != nil {
				t.Skipf("there is no %s on this machine", argv[0])
			}
			dir := t.TempDir()
			w := newWorld(t)
			for name, data := range sameFiles {
				file := filepath.Join(dir, name)
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(data), 0o644); err != nil {
					t.Fatal(err)
				}
				w.write(name, data)
			}
			cmd := exec.Command(tool, argv[1:]...)
			cmd.Args[0] = argv[0]
			cmd.Dir = dir
			cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "TZ=UTC0", "USER=user", "HOME=/work"}
			in, err := os.CreateTemp(t.TempDir(), "stdin")
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			in.WriteString(stdin)
			in.Seek(0, 0)
			cmd.Stdin = in
			var out, errs bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &errs
			code := 0
			if err := cmd.Run(); err != nil {
				exit, ok := errors.AsType[*exec.ExitError](err)
				if !ok {
					t.Fatal(err)
				}
				code = exit.ExitCode()
			}
			got := w.run(argv, stdin)
			want := out.String()
			if argv[0] == "find" || argv[0] == "grep" && strings.HasPrefix(argv[1], "-r") {
				// The order of a directory is the file system's.
				got.out, want = sorted(got.out), sorted(want)
			}
			if got.out != want || got.code != code {
				t.Errorf("exit code %d, output:\n%s%s\nthe system's: %d\n%s%s", got.code, got.out, got.err, code, out.String(), errs.String())
			}
			for name := range sameFiles {
				want, werr := os.ReadFile(filepath.Join(dir, name))
				have, herr := w.fs.ReadFile(workDir + "/" + name)
				if (werr == nil) != (herr == nil) || string(want) != string(have) {
					t.Errorf("the file %s holds %q (%v), with the system's %q (%v)", name, have, herr, want, werr)
				}
			}
		})
	}
}
