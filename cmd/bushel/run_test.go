package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/internal/guests"
)

// lines are the lines "word 0" to "word n-1".
func lines(word string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%s %d\n", word, i)
	}
	return b.String()
}

func TestRun(t *testing.T) {
	for _, test := range []struct {
		name  string
		guest string
		flags []string
		args  []string
		in    string
		out   string
		err   string // a part of it
		code  int
	}{
		{name: "c", guest: "hello-c", out: "Hello from C!\n"},
		{name: "go", guest: "hello-go", args: []string{"a", "b"}, out: "Hello from Go, a!\nHello from Go, b!\n"},
		{name: "rust", guest: "hello-rust", args: []string{"you", "--files"}, out: "Hello from Rust, you!\nwritten by Rust\n"},
		{name: "rust reads", guest: "hello-rust", args: []string{"-"}, in: "a\nb\n", out: "4 bytes, 2 lines\n"},
		{name: "rust exits", guest: "hello-rust", args: []string{"--exit=9"}, code: 9},
		{name: "zig", guest: "hello-zig", args: []string{"you"}, out: "Hello from Zig, you!\n"},
		{name: "assemblyscript", guest: "hello-as", args: []string{"you"}, out: "Hello from AssemblyScript, you!\n"},
		{name: "arguments", guest: "about-c", flags: []string{"--env", "A=1", "--env=B=x y"}, args: []string{"-x", "", "ü ber"},
			out: "arg 1: [-x]\narg 2: []\narg 3: [ü ber]\nenv: A=1\nenv: B=x y\ncwd: /\n"},
		{name: "arguments in go", guest: "about-go", flags: []string{"--env", "A=1"}, args: []string{"--dir", "x"},
			out: "arg 1: [--dir]\narg 2: [x]\nenv: A=1\nenv: PWD=/\ncwd: /\n"},
		{name: "binary", guest: "cat-c", in: "\x00\xff\r\n\x04\x03" + strings.Repeat("\x1a", 200_000), out: "\x00\xff\r\n\x04\x03" + strings.Repeat("\x1a", 200_000)},
		{name: "no input", guest: "cat-c"},
		{name: "missing file", guest: "cat-c", args: []string{"/missing"}, err: "cat: /missing: No such file or directory\n", code: 1},
		{name: "lines", guest: "ask-c", in: "Ann\nBob\nquit\nEve\n", out: "terminal: no\nname? Hello, Ann!\nname? Hello, Bob!\nname? greeted 2\n"},
		{name: "lines without an end", guest: "ask-go", in: "Ann", out: "name? Hello, Ann!\nname? \ngreeted 1\n"},
		{name: "exit code", guest: "status-c", args: []string{"42"}, code: 42},
		{name: "exit code of eight bits", guest: "status-c", args: []string{"300"}, code: 44},
		{name: "files", guest: "tour-go", out: "a holds \"one\\n\"\ntour d---------\ntour/a ----------\ntour/c ----------\ntour/s L---------\n65539 bytes that end in \"\\x00\\x00end\"\ndone\n"},
		{name: "sleep", guest: "nap-c", args: []string{"30"}, out: "slept\n"},
		{name: "poll", guest: "nap-c", args: []string{"60000", "x"}, in: "abc", out: "input: 3 bytes\n"},
		{name: "goroutines", guest: "workers-go", out: "total 190\n"},
		{name: "primes", guest: "primes-c", args: []string{"100000"}, out: "9592 primes up to 100000\n"},
		{name: "primes in go", guest: "primes-go", args: []string{"100000"}, out: "9592 primes up to 100000\n"},
		{name: "exit in the middle", guest: "cutoff-c", out: lines("line", 1000), code: 3},
		{name: "memory", guest: "hog-c", args: []string{"64"}, out: "took 64 MiB\n"},
		{name: "wild pointers", guest: "wild-c", out: "every wild pointer was refused\n"},
		{name: "deep recursion", guest: "recurse-c", args: []string{"20000"}, out: "depth 20000\n"},
		{name: "deep recursion in go", guest: "recurse-go", args: []string{"20000"}, out: "depth 20000\n"},
		{name: "endless recursion", guest: "recurse-c", err: "trap: stack overflow\n", code: 134},
		{name: "unreachable", guest: "trap-c", args: []string{"unreachable"}, out: "before\n", err: "trap: unreachable\n", code: 134},
		{name: "divide by zero", guest: "trap-c", args: []string{"divide"}, out: "before\n", err: "trap: integer divide by zero\n", code: 134},
		{name: "overflow", guest: "trap-c", args: []string{"overflow"}, out: "before\n", err: "trap: integer overflow\n", code: 134},
		{name: "conversion", guest: "trap-c", args: []string{"convert"}, out: "before\n", err: "trap: invalid conversion to integer\n", code: 134},
		{name: "memory bounds", guest: "trap-c", args: []string{"memory"}, out: "before\n", err: "trap: out of bounds memory access\n", code: 134},
		{name: "null function", guest: "trap-c", args: []string{"null"}, out: "before\n", err: "trap: invalid table access or indirect call\n", code: 134},
		{name: "no such function", guest: "trap-c", args: []string{"table"}, out: "before\n", err: "trap: invalid table access or indirect call\n", code: 134},
		{name: "wrong function", guest: "trap-c", args: []string{"type"}, out: "before\n", err: "trap: invalid table access or indirect call\n", code: 134},
		{name: "gojq", guest: "gojq-go", args: []string{"-c", ".a|add"}, in: `{"a":[1,2]}`, out: "3\n"},
		{name: "gojq fails", guest: "gojq-go", args: []string{"."}, in: `{`, err: "invalid json", code: 5},
		{name: "lua", guest: "lua", args: []string{"-e", "print(pcall(error, 'x'))", "-"}, in: "print(1+1)\nos.exit(3)", out: "false\tx\n2\n", code: 3},
		{name: "lua fails", guest: "lua", args: []string{"-"}, in: "x = nil + 1", err: "attempt to perform arithmetic on a nil value", code: 1},
		{name: "lua's own loop", guest: "lua", args: []string{"-i"}, in: "=6*7\nerror'no'\n'on'\n",
			out: "Lua 5.4.4  Copyright (C) 1994-2022 Lua.org, PUC-Rio\n> 42\n> > on\n> \n", err: "stdin:1: no\n"},
		{name: "go for js", guest: "hello-js", err: "GOOS=js", code: 126},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := onBoth(t, test.flags, test.guest, test.args, test.in)
			if got.out != test.out {
				t.Errorf("stdout %.2000q\nwant   %.2000q", got.out, test.out)
			}
			if !strings.Contains(got.err, test.err) || test.err == "" && got.err != "" {
				t.Errorf("stderr %q, want %q", got.err, test.err)
			}
			if got.code != test.code {
				t.Errorf("exit code %d, want %d", got.code, test.code)
			}
		})
	}
}

func TestRun_folders(t *testing.T) {
	cat, tour, about := guests.Need(t, "cat-c"), guests.Need(t, "tour-c"), guests.Need(t, "about-go")
	work := t.TempDir()
	data := filepath.Join(work, "data")
	if err := os.Mkdir(data, 0o777); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"top": "at the top\n", "data/f": "in data\n"} {
		if err := os.WriteFile(filepath.Join(work, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		name  string
		flags []string
		argv  []string
		out   string
		err   string
		code  int
	}{
		{"none", nil, []string{cat, "top"}, "", "No such file", 1},
		{"here", []string{"--dir", "."}, []string{cat, "top", "data/f"}, "at the top\nin data\n", "", 0},
		{"by its path", []string{"--dir", data}, []string{cat, data + "/f"}, "in data\n", "", 0},
		{"under another name", []string{"--dir", "data:/d"}, []string{cat, "/d/f"}, "in data\n", "", 0},
		{"as the root", []string{"--dir", "data:/"}, []string{cat, "/f", "f"}, "in data\nin data\n", "", 0},
		{"out of it", []string{"--dir", "data:/d"}, []string{cat, "/d/../top", "/top"}, "", "No such file", 1},
		{"two", []string{"--dir", ".:/w", "--dir", "data:/d:ro"}, []string{cat, "/w/top", "/d/f"}, "at the top\nin data\n", "", 0},
		{"working directory", []string{"--dir", "data:/d"}, []string{about}, "env: PWD=/d\ncwd: /d\n", "", 0},
		{"read only", []string{"--dir", ".:ro"}, []string{tour}, "mkdir: Read-only file system\n", "", 1},
		{"missing", []string{"--dir", "missing"}, []string{cat}, "", "missing: no such file or directory", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			cmd := command(t, append(append([]string{"run"}, test.flags...), test.argv...)...)
			cmd.Dir = work
			got := finish(t, cmd, "")
			if got.out != test.out || !strings.Contains(got.err, test.err) || got.code != test.code {
				t.Errorf("got %+v", got)
			}
		})
	}
	t.Run("tour", func(t *testing.T) {
		for _, e := range engines {
			cmd := command(t, "run", "--engine", e, "--dir", ".", tour)
			cmd.Dir = work
			if got := finish(t, cmd, ""); got.code != 0 || !strings.HasSuffix(got.out, "rmdir: ok\n") {
				t.Errorf("%s: %+v", e, got)
			}
		}
	})
}

func TestRun_badFiles(t *testing.T) {
	dir := t.TempDir()
	hello, err := os.ReadFile(guests.Need(t, "hello-c"))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"text.wasm":      []byte("#!/bin/sh\necho no\n"),
		"empty.wasm":     nil,
		"truncated.wasm": hello[:len(hello)/2],
		"import.wasm":    importing("nobody", "provides"),
		"damaged.wasm":   bytes.Replace(hello, []byte("\x00asm\x01"), []byte("\x00asm\x09"), 1),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		name string
		want string
		code int
	}{
		{"text.wasm", "no WebAssembly module", 126},
		{"empty.wasm", "no WebAssembly module", 126},
		{"truncated.wasm", "truncated.wasm: ", 126},
		{"import.wasm", "nobody", 126},
		{"damaged.wasm", "damaged.wasm: ", 126},
		{"missing.wasm", "no such file or directory", 127},
		{".", "is a directory", 126},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, e := range engines {
				cmd := command(t, "run", "--engine", e, test.name)
				cmd.Dir = dir
				got := finish(t, cmd, "")
				if got.code != test.code || !strings.Contains(got.err, test.want) || strings.Count(got.err, "\n") != 1 || got.out != "" {
					t.Errorf("%s: %+v, want code %d and one line with %q", e, got, test.code, test.want)
				}
			}
		})
	}
}

// importing is a module that imports a function and does nothing.
func importing(module, name string) []byte {
	section := func(id byte, body ...byte) []byte { return append([]byte{id, byte(len(body))}, body...) }
	str := func(s string) []byte { return append([]byte{byte(len(s))}, s...) }
	out := []byte("\x00asm\x01\x00\x00\x00")
	out = append(out, section(1, 1, 0x60, 0, 0)...)
	imports := append([]byte{1}, append(append(str(module), str(name)...), 0, 0)...)
	out = append(out, section(2, imports...)...)
	out = append(out, section(3, 1, 0)...)
	out = append(out, section(7, append(append([]byte{1}, str("_start")...), 0, 1)...)...)
	return append(out, section(10, 1, 2, 0, 0x0b)...)
}

// A reader that is gone ends the writer, as SIGPIPE does.
func TestRun_aReaderThatIsGone(t *testing.T) {
	for _, e := range engines {
		t.Run(e, func(t *testing.T) {
			cmd := command(t, "run", "--engine", e, guests.Need(t, "flood-c"))
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			line, err := bufio.NewReader(out).ReadString('\n')
			if err != nil || line != "y\n" {
				t.Errorf("read %q, %v", line, err)
			}
			out.Close()
			if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != 141 {
				t.Errorf("it ended with %v", err)
			}
		})
	}
}

// Standard output and error that go to one place keep their order.
func TestRun_order(t *testing.T) {
	cmd := command(t, "run", guests.Need(t, "trap-c"), "nothing")
	both, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(both)
	if err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if !strings.HasPrefix(string(data), "before\nusage: trap ") {
		t.Errorf("got %q", data)
	}
}
