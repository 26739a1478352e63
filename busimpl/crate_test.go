//go:build !js

package busimpl_test

import (
	"os"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/busimpl"
	"github.com/bushel-wasm/bushel/busimpl/oshttp"
	"github.com/bushel-wasm/bushel/busimpl/osws"
	"github.com/bushel-wasm/bushel/internal/guests"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/machine"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// boot makes a kernel with the package "os" and the given guests in /bin.
func boot(t *testing.T, interpreter bool, programs ...string) *kernel.Kernel {
	t.Helper()
	m, err := machine.New(machine.Config{Interpreter: interpreter})
	if err != nil {
		t.Fatal(err)
	}
	k := kernel.New(kernel.Config{Machine: m})
	t.Cleanup(func() {
		if err := k.Close(); err != nil {
			t.Error(err)
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	busimpl.Register(k, busimpl.Options{HTTP: oshttp.NetHTTP{}, WS: osws.Coder{}})
	f := k.Init().Files()
	for _, dir := range []string{"/bin", "/tmp"} {
		if err := f.MkdirAll(dir, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range programs {
		guest := name
		if !strings.HasSuffix(name, "-go") {
			guest += "-rust"
		}
		code, err := os.ReadFile(guests.Need(t, guest))
		if err != nil {
			t.Fatal(err)
		}
		if err := f.WriteFile("/bin/"+name+".wasm", code, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return k
}

// A program is one that was started.
type program struct {
	t   *testing.T
	k   *kernel.Kernel
	pid int
	in  int // the end of its standard input to write to
	out int // the end of its standard output and error to read from
}

func start(t *testing.T, k *kernel.Kernel, line string) *program {
	t.Helper()
	f := k.Init().Files()
	inR, inW, err := f.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	outR, outW, err := f.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	argv := strings.Fields(line)
	pid, err := f.Spawn(&sys.SpawnAttr{
		Path: "/bin/" + argv[0] + ".wasm", Argv: argv, Cwd: "/", Env: []string{"PATH=/bin"},
		FDs: [][2]uint32{{uint32(inR), 0}, {uint32(outW), 1}, {uint32(outW), 2}},
	})
	if err != nil {
		t.Fatal(err)
	}
	f.Close(inR)
	f.Close(outW)
	p := &program{t, k, pid, inW, outR}
	t.Cleanup(func() { f.Close(p.out) })
	return p
}

func (p *program) type_(text string) {
	p.t.Helper()
	if _, err := p.k.Init().Files().Write(p.in, []byte(text)); err != nil {
		p.t.Fatal(err)
	}
}

// line is the next line of the output.
func (p *program) line() string {
	p.t.Helper()
	var line []byte
	for b := make([]byte, 1); ; {
		n, err := p.k.Init().Files().Read(p.out, b)
		if n == 0 || err != nil {
			p.t.Fatalf("the output ends after %q: %v", line, err)
		}
		if b[0] == '\n' {
			return string(line)
		}
		line = append(line, b[0])
	}
}

// finish closes the standard input and returns what is left of the output, and the status.
func (p *program) finish() (rest string, status sys.WaitStatus) {
	p.t.Helper()
	f := p.k.Init().Files()
	f.Close(p.in)
	var out strings.Builder
	for b := make([]byte, 4096); ; {
		n, err := f.Read(p.out, b)
		if n == 0 || err != nil {
			break
		}
		out.Write(b[:n])
	}
	_, status, err := f.Wait(p.pid, 0)
	if err != nil {
		p.t.Fatal(err)
	}
	return out.String(), status
}

func TestCrates(t *testing.T) {
	tests := []struct {
		name string
		line string
		want string
		code uint8
	}{
		{"sleep", "sleep 20", "slept long enough\n", 0},
		{"sleep by the first interface", "old-sleep 20", "slept long enough\n", 0},
		{"a service", "greet greeter Ann Bob", "hello, Ann\nhello, Bob\n", 0},
		{"a service by the first interface", "old-greet old-greeter Ann Bob", "hello, Ann\nhello, Bob\n", 0},
		{"no such package", "greet nobody Ann", "error: the specified WAPM module does not exist.\n", 1},
		{"a service of the first interface for a program of the second", "greet old-greeter Ann", "hello, Ann\n", 0},
		{"and the other way", "old-greet greeter Ann", "hello, Ann\n", 0},
		{"a package that has no such method", "greet old-room Ann", "error: the topic name is invalid.\n", 1},
		{"the file system of another program", "old-look old-tree", "wrote 12\nread seen by Rust\n/look/a 12\nentity not found\nfs io error\n", 0},
		{"the service dies, and comes again", "greet greeter crash Ann", "error: the request has been aborted.\nhello, Ann\n", 1},
	}
	for _, engine := range []string{"compiler", "interpreter"} {
		t.Run(engine, func(t *testing.T) {
			// One kernel for all: to load these programs takes longer than to run them.
			k := boot(t, engine == "interpreter", "sleep", "old-sleep", "greet", "greeter", "old-greet", "old-greeter",
				"room", "join", "old-room", "old-join", "old-tree", "old-look")
			for _, test := range tests {
				t.Run(test.name, func(t *testing.T) {
					out, status := start(t, k, test.line).finish()
					if out != test.want || status != sys.Exited(test.code) {
						t.Errorf("%q, %v; want %q and exit code %d", out, status, test.want, test.code)
					}
				})
			}
			for _, test := range []struct{ room, ann, bob string }{
				{"room", "join", "join"}, {"old-room", "old-join", "old-join"},
				{"room", "old-join", "join"}, {"old-room", "old-join", "join"},
			} {
				t.Run(test.room+" of "+test.ann+" and "+test.bob, func(t *testing.T) { room(t, k, test.room, test.ann, test.bob) })
			}
			for _, pkg := range []string{"room", "old-room"} {
				t.Run(pkg+" of Go", func(t *testing.T) { joinRoom(t, k, pkg) })
			}
			for _, program := range []string{"join", "old-join"} {
				t.Run("a room in Go of "+program, func(t *testing.T) { serveRoom(t, k, program) })
			}
		})
	}
}

// room has objects, callbacks and their ends go from guest to guest.
func room(t *testing.T, k *kernel.Kernel, pkg, first, second string) {
	ann := start(t, k, first+" "+pkg+" ann")
	ann.type_("/nicks\n")
	if got := ann.line(); got != "ann" {
		t.Fatalf("ann hears %q", got)
	}
	bob := start(t, k, second+" "+pkg+" bob")
	bob.type_("/nicks\nhello all\n")
	for _, want := range []string{"ann bob", "told 1"} {
		if got := bob.line(); got != want {
			t.Errorf("bob hears %q, want %q", got, want)
		}
	}
	ann.type_("/wait 2\nhello bob\n")
	for _, want := range []string{"< bob joined", "< bob: hello all", "told 1"} {
		if got := ann.line(); got != want {
			t.Errorf("ann hears %q, want %q", got, want)
		}
	}
	bob.type_("/wait 1\n")
	if out, status := bob.finish(); out != "< ann: hello bob\n" || status != sys.Exited(0) {
		t.Errorf("bob ends with %q, %v", out, status)
	}
	ann.type_("/wait 3\n/nicks\n")
	for _, want := range []string{"< bob left", "ann"} {
		if got := ann.line(); got != want {
			t.Errorf("ann hears %q, want %q", got, want)
		}
	}
	if out, status := ann.finish(); out != "" || status != sys.Exited(0) {
		t.Errorf("ann ends with %q, %v", out, status)
	}
}
