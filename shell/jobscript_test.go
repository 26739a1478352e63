package shell_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// TestJobScripts runs testdata/script/*.txtar. Each has a kernel of its own. Beside the
// commands of testscript there are
//
//	sh FILE         run a file as a script of the shell; with ! it must fail
//	code N          the last script has ended with N
//	terminal        open a terminal with a shell
//	type TEXT       type a line there
//	press KEY...    press ctrl-c, ctrl-d, ctrl-z or ctrl-\
//	shows TEXT...   wait until each text has been seen there, one after the other
//	without TEXT    what was seen on the way to the last of them has not this text
//	runs NAME       wait until a program has the terminal to itself, and waits
//	send SIGNAL     send a signal to the terminal's shell
//	hangup          close the terminal
//	ends N          wait until the terminal's shell ends with that code
//	nobody          wait until no process is left but the terminal's shell, if it runs
func TestJobScripts(t *testing.T) {
	type command = func(w *jobWorld, ts *testscript.TestScript, neg bool, args []string)
	cmds := map[string]func(*testscript.TestScript, bool, []string){}
	for name, c := range map[string]command{
		"sh": (*jobWorld).script, "code": (*jobWorld).code,
		"terminal": func(w *jobWorld, ts *testscript.TestScript, _ bool, _ []string) {
			w.term = openTerminal(scriptTB{ts: ts}, w.k)
			w.term.expect("ready> ")
		},
		"type": func(w *jobWorld, _ *testscript.TestScript, _ bool, args []string) {
			w.term.send(strings.Join(args, " ") + "\r")
		},
		"press": func(w *jobWorld, _ *testscript.TestScript, _ bool, args []string) {
			for _, key := range args {
				w.term.send(map[string]string{"ctrl-c": "\x03", "ctrl-d": "\x04", "ctrl-z": "\x1a", `ctrl-\`: "\x1c"}[key])
			}
		},
		"shows": func(w *jobWorld, _ *testscript.TestScript, _ bool, args []string) {
			for _, text := range args {
				w.seen = w.term.expect(text)
			}
		},
		"without": func(w *jobWorld, ts *testscript.TestScript, _ bool, args []string) {
			if strings.Contains(w.seen, args[0]) {
				ts.Fatalf("%q was seen in %q", args[0], w.seen)
			}
		},
		"runs": func(w *jobWorld, _ *testscript.TestScript, _ bool, args []string) { w.term.foreground(args[0]) },
		"send": func(w *jobWorld, ts *testscript.TestScript, _ bool, args []string) {
			sig, _ := sys.SignalByName(args[0])
			ts.Check(w.term.f.Kill(w.term.pid, sig))
		},
		"hangup": func(w *jobWorld, ts *testscript.TestScript, _ bool, _ []string) {
			ts.Check(w.term.f.Close(w.term.master))
		},
		"ends": func(w *jobWorld, ts *testscript.TestScript, _ bool, args []string) {
			n, err := strconv.Atoi(args[0])
			ts.Check(err)
			w.term.exits(n)
			w.term = nil
		},
		"nobody": (*jobWorld).nobody,
	} {
		cmds[name] = func(ts *testscript.TestScript, neg bool, args []string) {
			c(ts.Value(jobWorld{}).(*jobWorld), ts, neg, args)
		}
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			k := boot(t)
			e.Defer(func() { _ = k.Close() })
			e.Values[jobWorld{}] = &jobWorld{k: k}
			return nil
		},
		Cmds: cmds,
	})
}

// jobWorld is what a script works on.
type jobWorld struct {
	k      *kernel.Kernel
	term   *terminal
	seen   string
	status sys.WaitStatus
}

// scriptTB is a test's outside as a script has it.
type scriptTB struct {
	testing.TB
	ts *testscript.TestScript
}

func (t scriptTB) Helper()                           {}
func (t scriptTB) Cleanup(f func())                  { t.ts.Defer(f) }
func (t scriptTB) Fatal(args ...any)                 { t.ts.Fatalf("%v", args) }
func (t scriptTB) Fatalf(format string, args ...any) { t.ts.Fatalf(format, args...) }
func (t scriptTB) Errorf(format string, args ...any) { t.ts.Fatalf(format, args...) }

func (w *jobWorld) script(ts *testscript.TestScript, neg bool, args []string) {
	text := ts.ReadFile(args[0])
	got := sh(scriptTB{ts: ts}, w.k, text)
	_, _ = ts.Stdout().Write([]byte(got.out))
	_, _ = ts.Stderr().Write([]byte(got.err))
	if w.status = got.status; (got.status.Code() == 0) == neg {
		ts.Fatalf("the script ended with %d: %s%s", got.status.Code(), got.out, got.err)
	}
}

func (w *jobWorld) code(ts *testscript.TestScript, _ bool, args []string) {
	if want, _ := strconv.Atoi(args[0]); w.status.Code() != want {
		ts.Fatalf("the script ended with %d", w.status.Code())
	}
}

// nobody waits by asking: each question lets the others run.
func (w *jobWorld) nobody(_ *testscript.TestScript, _ bool, _ []string) {
	left := 1
	if w.term != nil {
		left = 2
	}
	for w.k.Usage().Processes > left {
		w.k.Init().Files().GetPID()
	}
}
