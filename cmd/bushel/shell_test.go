package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/internal/guests"
)

// folder is a folder of the host with guests in it, under short names.
func folder(t *testing.T, names map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for file, guest := range names {
		data, err := os.ReadFile(guests.Need(t, guest))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, file), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestShell_line(t *testing.T) {
	dir := folder(t, map[string]string{
		"hello.wasm": "hello-c", "cat.wasm": "cat-c", "status.wasm": "status-c", "trap.wasm": "trap-c",
		"flood.wasm": "flood-c", "about.wasm": "about-c", "spin.wasm": "spin-c", "tour.wasm": "tour-go",
	})
	if err := os.WriteFile(filepath.Join(dir, "text"), []byte("one\ntwo\nthree\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		args []string
		in   string
		out  string
		err  string // a part of it
		code int
	}{
		{"echo", []string{"-c", "echo hello"}, "", "hello\n", "", 0},
		{"arguments", []string{"-c", `echo "$0" "$1" $#`, "name", "a b", "c"}, "", "name a b 2\n", "", 0},
		{"exit code", []string{"-c", "exit 5"}, "", "", "", 5},
		{"a policy", []string{"--policy", `{"tcp": "deny"}`, "-c", "nc localhost 9"}, "", "", "the page says deny for tcp", 1},
		{"a log", []string{"--log", "info", "-c", "mkdir m; mount -t tmp x m"}, "", "", "INFO mount", 0},
		{"pipe", []string{"-c", "yes | head -3"}, "", "y\ny\ny\n", "", 0},
		{"guest", []string{"-c", "hello.wasm you"}, "", "Hello from C, you!\n", "", 0},
		{"guest by its path", []string{"-c", "./hello.wasm"}, "", "Hello from C!\n", "", 0},
		{"guests in a pipe", []string{"-c", "cat.wasm text | cat.wasm | sort | head -1"}, "", "one\n", "", 0},
		{"a guest that floods", []string{"-c", "flood.wasm | head -2"}, "", "y\ny\n", "", 0},
		{"a store", []string{"-c", "mkdir -p m n && mount -t store disk m && echo text >m/f && umount m && ls m && mount -t store disk m && cat m/f && mount | grep -c 'type store'; mount -t store disk n"}, "", "text\n1\n", "another program has this store open", 1},
		{"standard input", []string{"-c", "cat.wasm | tr a-z A-Z"}, "abc", "ABC", "", 0},
		{"redirections", []string{"-c", "hello.wasm >out; cat.wasm <out; cat.wasm missing 2>err || wc -l <err"}, "", "Hello from C!\n1\n", "", 0},
		{"descriptors below the folders", []string{"-c", "exec 3<text 5<text; cat.wasm text | head -1; cat.wasm /dev/fd/3; mkdir d && cd d && ../tour.wasm >/dev/null; echo $?"}, "", "one\none\ntwo\nthree\n0\n", "", 0},
		{"status", []string{"-c", "status.wasm 3; echo $?"}, "", "3\n", "", 0},
		{"trap", []string{"-c", "trap.wasm divide; echo $?"}, "", "before\n134\n", "integer divide by zero\n", 0},
		{"missing", []string{"-c", "nothing-here"}, "", "", "nothing-here", 127},
		{"not executable", []string{"-c", "./text"}, "", "", "text", 126},
		{"loop and condition", []string{"-c", "for i in 1 2 3; do status.wasm $i && echo zero || echo $i; done"}, "", "1\n2\n3\n", "", 0},
		{"background", []string{"-c", "hello.wasm & wait; echo done"}, "", "Hello from C!\ndone\n", "", 0},
		{"kill", []string{"-c", "spin.wasm >/dev/null & kill $!; wait $!; echo $?"}, "", "143\n", "", 0},
		{"substitution", []string{"-c", `x=$(hello.wasm); echo "[$x]"`}, "", "[Hello from C!]\n", "", 0},
		{"environment", []string{"--env", "A=1", "-c", "export B=2; about.wasm | grep '^env: [AB]='"}, "", "env: A=1\nenv: B=2\n", "", 0},
		{"the host's folder", []string{"-c", "cd sub 2>/dev/null || mkdir sub && cd sub && ../tour.wasm >/dev/null && pwd | grep -c sub$"}, "", "1\n", "", 0},
		{"script on standard input", nil, "read x\ndata\necho got $x\nexit 4\n", "got data\n", "", 4},
		{"syntax error", []string{"-c", "if"}, "", "", "if", 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var results []result
			for _, e := range engines {
				cmd := command(t, append([]string{"--engine", e}, test.args...)...)
				cmd.Dir = dir
				if test.name == "redirections" || test.name == "the host's folder" || test.name == "descriptors below the folders" {
					cmd.Dir = copyOf(t, dir)
				}
				results = append(results, finish(t, cmd, test.in))
			}
			for i, got := range results {
				if !strings.Contains(got.err, test.err) || test.err == "" && got.err != "" {
					t.Errorf("%s: stderr %q, want %q", engines[i], got.err, test.err)
				}
				if got.out != test.out || got.code != test.code {
					t.Errorf("%s: stdout %q, code %d; want %q, %d", engines[i], got.out, got.code, test.out, test.code)
				}
			}
		})
	}
}

// copyOf is a copy of a folder, for tests that write to it.
func copyOf(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

func TestShell_script(t *testing.T) {
	dir := folder(t, map[string]string{"status.wasm": "status-c"})
	script := filepath.Join(dir, "script.sh")
	if err := os.WriteFile(script, []byte("#!/bin/sh\necho \"$#: $1\"\n"+dir+"/status.wasm 9\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		cwd  string
		args []string
		out  string
		code int
	}{
		{"from its folder", dir, []string{"script.sh", "a b", "c"}, "2: a b\n", 9},
		{"from elsewhere", t.TempDir(), []string{"--dir", dir, script}, "0: \n", 9},
		{"a module", dir, []string{"status.wasm", "6"}, "", 6},
	} {
		t.Run(test.name, func(t *testing.T) {
			cmd := command(t, test.args...)
			cmd.Dir = test.cwd
			if got := finish(t, cmd, ""); got.out != test.out || got.code != test.code || got.err != "" {
				t.Errorf("got %+v", got)
			}
		})
	}
	t.Run("missing", func(t *testing.T) {
		if got := finish(t, command(t, "nothing.sh"), ""); got.code != 127 || !strings.Contains(got.err, "nothing.sh") {
			t.Errorf("got %+v", got)
		}
	})
}
