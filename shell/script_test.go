package shell_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"context"
)

// The scripts of testdata/*.txt are run by our shell and, where there is one, by
// bash. Each file is a row of cases,
//
//	### name
//	script
//	=== exit code
//	what it prints
//
// and the part below === is bash's: go test -run TestScripts -update writes it.
var update = flag.Bool("update", false, "write what bash prints into testdata")

type scriptCase struct {
	name, script, out string
	code              int
}

func readCases(t testing.TB, file string) []scriptCase {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var list []scriptCase
	for _, part := range strings.Split("\n"+string(data), "\n### ")[1:] {
		name, body, _ := strings.Cut(part, "\n")
		c := scriptCase{name: name, code: -1}
		script, golden, ok := strings.Cut("\n"+body+"\n", "\n=== ")
		c.script = strings.Trim(script, "\n") + "\n"
		if ok {
			head, out, _ := strings.Cut(golden, "\n")
			if _, err := fmt.Sscanf(head, "%d", &c.code); err != nil {
				t.Fatalf("%s: %s: %v", file, name, err)
			}
			c.out = strings.TrimSuffix(out, "\n")
		}
		list = append(list, c)
	}
	return list
}

func writeCases(t *testing.T, file string, list []scriptCase) {
	t.Helper()
	var b strings.Builder
	for _, c := range list {
		fmt.Fprintf(&b, "### %s\n%s=== %d\n%s", c.name, c.script, c.code, c.out)
		if c.out != "" && !strings.HasSuffix(c.out, "\n") {
			b.WriteString("\n")
		}
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// normal is output as it is compared: a newline at the end is no difference,
// because the file of goldens cannot tell.
func normal(s string) string { return strings.TrimRight(s, "\n") }

// bash runs a script with the real thing in an empty directory.
func bash(t *testing.T, script string) (out string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	dir := filepath.Join(t.TempDir(), "w")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, "bash", "-c", script)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=/usr/bin:/bin", "HOME=/home/user", "LC_ALL=C", "TZ=UTC"}
	cmd.WaitDelay = time.Second
	data, err := cmd.Output()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited && !errors.Is(err, exec.ErrWaitDelay) {
		t.Fatal(err)
	}
	return string(data), cmd.ProcessState.ExitCode()
}

func scriptFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	return files
}

func needBash(t *testing.T) {
	t.Helper()
	out, err := exec.Command("bash", "-c", "echo $BASH_VERSION").Output()
	if err != nil || !bytes.HasPrefix(out, []byte("5.2")) {
		t.Skip("bash 5.2 is not installed")
	}
}

func TestScripts(t *testing.T) {
	for _, file := range scriptFiles(t) {
		list := readCases(t, file)
		if *update {
			needBash(t)
			for i := range list {
				list[i].out, list[i].code = bash(t, list[i].script)
			}
			writeCases(t, file, list)
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			for _, c := range list {
				t.Run(c.name, func(t *testing.T) {
					k := boot(t)
					if err := k.Init().Files().Mkdir("/tmp/w", 0o755); err != nil {
						t.Fatal(err)
					}
					got := run(t, k, "/tmp/w", "", "sh", "-c", c.script)
					if normal(got.out) != normal(c.out) || got.status.Code() != c.code {
						t.Errorf("%s\ngot  %d %q\nwant %d %q\nstderr %q", c.script, got.status.Code(), got.out, c.code, c.out, got.err)
					}
				})
			}
		})
	}
}

// TestGoldens checks that the goldens are what bash prints.
func TestGoldens(t *testing.T) {
	needBash(t)
	if testing.Short() {
		t.Skip("short")
	}
	for _, file := range scriptFiles(t) {
		for _, c := range readCases(t, file) {
			t.Run(c.name, func(t *testing.T) {
				out, code := bash(t, c.script)
				if normal(out) != normal(c.out) || code != c.code {
					t.Errorf("%s\nbash %d %q\nfile %d %q", c.script, code, out, c.code, c.out)
				}
			})
		}
	}
}
