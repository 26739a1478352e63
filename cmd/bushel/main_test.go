package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/internal/guests"
)

// reenter in the environment makes the test's own binary the command.
const reenter = "BUSHEL_TEST_REENTER"

func TestMain(m *testing.M) {
	if os.Getenv(reenter) != "" {
		main()
	}
	cache, err := os.MkdirTemp("", "bushel-cache-")
	if err != nil {
		panic(err)
	}
	// One cache for all runs: what one compiled, the next need not.
	os.Setenv("XDG_CACHE_HOME", cache)
	os.Setenv("XDG_CONFIG_HOME", filepath.Join(cache, "config"))
	code := m.Run()
	os.RemoveAll(cache)
	os.Exit(code)
}

// limit is how long a command may take, on a machine that is busy with much else.
const limit = 4 * time.Minute

// command is the command with those arguments, in an empty directory of its own.
func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, exe, args...)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), reenter+"=1", "TERM=xterm-256color")
	cmd.WaitDelay = time.Second
	return cmd
}

// result is what a command did.
type result struct {
	out, err string
	code     int
}

// finish runs cmd with in as its input.
func finish(t *testing.T, cmd *exec.Cmd, in string) result {
	t.Helper()
	var out, errOut bytes.Buffer
	cmd.Stdin = strings.NewReader(in)
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && !(ok && exit.Exited()) {
		t.Fatalf("%v: %v\nstdout: %s\nstderr: %s", cmd.Args[1:], err, &out, &errOut)
	}
	return result{out.String(), errOut.String(), cmd.ProcessState.ExitCode()}
}

// engines are what every guest is run on.
var engines = []string{"compiler", "interpreter"}

// onBoth runs a guest on both engines and returns what it did, which must be the same.
func onBoth(t *testing.T, flags []string, guest string, args []string, in string) result {
	t.Helper()
	path := guests.Need(t, guest)
	var results []result
	for _, e := range engines {
		line := append([]string{"run", "--engine", e}, flags...)
		results = append(results, finish(t, command(t, append(append(line, path), args...)...), in))
	}
	if results[0] != results[1] {
		t.Errorf("the engines differ:\n%s: %+v\n%s: %+v", engines[0], results[0], engines[1], results[1])
	}
	return results[0]
}
