package kernel_test

import (
	"io"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/internal/await"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// drain reads what fd has without waiting. Each read's result ends with "|".
func drain(f *sys.Files, fd int) string {
	f.SetFDFlags(fd, sys.ONonblock)
	defer f.SetFDFlags(fd, 0)
	var b strings.Builder
	buf := make([]byte, 64<<10)
	for {
		n, err := f.Read(fd, buf)
		if err != nil && err != io.EOF {
			return b.String()
		}
		b.Write(buf[:n])
		b.WriteByte('|')
		if b.Len() > 1<<20 {
			return b.String()
		}
	}
}

// typedAhead is a terminal that goes through modes, in the first of which input is typed.
func typedAhead(t *testing.T, modes []sys.TTYMode, input string) (f *sys.Files, master, tty int) {
	t.Helper()
	f = boot(t).Init().Files()
	master, tty, err := f.PTY(80, 24)
	if err != nil {
		t.Fatal(err)
	}
	for i, mode := range modes {
		if err := f.SetTTYMode(tty, mode); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			if _, err := f.Write(master, []byte(input)); err != nil {
				t.Fatal(err)
			}
		}
	}
	return f, master, tty
}

// TestTTY_ahead changes the mode between what is typed and the read.
func TestTTY_ahead(t *testing.T) {
	const cooked, raw = sys.TTYCooked &^ sys.TTYEcho, sys.TTYRaw
	for _, tt := range []struct {
		name  string
		modes []sys.TTYMode // the input is typed in the first
		input string
		reads string
	}{
		{"a line, then keys", []sys.TTYMode{cooked, raw}, "a\rb", "a\nb|"},
		{"an end of file becomes a key", []sys.TTYMode{cooked, raw}, "a\r\x04", "a\n\x04|"},
		{"and an end of file again", []sys.TTYMode{cooked, raw, cooked}, "a\r\x04", "a\n||"},
		{"keys, then a line", []sys.TTYMode{raw, cooked}, "ab\x7f\r\x04", "a\n||"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, _, s := typedAhead(t, tt.modes, tt.input)
			if got := drain(f, s); got != tt.reads {
				t.Errorf("read %q, want %q", got, tt.reads)
			}
		})
	}
}

func TestTTY_discipline(t *testing.T) {
	const cooked = sys.TTYCooked
	for _, tt := range []struct {
		name  string
		mode  sys.TTYMode
		input string
		reads string
		echo  string
	}{
		{"line", cooked, "ls\r", "ls\n|", "ls\r\n"},
		{"newline", cooked, "ls\n", "ls\n|", "ls\r\n"},
		{"two lines", cooked, "a\rb\r", "a\n|b\n|", "a\r\nb\r\n"},
		{"half a line", cooked, "abc", "", "abc"},
		{"erase", cooked, "ab\x7fc\r", "ac\n|", "ab\b \bc\r\n"},
		{"backspace", cooked, "ab\bc\r", "ac\n|", "ab\b \bc\r\n"},
		{"erase of nothing", cooked, "\x7f\x7fa\r", "a\n|", "a\r\n"},
		{"erase of two bytes", cooked, "a\u00e9\x7f\r", "a\n|", "a\u00e9\b \b\r\n"},
		{"erase of a wide character", cooked, "\u6f22\x7fx\r", "x\n|", "\u6f22\b \b\b \bx\r\n"},
		{"erase of a combination", cooked, "e\u0301\x7fx\r", "x\n|", "e\u0301\b \bx\r\n"},
		{"erase of a tab", cooked, "ab\t\x7f\r", "ab\n|", "ab\t" + strings.Repeat("\b \b", 6) + "\r\n"},
		{"erase of half a character", cooked, "\xc3\x7fx\r", "x\n|", "\xc3\b \bx\r\n"},
		{"kill", cooked, "abc\x15d\r", "d\n|", "abc" + strings.Repeat("\b \b", 3) + "d\r\n"},
		{"word", cooked, "ab cd  \x17e\r", "ab e\n|", "ab cd  " + strings.Repeat("\b \b", 4) + "e\r\n"},
		{"end of file", cooked, "\x04", "|", ""},
		{"end behind text", cooked, "ab\x04", "ab|", "ab"},
		{"literal", cooked, "\x16\x03\r", "\x03\n|", "^\b^C\r\n"},
		{"erase of a literal", cooked, "\x16\x03\x7fx\r", "x\n|", "^\b^C\b \b\b \bx\r\n"},
		{"control character", cooked, "\x01\r", "\x01\n|", "^A\r\n"},
		{"tab", cooked, "\t\r", "\t\n|", "\t\r\n"},
		{"interrupt drops the line", cooked, "abc\x03d\r", "d\n|", "abc^Cd\r\n"},
		{"suspend", cooked, "a\x1a", "", "a^Z"},
		{"quit", cooked, "\x1c", "", "^\\"},
		{"no signals", cooked &^ sys.TTYSig, "\x03\r", "\x03\n|", "^C\r\n"},
		{"no echo", cooked &^ sys.TTYEcho, "secret\x7f\r", "secre\n|", ""},
		{"no CR mapping", cooked &^ sys.TTYCRNL, "a\rb\n", "a\rb\n|", "a^Mb\r\n"},
		{"no NL mapping", cooked &^ sys.TTYONLCR, "a\r", "a\n|", "a\n"},
		{"raw", sys.TTYRaw, "a\r\x03\x7f\x04\x16", "a\r\x03\x7f\x04\x16|", ""},
		{"raw with signals", sys.TTYSig, "ab\x03c", "c|", ""},
		{"raw with echo", sys.TTYEcho, "a\x01", "a\x01|", "a^A"},
		{"a line too long", cooked &^ sys.TTYEcho, strings.Repeat("x", 5000) + "\r", strings.Repeat("x", 4095) + "\n|", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := boot(t)
			f := k.Init().Files()
			m, s, err := f.PTY(80, 24)
			if err != nil {
				t.Fatal(err)
			}
			if err := f.SetTTYMode(s, tt.mode); err != nil {
				t.Fatal(err)
			}
			f.Write(m, []byte(tt.input))
			if got := drain(f, s); got != tt.reads {
				t.Errorf("reads %q, want %q", got, tt.reads)
			}
			if got := strings.TrimSuffix(drain(f, m), "|"); got != tt.echo {
				t.Errorf("echo %q, want %q", got, tt.echo)
			}
		})
	}
}

func TestTTY_typeAhead(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	m, s, _ := f.PTY(80, 24)
	f.Write(m, []byte("one\rtw"))
	f.SetTTYMode(s, sys.TTYRaw)
	if got := drain(f, s); got != "one\ntw|" {
		t.Errorf("from lines to raw: %q", got)
	}
	f.Write(m, []byte("cat\x7fr\rhel"))
	f.SetTTYMode(s, sys.TTYCooked)
	f.Write(m, []byte("lo\r"))
	if got := drain(f, s); got != "car\n|hello\n|" {
		t.Errorf("from raw to lines: %q", got)
	}
}

// TestTTY_aheadEcho types into one mode and goes to others: each byte is shown once at most.
func TestTTY_aheadEcho(t *testing.T) {
	for _, tt := range []struct {
		name  string
		modes []sys.TTYMode // the input is typed in the first
		input string
		echo  string
	}{
		{"keys, then lines", []sys.TTYMode{sys.TTYRaw, sys.TTYCooked}, "one\rtwo\rthr", ""},
		{"lines, keys, lines", []sys.TTYMode{sys.TTYCooked, sys.TTYRaw, sys.TTYCooked}, "one\rtw", "one\r\ntw"},
		{"erased before anybody saw it", []sys.TTYMode{sys.TTYRaw, sys.TTYCooked}, "ab\x7f\r", ""},
		{"an interrupt is shown", []sys.TTYMode{sys.TTYRaw, sys.TTYCooked}, "one\r\x03two\r", "^C"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, m, _ := typedAhead(t, tt.modes, tt.input)
			f.Write(m, []byte("!\r"))
			if got := strings.TrimSuffix(drain(f, m), "|"); got != tt.echo+"!\r\n" {
				t.Errorf("echo %q, want %q", got, tt.echo+"!\r\n")
			}
		})
	}
}

func TestTTY_partialReads(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	m, s, _ := f.PTY(80, 24)
	f.Write(m, []byte("hello\rx\r"))
	buf := make([]byte, 3)
	for _, want := range []string{"hel", "lo\n", "x\n"} {
		n, err := f.Read(s, buf)
		if err != nil || string(buf[:n]) != want {
			t.Errorf("read %q, %v, want %q", buf[:n], err, want)
		}
	}
}

func TestTTY_outputWaitsForMaster(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	m, s, _ := f.PTY(80, 24)
	f.SetTTYMode(s, sys.TTYCooked)
	data := []byte(strings.Repeat("y\n", 50_000))
	ended := make(chan sys.Reply, 1)
	if k.Init().Start(&sys.Request{Op: sys.OpWrite, Args: [6]uint64{uint64(s)}, Data: data}, func(r sys.Reply) { ended <- r }) {
		t.Fatal("a flood was taken at once")
	}
	var got strings.Builder
	buf := make([]byte, 10_000)
	for got.Len() < 150_000 {
		n, err := f.Read(m, buf)
		if err != nil {
			t.Fatal(err)
		}
		got.Write(buf[:n])
	}
	if got.String() != strings.Repeat("y\r\n", 50_000) {
		t.Error("the output is not what was written")
	}
	if r := <-ended; r.Vals[0] != uint64(len(data)) {
		t.Errorf("%d bytes, errno %v", r.Vals[0], r.Errno)
	}
}

// terminal runs main as the leader of a session on a new terminal.
func terminal(t *testing.T, k *kernel.Kernel, main kernel.Main) (p *kernel.Process, master int) {
	t.Helper()
	f := k.Init().Files()
	m, s, err := f.PTY(80, 24)
	if err != nil {
		t.Fatal(err)
	}
	n := uint32(s)
	p, err = k.Init().Fork(main, kernel.ForkAttr{
		Argv: []string{"sh"}, FDs: [][2]uint32{{n, 0}, {n, 1}, {n, 2}},
		Flags: sys.SpawnSetSID | sys.SpawnSetTTY | sys.SpawnForeground, TTY: n,
	})
	if err != nil {
		t.Fatal(err)
	}
	f.Close(s)
	return p, m
}

func TestTTY_foregroundSignals(t *testing.T) {
	for _, tt := range []struct {
		key  string
		want sys.WaitStatus
	}{
		{"\x03", sys.Signaled(sys.SIGINT)},
		{"\x1c", sys.Signaled(sys.SIGQUIT)},
		{"\x1a", sys.Stopped(sys.SIGTSTP)},
	} {
		t.Run(tt.want.Signal().Name(), func(t *testing.T) {
			k := boot(t)
			sh, m := terminal(t, k, func(p *kernel.Process) int {
				f := p.Files()
				child, err := p.Fork(func(p *kernel.Process) int {
					p.Stdout().WriteString("up\n")
					p.Stdin().Read(make([]byte, 1))
					return 0
				}, kernel.ForkAttr{Flags: sys.SpawnSetPGID | sys.SpawnForeground})
				if err != nil {
					return 1
				}
				_, s, _ := f.Wait(child.PID(), sys.WUntraced)
				f.Kill(child.PID(), sys.SIGKILL)
				if s != tt.want {
					return 2
				}
				return 0
			})
			f := k.Init().Files()
			f.Read(m, make([]byte, 10))
			f.Write(m, []byte(tt.key))
			if s := wait(t, k, sh.PID()); s != sys.Exited(0) {
				t.Errorf("status %#x", s)
			}
		})
	}
}

func TestTTY_backgroundRead(t *testing.T) {
	k := boot(t)
	sh, m := terminal(t, k, func(p *kernel.Process) int {
		f := p.Files()
		p.Ignore(sys.SIGTTOU)
		child, _ := p.Fork(func(p *kernel.Process) int {
			p.Default(sys.SIGTTOU)
			buf := make([]byte, 10)
			n, err := p.Stdin().Read(buf)
			if err != nil || string(buf[:n]) != "hi\n" {
				return 1
			}
			return 42
		}, kernel.ForkAttr{Flags: sys.SpawnSetPGID})
		if _, s, _ := f.Wait(child.PID(), sys.WUntraced); s != sys.Stopped(sys.SIGTTIN) {
			return 2
		}
		if err := f.SetTTYGroup(0, child.PID()); err != nil {
			return 3
		}
		f.Kill(-child.PID(), sys.SIGCONT)
		if _, s, _ := f.Wait(child.PID(), 0); s != sys.Exited(42) {
			return 4
		}
		// From the background, the shell takes the terminal back.
		if err := f.SetTTYGroup(0, p.PID()); err != nil {
			return 5
		}
		if g, _ := f.TTYGroup(0); g != p.PID() {
			return 6
		}
		return 0
	})
	k.Init().Files().Write(m, []byte("hi\r"))
	if s := wait(t, k, sh.PID()); s != sys.Exited(0) {
		t.Errorf("status %#x", s)
	}
}

func TestTTY_backgroundWithoutParent(t *testing.T) {
	k := boot(t)
	// Nobody could continue an orphaned group: it gets EIO and no signal.
	sh, _ := terminal(t, k, func(p *kernel.Process) int {
		f := p.Files()
		r, w, _ := f.Pipe()
		p.Fork(func(p *kernel.Process) int {
			p.Fork(func(p *kernel.Process) int {
				f := p.Files()
				f.Close(w)
				f.SetPGID(0, 0)
				for f.IDs().PPID != 1 {
					f.Sleep(1000)
				}
				_, err := p.Stdin().Read(make([]byte, 1))
				p.Stdout()
				f.WriteFile("/result", []byte(errno.Of(err).Name()), 0o644)
				return 0
			}, kernel.ForkAttr{})
			return 0
		}, kernel.ForkAttr{})
		f.Close(w)
		f.Read(r, make([]byte, 1))
		await.Until(t, "the orphan has a result", func() bool { b, _ := f.ReadFile("/result"); return string(b) == "EIO" })
		return 0
	})
	if s := wait(t, k, sh.PID()); s != sys.Exited(0) {
		t.Errorf("status %#x", s)
	}
}

func TestTTY_hangup(t *testing.T) {
	k := boot(t)
	sh, m := terminal(t, k, func(p *kernel.Process) int {
		ch := p.Catch(sys.SIGHUP, sys.SIGCONT)
		p.Fork(sleeper, kernel.ForkAttr{Flags: sys.SpawnSetPGID})
		p.Stdout().WriteString("up")
		_, err := p.Stdin().Read(make([]byte, 1))
		if err != errno.EINTR && err != io.EOF {
			return 1
		}
		if <-ch != sys.SIGHUP {
			return 2
		}
		if _, err := p.Stdin().Read(make([]byte, 1)); err != io.EOF {
			return 3
		}
		if _, err := p.Stdout().WriteString("x"); err != errno.EIO {
			return 4
		}
		return 0
	})
	f := k.Init().Files()
	f.Read(m, make([]byte, 10))
	f.Close(m)
	if s := wait(t, k, sh.PID()); s != sys.Exited(0) {
		t.Errorf("status %#x", s)
	}
	await.Until(t, "only process 1 is left", func() bool {
		u := k.Usage()
		return u.Processes == 1 && u.TTYs == 0 && u.OpenFiles == 0 && u.Sessions == 1
	})
}

func TestTTY_lastCloseEndsMaster(t *testing.T) {
	k := boot(t)
	sh, m := terminal(t, k, func(p *kernel.Process) int {
		p.Stdout().WriteString("bye\n")
		return 0
	})
	f := k.Init().Files()
	out, err := io.ReadAll(f.File(m))
	if string(out) != "bye\r\n" || err != nil {
		t.Errorf("%q, %v", out, err)
	}
	wait(t, k, sh.PID())
}

func TestTTY_leaderExit(t *testing.T) {
	k := boot(t)
	sh, _ := terminal(t, k, func(p *kernel.Process) int {
		p.Fork(sleeper, kernel.ForkAttr{Flags: sys.SpawnSetPGID | sys.SpawnForeground})
		p.Fork(sleeper, kernel.ForkAttr{Flags: sys.SpawnSetPGID})
		stopped, _ := p.Fork(sleeper, kernel.ForkAttr{Flags: sys.SpawnSetPGID})
		p.Files().Kill(stopped.PID(), sys.SIGSTOP)
		return 0
	})
	wait(t, k, sh.PID())
	// The foreground group and the stopped one are told; the other goes on.
	await.Until(t, "one job is left", func() bool { return k.Usage().Processes == 2 })
	k.Init().Files().Kill(-1, sys.SIGKILL)
	await.Until(t, "nothing is left", func() bool { return k.Usage().Processes == 1 })
}

func TestTTY_size(t *testing.T) {
	k := boot(t)
	sh, m := terminal(t, k, func(p *kernel.Process) int {
		f := p.Files()
		ch := p.Catch(sys.SIGWINCH)
		p.Stdout().WriteString("up")
		for len(ch) == 0 {
			f.Poll(nil, -1)
		}
		if cols, rows, err := f.TTYSize(0); cols != 100 || rows != 30 || err != nil {
			return 1
		}
		if tty, err := f.Open("/dev/tty", sys.ORead|sys.OWrite, 0); err != nil || !f.IsTTY(tty) {
			return 2
		}
		return 0
	})
	f := k.Init().Files()
	f.Read(m, make([]byte, 10))
	if err := f.SetTTYSize(m, 100, 30); err != nil {
		t.Error(err)
	}
	if s := wait(t, k, sh.PID()); s != sys.Exited(0) {
		t.Errorf("status %#x", s)
	}
	_, err := f.Open("/dev/tty", sys.ORead, 0)
	wantErr(t, "/dev/tty without a terminal", err, errno.ENXIO)
}
