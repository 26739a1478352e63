//go:build unix

package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/term"

	"github.com/bushel-wasm/bushel/internal/guests"
)

// screen is a terminal that a command runs in, and a person who types.
type screen struct {
	t       *testing.T
	cmd     *exec.Cmd
	pty     *os.File
	tty     *os.File // kept open, to ask for its mode
	before  *term.State
	changed chan struct{}

	mu   sync.Mutex
	text string
	seen int // what expect has matched
}

// onScreen starts cmd in a terminal of 80 by 24.
func onScreen(t *testing.T, cmd *exec.Cmd) *screen {
	t.Helper()
	master, tty, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo-terminals here: %v", err)
	}
	t.Cleanup(func() { master.Close(); tty.Close() })
	if err := pty.Setsize(master, &pty.Winsize{Cols: 80, Rows: 24}); err != nil {
		t.Fatal(err)
	}
	before, err := term.GetState(int(tty.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, tty, tty
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := &screen{t: t, cmd: cmd, pty: master, tty: tty, before: before, changed: make(chan struct{}, 1)}
	go s.watch()
	return s
}

func (s *screen) watch() {
	buf := make([]byte, 4096)
	for {
		n, err := s.pty.Read(buf)
		s.mu.Lock()
		s.text += string(buf[:n])
		s.mu.Unlock()
		select {
		case s.changed <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// expect waits until text comes after what was expected before.
func (s *screen) expect(text string) {
	s.t.Helper()
	deadline := time.After(limit)
	for {
		s.mu.Lock()
		i := strings.Index(s.text[s.seen:], text)
		if i >= 0 {
			s.seen += i + len(text)
			s.mu.Unlock()
			return
		}
		rest := s.text[s.seen:]
		s.mu.Unlock()
		select {
		case <-s.changed:
		case <-deadline:
			s.t.Fatalf("the screen does not show %q, but %q", text, rest)
		}
	}
}

func (s *screen) send(keys string) {
	s.t.Helper()
	if _, err := s.pty.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}

// ends waits for the command, which is to exit with code and to leave the terminal as it was.
func (s *screen) ends(code int) {
	s.t.Helper()
	err := s.cmd.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		s.t.Fatal(err)
	} else if got := s.cmd.ProcessState.ExitCode(); got != code {
		s.t.Errorf("it exits with %d, want %d (%v)", got, code, exit)
	}
	after, err := term.GetState(int(s.tty.Fd()))
	if err != nil {
		s.t.Fatal(err)
	}
	if *after != *s.before {
		s.t.Error("the terminal is left in another mode")
	}
}

func TestTerminal_aGuestAsks(t *testing.T) {
	s := onScreen(t, command(t, "run", guests.Need(t, "ask-c")))
	s.expect("terminal: yes\r\n")
	s.expect("name? ")
	s.send("Amn\x7f\x7fnn\r") // with a correction
	s.expect("Hello, Ann!\r\n")
	s.expect("name? ")
	s.send("\x04")
	s.expect("greeted 1\r\n")
	s.ends(0)
}

func TestTerminal_interrupt(t *testing.T) {
	for _, test := range []struct {
		name, guest string
		args        []string
		first       string
		key         string
		code        int
	}{
		{"a guest that waits", "ask-c", nil, "name? ", "\x03", 130},
		{"a guest that computes", "spin-c", nil, "spinning", "\x03", 130},
		{"quit", "spin-c", nil, "spinning", "\x1c", 131},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, e := range engines {
				s := onScreen(t, command(t, append([]string{"run", "--engine", e, guests.Need(t, test.guest)}, test.args...)...))
				s.expect(test.first)
				s.send(test.key)
				s.ends(test.code)
			}
		})
	}
}

// A signal to the command is one to the guest.
func TestTerminal_signals(t *testing.T) {
	for _, test := range []struct {
		signal syscall.Signal
		code   int
	}{
		{syscall.SIGTERM, 143}, {syscall.SIGINT, 130}, {syscall.SIGHUP, 129},
	} {
		t.Run(test.signal.String(), func(t *testing.T) {
			s := onScreen(t, command(t, "run", guests.Need(t, "spin-c")))
			s.expect("spinning")
			if err := s.cmd.Process.Signal(test.signal); err != nil {
				t.Fatal(err)
			}
			s.ends(test.code)
		})
	}
}

// Ctrl-Z stops the command as it stops others, with the terminal as it was, and
// SIGCONT lets it go on.
func TestTerminal_suspend(t *testing.T) {
	s := onScreen(t, command(t, "run", guests.Need(t, "ask-c")))
	s.expect("name? ")
	s.send("\x1a")
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(s.cmd.Process.Pid, &status, syscall.WUNTRACED, nil); err != nil {
		t.Fatal(err)
	}
	if !status.Stopped() {
		t.Fatalf("it is not stopped: %v", status)
	}
	if now, err := term.GetState(int(s.tty.Fd())); err != nil || *now != *s.before {
		t.Errorf("while it is stopped the terminal is in another mode (%v)", err)
	}
	if err := s.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	s.send("Bob\r")
	s.expect("Hello, Bob!")
	s.send("quit\r")
	s.ends(0)
}

func TestTerminal_shell(t *testing.T) {
	dir := t.TempDir()
	code, err := os.ReadFile(guests.Need(t, "ask-c"))
	if err != nil {
		t.Fatal(err)
	}
	spin, err := os.ReadFile(guests.Need(t, "spin-c"))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"ask.wasm": code, "spin.wasm": spin} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := command(t)
	cmd.Dir = dir
	s := onScreen(t, cmd)
	s.expect("$")
	s.send("echo $((6*7))x\r")
	s.expect("42x")
	s.expect("$")
	s.send("ask.wasm\r")
	s.expect("terminal: yes")
	s.send("Ann\r")
	s.expect("Hello, Ann!")
	s.send("quit\r")
	s.expect("greeted 1")
	s.expect("$")
	s.send("spin.wasm\r")
	s.expect("spinning")
	s.send("\x03")
	s.expect("$")
	s.send("echo code=$?\r")
	s.expect("code=130")
	s.expect("$")
	s.send("\x03") // at the prompt: nothing ends
	s.expect("$")
	if err := pty.Setsize(s.pty, &pty.Winsize{Cols: 100, Rows: 30}); err != nil {
		t.Fatal(err)
	}
	s.send("exit 7\r")
	s.ends(7)
}

// Only what is a terminal on the host is one for the guest.
func TestTerminal_outputOnly(t *testing.T) {
	cmd := command(t, "run", guests.Need(t, "ask-c"))
	s := &screen{t: t, cmd: cmd, changed: make(chan struct{}, 1)}
	master, tty, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo-terminals here: %v", err)
	}
	defer master.Close()
	defer tty.Close()
	s.pty, s.tty = master, tty
	if s.before, err = term.GetState(int(tty.Fd())); err != nil {
		t.Fatal(err)
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader("Ann\n"), tty, tty
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go s.watch()
	s.expect("terminal: no\r\nname? Hello, Ann!\r\nname? \r\ngreeted 1\r\n")
	s.ends(0)
}
