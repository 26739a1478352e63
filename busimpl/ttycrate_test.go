package busimpl_test

import (
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/internal/await"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// TestCrates_tty has the crates' programs use a terminal.
func TestCrates_tty(t *testing.T) {
	for _, engine := range []string{"compiler", "interpreter"} {
		t.Run(engine, func(t *testing.T) {
			k := boot(t, engine == "interpreter", "term", "old-term")
			for _, program := range []string{"term", "old-term"} {
				t.Run(program, func(t *testing.T) {
					f := k.Init().Files()
					m, s, err := f.PTY(100, 30)
					if err != nil {
						t.Fatal(err)
					}
					defer f.Close(m)
					tty := uint32(s)
					pid, err := f.Spawn(&sys.SpawnAttr{
						Path: "/bin/" + program + ".wasm", Argv: []string{program}, Cwd: "/", Flags: sys.SpawnSetSID | sys.SpawnSetTTY, TTY: tty,
						FDs: [][2]uint32{{tty, 0}, {tty, 1}, {tty, 2}},
					})
					if err != nil {
						t.Fatal(err)
					}
					f.Close(s)
					p := &screen{t, f, m, ""}
					p.until("size 100x30")
					p.until("ready")
					// Keys come as they are typed, that of an interrupt too, and Return is a newline.
					await.Until(t, "the program has the keys", func() bool {
						mode, err := f.TTYMode(m)
						return err == nil && mode&sys.TTYSig == 0
					})
					f.Write(m, []byte("a\x03\r"))
					p.until("10\r")
					f.Write(m, []byte("q"))
					p.until("over")
					if !strings.Contains(p.all, "97") || !strings.Contains(p.all, "3") || strings.Contains(p.all, "write:") {
						t.Errorf("it shows %q", p.all)
					}
					if _, status, err := f.Wait(pid, 0); status != sys.Exited(0) || err != nil {
						t.Errorf("%v, %v", status, err)
					}
				})
				t.Run(program+" without a terminal", func(t *testing.T) {
					if out, status := start(t, k, program).finish(); !strings.HasPrefix(out, "error: ") || status != sys.Exited(1) {
						t.Errorf("%q, %v", out, status)
					}
				})
			}
		})
	}
}

// screen is what a terminal shows.
type screen struct {
	t   *testing.T
	f   *sys.Files
	fd  int
	all string
}

// until reads until text has been shown.
func (p *screen) until(text string) {
	p.t.Helper()
	buf := make([]byte, 256)
	for !strings.Contains(p.all, text) {
		n, err := p.f.Read(p.fd, buf)
		if n == 0 || err != nil {
			p.t.Fatalf("it shows %q and ends (%v), without %q", p.all, err, text)
		}
		p.all += string(buf[:n])
	}
}
