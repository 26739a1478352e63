package shell_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// terminal is a shell on a pseudo-terminal.
type terminal struct {
	t      testing.TB
	f      *sys.Files
	master int
	pid    int
	mu     sync.Mutex
	seen   strings.Builder
	more   chan struct{} // something was seen
	done   chan struct{} // the terminal was hung up
	raw    bool          // expect sees the marks too
	crlf   bool          // and the carriage returns
}

func openTerminal(t testing.TB, k *kernel.Kernel) *terminal {
	t.Helper()
	f := k.Init().Files()
	rep := k.Init().Syscall(&sys.Request{Op: sys.OpPTY, Args: [6]uint64{80, 24}})
	if err := rep.Err(); err != nil {
		t.Fatal(err)
	}
	master, slave := int(rep.Vals[0]), int(rep.Vals[1])
	tty := uint32(slave)
	pid, err := f.Spawn(&sys.SpawnAttr{
		Argv: []string{"sh"}, Cwd: "/tmp",
		Env:   []string{"PATH=/bin", "HOME=/home/user", "PS1=ready> ", "PS2=more> "},
		FDs:   [][2]uint32{{tty, 0}, {tty, 1}, {tty, 2}},
		Flags: sys.SpawnSetSID | sys.SpawnSetTTY, TTY: tty,
	})
	if err != nil {
		t.Fatal(err)
	}
	_ = f.Close(slave)
	s := &terminal{t: t, f: f, master: master, pid: pid, more: make(chan struct{}, 1), done: make(chan struct{})}
	go func() {
		defer close(s.done)
		buf := make([]byte, 4096)
		for {
			n, err := f.Read(master, buf)
			if n == 0 || err != nil {
				return
			}
			s.mu.Lock()
			s.seen.Write(buf[:n])
			s.mu.Unlock()
			select {
			case s.more <- struct{}{}:
			default:
			}
		}
	}()
	t.Cleanup(func() { _ = f.Kill(-pid, sys.SIGKILL); _ = f.Kill(pid, sys.SIGKILL) })
	return s
}

var cursorSequences = regexp.MustCompile("\x1b\\[[0-9;?]*[a-zA-Z]")

// sequences are those that move the cursor, and the marks of promptMarks.
var sequences = regexp.MustCompile("\x1b\\[[0-9;?]*[a-zA-Z]|\x1b\\][^\a]*\a")

// expect waits until what has been seen since the last expect has text, and
// takes it away.
func (s *terminal) expect(text string) string {
	s.t.Helper()
	deadline := time.After(limit)
	for {
		s.mu.Lock()
		hidden := sequences
		if s.raw {
			hidden = cursorSequences
		}
		seen := hidden.ReplaceAllString(s.seen.String(), "")
		if !s.crlf {
			seen = strings.ReplaceAll(seen, "\r", "")
		}
		if i := strings.Index(seen, text); i >= 0 {
			rest := seen[i+len(text):]
			s.seen.Reset()
			s.seen.WriteString(rest)
			s.mu.Unlock()
			return seen[:i]
		}
		s.mu.Unlock()
		select {
		case <-s.more:
		case <-s.done:
			s.t.Fatalf("the shell has gone; waiting for %q, seen %q", text, seen)
		case <-deadline:
			s.t.Fatalf("waiting for %q, seen %q", text, seen)
		}
	}
}

func (s *terminal) send(keys string) {
	s.t.Helper()
	if _, err := s.f.Write(s.master, []byte(keys)); err != nil {
		s.t.Fatal(err)
	}
}

// line types a line at the prompt and returns what was printed up to the next.
func (s *terminal) line(text string) string {
	s.t.Helper()
	s.send(text + "\r")
	s.expect(text + "\n")
	return s.expect("ready> ")
}

// answers types a line at the prompt and compares what it prints.
func (s *terminal) answers(text, want string) {
	s.t.Helper()
	if got := s.line(text); got != want {
		s.t.Errorf("%s printed %q, want %q", text, got, want)
	}
}

// TestMarks: a terminal is told where it is and what is prompt, command and output.
func TestMarks(t *testing.T) {
	const prompt = "\x1b]7;file://bushel%s\a\x1b]133;A\aready> \x1b]133;B\a"
	for _, tt := range []struct {
		name, line, dir, command, shown string
		code                            string
	}{
		{"a command", "echo hello", "/tmp", "echo%20hello", "hello", "0"},
		{"a command that fails", "(exit 7)", "/tmp", "%28exit%207%29", "", "7"},
		{"a command that is not there", "none", "/tmp", "none", "sh: none: command not found", "127"},
		{"a program that a signal ends", "sh -c 'kill -9 $$'", "/tmp", "sh%20-c%20%27kill%20-9%20$$%27", "Killed", "137"},
		{"another directory", "mkdir -p 'a b'; cd 'a b'", "/tmp/a%20b", "mkdir%20-p%20%27a%20b%27%3B%20cd%20%27a%20b%27", "", "0"},
		{"bytes that a mark cannot hold", "echo \u00fc';\"'", "/tmp", "echo%20%C3%BC%27%3B%22%27", "\u00fc;\"", "0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := openTerminal(t, boot(t))
			s.raw = true
			s.expect(fmt.Sprintf(prompt, "/tmp"))
			s.send(tt.line + "\r")
			s.expect("\x1b]133;C;cmdline_url=" + tt.command + "\a")
			if got := s.expect("\x1b]133;D;" + tt.code + "\a"); strings.TrimSpace(got) != tt.shown {
				t.Errorf("the output is %q, want %q", got, tt.shown)
			}
			s.expect(fmt.Sprintf(prompt, tt.dir))
		})
	}
}

func TestTerminal(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func(*testing.T, *terminal)
	}{
		{"a line", func(t *testing.T, s *terminal) {
			s.answers("echo hello", "hello\n")
		}},
		{"a command of several lines", func(t *testing.T, s *terminal) {
			s.send("for i in 1 2\r")
			s.expect("more> ")
			s.send("do echo n$i\r")
			s.expect("more> ")
			s.send("done\r")
			s.expect("n1\nn2\nready> ")
		}},
		{"an open here-document", func(t *testing.T, s *terminal) {
			s.send("cat <<E\r")
			s.expect("more> ")
			s.send("text\r")
			s.expect("more> ")
			s.send("E\r")
			s.expect("text\nready> ")
		}},
		{"an open quote", func(t *testing.T, s *terminal) {
			s.send("echo 'a\r")
			s.expect("more> ")
			s.send("b'\r")
			s.expect("a\nb\nready> ")
		}},
		{"a backslash at the end", func(t *testing.T, s *terminal) {
			s.send("echo a\\\r")
			s.expect("more> ")
			s.send("b\r")
			s.expect("ab\nready> ")
		}},
		{"a syntax error", func(t *testing.T, s *terminal) {
			if got := s.line(")"); !strings.HasPrefix(got, "sh: line 1: syntax error: ") {
				t.Errorf("printed %q", got)
			}
			s.answers("echo $?", "2\n")
		}},
		{"ctrl C at the prompt", func(t *testing.T, s *terminal) {
			s.send("abc\x03")
			s.expect("abc^C\nready> ")
			s.answers("echo $?", "130\n")
		}},
		{"ctrl C ends a command", func(t *testing.T, s *terminal) {
			s.send("sleep 1000\r")
			s.foreground("sleep")
			s.send("\x03")
			s.expect("^C\nready> ")
			s.answers("echo $?", "130\n")
		}},
		{"a background job that reads the terminal stops", func(t *testing.T, s *terminal) {
			s.line("cat &")
			s.until("cat does not stop", func(list []sys.ProcInfo) bool {
				return slices.ContainsFunc(list, func(p sys.ProcInfo) bool { return len(p.Command) > 0 && p.Command[0] == "cat" && p.State == "T" })
			})
			s.answers("echo mine", "mine\n[1]+  Stopped (tty input)     cat\n")
			s.send("fg\r")
			s.expect("cat\n")
			s.foreground("cat")
			s.send("text\r")
			s.expect("text\ntext\n")
			s.send("\x04")
			s.expect("ready> ")
			s.answers("echo $?", "0\n")
		}},
		{"ctrl C ends a loop of the shell", func(t *testing.T, s *terminal) {
			s.send("while :; do :; done\r")
			s.expect("done\n")
			s.send("\x03")
			s.expect("ready> ")
			s.answers("echo $?", "130\n")
		}},
		{"ctrl C ends a loop of commands", func(t *testing.T, s *terminal) {
			s.send("while true; do sleep 1000; done; echo no\r")
			s.foreground("sleep")
			s.send("\x03")
			s.expect("ready> ")
			s.answers("echo $?", "130\n")
		}},
		{"ctrl C ends read", func(t *testing.T, s *terminal) {
			s.send("echo go; read x\r")
			s.expect("go\n")
			s.send("\x03")
			s.expect("ready> ")
			s.answers("echo $?", "130\n")
		}},
		{"ctrl Z stops a command", func(t *testing.T, s *terminal) {
			s.send("sleep 1000\r")
			s.foreground("sleep")
			s.send("\x1a")
			s.expect("[1]+  Stopped                 sleep 1000\nready> ")
			s.answers("echo $?", "148\n")
			s.answers("jobs", "[1]+  Stopped                 sleep 1000\n")
			s.answers("bg", "[1]+ sleep 1000 &\n")
			s.answers("jobs", "[1]+  Running                 sleep 1000 &\n")
			s.send("fg\r")
			s.expect("fg\nsleep 1000\n")
			s.foreground("sleep")
			s.send("\x03")
			s.expect("ready> ")
			s.answers("jobs", "")
		}},
		{"ctrl Z stops a pipeline", func(t *testing.T, s *terminal) {
			s.send("sleep 1000 | cat\r")
			s.foreground("cat")
			s.send("\x1a")
			s.expect("Stopped                 sleep 1000 | cat\nready> ")
			s.send("kill %1\r\r")
			s.expect("[1]+  Terminated              sleep 1000 | cat\nready> ")
		}},
		{"a job that ends is reported", func(t *testing.T, s *terminal) {
			s.send("sleep 0.01 &\r")
			s.expect("[1] ")
			s.expect("ready> ")
			s.gone("sleep")
			s.send("\r")
			s.expect("[1]+  Done                    sleep 0.01\nready> ")
		}},
		{"a job that is killed is reported", func(t *testing.T, s *terminal) {
			s.send("sleep 1000 &\r")
			s.expect("ready> ")
			s.send("kill -9 %1\r\r") // the notice comes before the first prompt or the second
			s.expect("[1]+  Killed                  sleep 1000\nready> ")
		}},
		{"exit with stopped jobs", func(t *testing.T, s *terminal) {
			s.send("sleep 1000\r")
			s.foreground("sleep")
			s.send("\x1a")
			s.expect("ready> ")
			s.answers("exit", "There are stopped jobs.\n")
			s.send("exit 3\r")
			s.exits(3)
		}},
		{"ctrl D ends the shell", func(t *testing.T, s *terminal) {
			s.line("false")
			s.send("\x04")
			s.exits(1)
		}},
		{"what is typed ahead goes to the command", func(t *testing.T, s *terminal) {
			s.send("read x; echo \"<$x>\"\rinput\r")
			s.expect("<input>\n")
			s.expect("ready> ")
		}},
		{"a program reads lines", func(t *testing.T, s *terminal) {
			s.send("cat\r")
			s.foreground("cat")
			s.send("abc\r")
			s.expect("abc\nabc\n")
			s.send("\x04")
			s.expect("ready> ")
		}},
		{"errors do not end the shell", func(t *testing.T, s *terminal) {
			for _, l := range []string{"echo ${x?}", "echo $((1/0))", "readonly r=1; r=2", "set -u; echo $nope; set +u", "f() { f; }; f"} {
				s.line(l)
			}
			s.answers("echo alive", "alive\n")
		}},
		{"history", func(t *testing.T, s *terminal) {
			s.line("echo one")
			s.line("echo two")
			s.send("\x1b[A\x1b[A\r")
			s.expect("one\nready> ")
			s.answers("cat ~/.sh_history", "echo one\necho two\necho one\ncat ~/.sh_history\n")
		}},
		{"completion of a command", func(t *testing.T, s *terminal) {
			s.send("mapf\t-t x </dev/null; echo ok\r")
			s.expect("mapfile -t x </dev/null; echo ok\nok\nready> ")
		}},
		{"completion of a file", func(t *testing.T, s *terminal) {
			s.line("mkdir -p 'dir with space'; echo data >'dir with space/file'")
			s.send("cat dir\tf\t\r")
			s.expect("cat dir\\ with\\ space/file \ndata\nready> ")
		}},
		{"completion of a variable", func(t *testing.T, s *terminal) {
			s.line("LONGNAME=value")
			s.send("echo $LONGN\t\r")
			s.expect("echo $LONGNAME\nvalue\nready> ")
		}},
		{"traps", func(t *testing.T, s *terminal) {
			s.line("trap 'echo caught' INT")
			s.send("sleep 1000\r")
			s.foreground("sleep")
			s.send("\x03")
			s.expect("ready> ")
		}},
		{"a trap while a line is typed", func(t *testing.T, s *terminal) {
			s.line("trap 'echo one; echo two' USR1")
			s.send("abc")
			s.expect("abc")
			s.crlf = true
			if err := s.f.Kill(s.pid, sys.SIGUSR1); err != nil {
				t.Fatal(err)
			}
			s.expect("\r\none\r\ntwo\r\nready> abc")
		}},
		{"a trap that prints nothing leaves the line alone", func(t *testing.T, s *terminal) {
			s.line("trap 'x=1' USR1")
			s.send("echo $x")
			s.expect("echo $x")
			if err := s.f.Kill(s.pid, sys.SIGUSR1); err != nil {
				t.Fatal(err)
			}
			s.send("\r")
			s.expect("\n1\nready> ")
		}},
		{"a change of size reaches a trap", func(t *testing.T, s *terminal) {
			s.line("trap 'echo size $COLUMNS $LINES' WINCH")
			if err := s.f.SetTTYSize(s.master, 100, 30); err != nil {
				t.Fatal(err)
			}
			s.expect("\nsize 100 30\nready> ")
		}},
		{"an end of file that is typed ahead ends the shell", func(t *testing.T, s *terminal) {
			s.send("sleep 0.2\r")
			s.foreground("sleep")
			s.send("\x04")
			s.exits(0)
		}},
		{"an end of file that is typed ahead ends the next command", func(t *testing.T, s *terminal) {
			s.send("sleep 0.2; cat; echo end\r")
			s.foreground("sleep")
			s.send("text\r\x04")
			s.expect("text\nend\nready> ")
		}},
		{"top", func(t *testing.T, s *terminal) {
			s.send("top\r")
			s.expect("COMMAND\n")
			s.foreground("top")
			if err := s.f.SetTTYSize(s.master, 30, 4); err != nil {
				t.Fatal(err)
			}
			s.expect("top - ")
			s.foreground("top")
			s.send("\x1a")
			s.expect("Stopped                 top\nready> ")
			s.send("fg\r")
			s.expect("PID")
			s.foreground("top")
			s.send("q")
			s.expect("ready> ")
			s.answers("echo $?", "0\n")
			if mode, err := s.f.TTYMode(s.master); err != nil || mode&sys.TTYCanon != 0 && mode != sys.TTYCooked {
				t.Errorf("mode %v, %v", mode, err)
			}
		}},
		{"nohup on a terminal", func(t *testing.T, s *terminal) {
			s.answers("nohup echo kept", "nohup: ignoring input and appending output to 'nohup.out'\n")
			s.answers("cat nohup.out", "kept\n")
		}},
		{"timeout on a terminal", func(t *testing.T, s *terminal) {
			s.send("timeout 100 sleep 1000\r")
			s.foreground("sleep")
			s.send("\x03")
			s.expect("^C\nready> ")
			s.answers("echo $?; timeout 0.01 sleep 100; echo $?", "130\n124\n")
		}},
		{"TERM does not end an interactive shell", func(t *testing.T, s *terminal) {
			s.answers("kill $$; echo alive", "alive\n")
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := openTerminal(t, boot(t))
			s.expect("ready> ")
			tt.do(t, s)
		})
	}
}

// until waits for a state of the processes.
func (s *terminal) until(what string, ok func([]sys.ProcInfo) bool) {
	s.t.Helper()
	deadline := time.Now().Add(limit)
	for {
		list, err := s.f.PS()
		if err != nil {
			s.t.Fatal(err)
		}
		if ok(list) {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("%s: %v", what, list)
		}
		_ = s.f.Sleep(time.Millisecond)
	}
}

// foreground waits until a program waits in the foreground of the terminal.
func (s *terminal) foreground(name string) {
	s.t.Helper()
	s.until(name+" does not run", func(list []sys.ProcInfo) bool {
		group, err := s.f.TTYGroup(s.master)
		if err != nil {
			return false
		}
		for _, p := range list {
			if len(p.Command) > 0 && p.Command[0] == name && int(p.PGID) == group && p.State == "S" {
				return true
			}
		}
		return false
	})
}

// gone waits until a program is at most a zombie.
func (s *terminal) gone(name string) {
	s.t.Helper()
	s.until(name+" still runs", func(list []sys.ProcInfo) bool {
		for _, p := range list {
			if len(p.Command) > 0 && p.Command[0] == name && p.State != "Z" {
				return false
			}
		}
		return true
	})
}

// exits waits for the end of the shell.
func (s *terminal) exits(code int) {
	s.t.Helper()
	timer := time.AfterFunc(limit, func() { _ = s.f.Kill(s.pid, sys.SIGKILL) })
	defer timer.Stop()
	_, status, err := s.f.Wait(s.pid, 0)
	if err != nil || status.Code() != code {
		s.t.Errorf("the shell ended with %d, %v; want %d", status.Code(), err, code)
	}
}

// TestLoopsEnd: a loop that does nothing is ended by signals.
func TestLoopsEnd(t *testing.T) {
	for _, sig := range []sys.Signal{sys.SIGINT, sys.SIGTERM, sys.SIGKILL} {
		t.Run(sig.Name(), func(t *testing.T) {
			k := boot(t)
			f := k.Init().Files()
			r, w, err := f.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			pid, err := f.Spawn(&sys.SpawnAttr{
				Argv: []string{"sh", "-c", "echo go; while :; do :; done"}, Env: []string{"PATH=/bin"},
				FDs: [][2]uint32{{uint32(w), 1}},
			})
			if err != nil {
				t.Fatal(err)
			}
			buf := make([]byte, 3)
			if _, err := f.Read(r, buf); err != nil {
				t.Fatal(err)
			}
			if err := f.Kill(pid, sig); err != nil {
				t.Fatal(err)
			}
			if _, status, err := f.Wait(pid, 0); err != nil || status.Signal() != sig {
				t.Errorf("status %v, %v", status, err)
			}
		})
	}
}
