package busimpl_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// onEngines runs a test with guests in Go on each engine.
func onEngines(t *testing.T, test func(t *testing.T, interpreter bool)) {
	for _, engine := range []string{"compiler", "interpreter"} {
		t.Run(engine, func(t *testing.T) {
			if underRace && engine == "compiler" {
				t.Skip("wazero compiles too slowly under the race detector; the interpreter runs the same")
			}
			test(t, engine == "interpreter")
		})
	}
}

// TestTree_go mounts what a guest in Go serves. Programs for js are of pages alone.
func TestTree_go(t *testing.T) {
	onEngines(t, func(t *testing.T, interpreter bool) {
		k := boot(t, interpreter)
		install(t, k, "tree", "tree-go")
		checkTree(t, k, "bus", "tree", "")
	})
}

// TestSystem_go has a guest in Go use the services process, log and tty.
func TestSystem_go(t *testing.T) {
	onEngines(t, func(t *testing.T, interpreter bool) {
		k := boot(t, interpreter)
		bin(k)
		install(t, k, "system", "system-go")
		for _, test := range []struct{ name, line, stdin, want string }{
			{"a program", "spawn run echo a|b c", "", "started true\nout: a|b c\nexit 0 \n"},
			{"with standard input", "spawn run upper", "text", "started true\nout: TEXT\nerr: end\nexit 5 \n"},
			{"killed", "spawn kill lives", "", "started true\nout: alive\nexit 137 KILL\n"},
			{"left", "spawn leave lives", "", "started true\nout: alive\n"},
			{"no program", "spawn run nothing", "", "error: nothing: no such file or directory\n"},
			{"an entry of the log", "log warn noted who=Ann", "", ""},
			{"an entry that nobody keeps", "log debug-100 unheard", "", "nothing below DEBUG is kept\n"},
			{"no terminal", "term", "", "terminal false, output false, errors false, raw false, 0 colours, 0x0\nerror: the program has no terminal\n"},
		} {
			t.Run(test.name, func(t *testing.T) {
				p := start(t, k, "system "+test.line)
				if test.stdin != "" {
					p.type_(test.stdin)
				}
				if out, _ := p.finish(); sorted(out) != sorted(test.want) {
					t.Errorf("%q, want %q", out, test.want)
				}
				for _, i := range k.Processes() {
					if len(i.Command) > 0 && i.Command[0] == "lives" && i.State != "Z" {
						t.Errorf("process %d is left", i.PID)
					}
				}
			})
		}
		var noted []string
		entries, _ := k.Log().Since(0)
		for _, e := range entries {
			if strings.HasPrefix(e.Text, "noted") {
				noted = append(noted, fmt.Sprint(e.Level, " ", e.Module, " ", e.Text))
			}
		}
		if text := strings.Join(noted, "\n"); text != "WARN system noted who=Ann" {
			t.Errorf("the log has %q", text)
		}
		t.Run("a terminal", func(t *testing.T) { terminalOf(t, k) })
	})
}

// terminalOf has the program system tell of a terminal.
func terminalOf(t *testing.T, k *kernel.Kernel) {
	f := k.Init().Files()
	m, s, err := f.PTY(100, 30)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close(m)
	tty := uint32(s)
	pid, err := f.Spawn(&sys.SpawnAttr{
		Path: "/bin/system.wasm", Argv: []string{"system", "term"}, Cwd: "/", Env: []string{"TERM=xterm-256color"},
		Flags: sys.SpawnSetSID | sys.SpawnSetTTY, TTY: tty,
		FDs: [][2]uint32{{tty, 0}, {tty, 1}, {tty, 2}},
	})
	if err != nil {
		t.Fatal(err)
	}
	f.Close(s)
	p := &screen{t, f, m, ""}
	p.until("terminal true, output true, errors true, raw false, 256 colours, 100x30")
	p.until("\x1b]2;keys\a")
	p.until("size 100x30")
	if err := f.SetTTYSize(m, 90, 20); err != nil {
		t.Fatal(err)
	}
	p.until("size 90x20")
	f.Write(m, []byte("a\x03"))
	p.until("key 3\r")
	f.Write(m, []byte("q"))
	p.until("key 113")
	if _, status, err := f.Wait(pid, 0); status != sys.Exited(0) || err != nil {
		t.Errorf("%v, %v", status, err)
	}
}
