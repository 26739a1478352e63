package machine_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/internal/await"
	"github.com/bushel-wasm/bushel/internal/guests"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// rogues are the programs that break the bus's rules, by each of the crates' interfaces and by
// /dev/bus, with what those call their methods.
var rogues = []struct {
	name   string
	method func(name string) bus.Method
	busy   int               // the interface's error for calls over a limit, if it has a crowd
	lines  map[string]string // what they print, and nobody else
}{
	{"rogue", plain, 15, map[string]string{
		"twice": "twice: one\nthe second: 8\n",
		"cycle": "cycle: error 15\n",
		"strange": "reply to nobody 8, to the own call 8\nalong no call 8, along one that ended 8\n" +
			"along the open one: still here\nalong the closed one 8\na package that is not open 8\n",
	}},
	{"old-rogue", bus.MethodOf, 16, map[string]string{
		"twice": "twice: one\n",
		"cycle": "cycle: error 16\n",
		"strange": "along no call 8, along one that ended 8, a handle in use 8\n" +
			"along the open one: still here\na handle again: \nalong the closed one 8\n",
	}},
	{"bare", plain, 0, map[string]string{
		"twice":   "twice: one\nthe next: 2\n",
		"unasked": "unasked: asked\nthe next: 2\n",
		"never":   "never: error 4\nothers: served\n",
		"cycle":   "cycle: error 8\nthe next: anew\n",
		"trap":    "trap: error 14\nthe next: anew\n",
		"exit":    "exit: error 14\nthe next: anew\n",
		"shut":    "shut: error 14\nthe next: anew\n",
		"wild":    "wild: error 14\nthe next: anew\n",
	}},
}

// TestRogue has guests of both interfaces break the bus's rules towards each other: who does is
// told, another caller of the same package is served, and nothing stays open.
func TestRogue(t *testing.T) {
	for _, rogue := range rogues {
		code, err := os.ReadFile(guests.Need(t, rogue.name+"-c"))
		if err != nil {
			t.Fatal(err)
		}
		both(t, func(t *testing.T, k *kernel.Kernel) {
			if err := k.Init().Files().MkdirAll("/bin", 0o755); err != nil {
				t.Fatal(err)
			}
			install(t, k, "/bin/"+rogue.name+".wasm", code)
			r := &rogueTest{t: t, k: k, name: rogue.name, method: rogue.method, busy: rogue.busy}
			for _, test := range []struct{ name, line, want string }{
				{"sessions 1,000 deep", "deep", "1000 deep: hello\ndeeper: refused\n"},
				{"a callback", "back", "called back: from the callee\nback: back\n"},
				{"a cycle of calls", "cycle", ""},
				{"two answers", "twice", ""},
				{"answers that nobody asked for, unknown ids and ids used again", "strange", ""},
				{"answers that nobody asked for", "unasked", ""},
				{"a call that is never answered", "never", "beside it: others\nbehind it: others\n"},
				{"a callee that traps", "trap", "trap: error 7\nthe next: anew\n"},
				{"a callee that exits", "exit", "exit: error 7\nthe next: anew\n"},
				{"a callee that closes its link", "shut", ""},
				{"a callee that sends no frames", "wild", ""},
			} {
				if line, differs := rogue.lines[test.line]; differs {
					test.want = line
				} else if test.want == "" || rogue.busy == 0 {
					continue // that is not for this one
				}
				t.Run(rogue.name+"/"+test.name, func(t *testing.T) {
					if got := r.run(test.line); got != test.want {
						t.Errorf("%q, want %q", got, test.want)
					}
					r.idle(t)
				})
			}
			t.Run(rogue.name+"/a caller that leaves", r.leaves)
			t.Run(rogue.name+"/a callee that never answers", r.never)
			if rogue.busy != 0 {
				t.Run(rogue.name+"/a million calls", r.million)
			}
		})
	}
}

// A rogueTest has a rogue as a package, and runs it as a caller.
type rogueTest struct {
	t      *testing.T
	k      *kernel.Kernel
	name   string
	method func(string) bus.Method
	busy   int // the interface's error for calls over a limit
}

// run runs the rogue as a caller to its end.
func (r *rogueTest) run(line string) string {
	_, wait := spawn(r.t, r.k, sys.SpawnAttr{Path: "/bin/" + r.name + ".wasm", Argv: append([]string{r.name}, strings.Fields(line)...)})
	got := wait()
	return got.out + got.err
}

// idle waits until no call is open.
func (r *rogueTest) idle(t *testing.T) {
	t.Helper()
	noneOpen(t, r.k)
}

// noneOpen waits until no call is open on the bus.
func noneOpen(t *testing.T, k *kernel.Kernel) {
	t.Helper()
	await.Until(t, "no call is open", func() bool {
		return !slices.ContainsFunc(k.Bus().Packages(), func(i kernel.PackageInfo) bool { return i.Open != 0 })
	})
}

// conn is a link of another caller.
func (r *rogueTest) conn(t *testing.T) *bus.Conn { return dial(t, r.k) }

// dial is a link of process 1 to its bus, until the test ends.
func dial(t *testing.T, k *kernel.Kernel) *bus.Conn {
	t.Helper()
	conn, err := k.Init().Bus(bus.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(nil) })
	return conn
}

func (r *rogueTest) request(name, body string) *bus.Request {
	return &bus.Request{Method: r.method(name), Body: []byte(body)}
}

func (r *rogueTest) leaves(t *testing.T) {
	other := r.conn(t).Package(r.name)
	count := func() (gone, opens int) {
		answer, err := other.Invoke(t.Context(), r.request("gone", ""))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Sscanf(string(answer.Body), "%d of %d", &gone, &opens); err != nil {
			t.Fatal(err)
		}
		return gone, opens
	}
	gone, opens := count()
	if got := r.run("leave"); got != "leave: with six open\n" {
		t.Errorf("%q", got)
	}
	if _, now := count(); now != opens+6 {
		t.Errorf("%d calls came, want 6", now-opens)
	}
	await.Until(t, "the callee has heard of six ends", func() bool {
		now, _ := count()
		return now == gone+6
	})
	r.idle(t)
}

func (r *rogueTest) never(t *testing.T) {
	other := r.conn(t).Package(r.name)
	ask := r.request("never", "")
	ask.Deadline = time.Now().Add(50 * time.Millisecond)
	if _, err := other.Invoke(t.Context(), ask); bus.CodeOf(err) != bus.CodeDeadlineExceeded {
		t.Errorf("%v", err)
	}
	if answer, err := other.Invoke(t.Context(), r.request("echo", "others")); err != nil || string(answer.Body) != "others" {
		t.Errorf("%v, %v", answer, err)
	}
	r.idle(t)
}

func (r *rogueTest) million(t *testing.T) {
	n := 1_000_000
	if testing.Short() || underRace {
		n = 20_000
	}
	const share = bus.DefaultCalls * 3 / 4
	other := r.conn(t).Package(r.name)
	f := r.k.Init().Files()
	in, type_, err := f.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	_, wait := spawn(t, r.k, sys.SpawnAttr{
		Path: "/bin/" + r.name + ".wasm", Argv: []string{r.name, "crowd", fmt.Sprint(n), "hold"}, FDs: [][2]uint32{{uint32(in), 0}},
	})
	await.Until(t, "the crowd has come", func() bool {
		return slices.ContainsFunc(r.k.Bus().Packages(), func(i kernel.PackageInfo) bool { return i.Name == r.name && i.Open >= share-1 })
	})
	// It goes on meanwhile, or holds what it has.
	if answer, err := other.Invoke(t.Context(), r.request("echo", "others")); err != nil || string(answer.Body) != "others" {
		t.Errorf("another caller: %v, %v", answer, err)
	}
	f.Close(in)
	f.Close(type_)
	want := fmt.Sprintf("one more: error %d\nafter one was closed: again\nopen %d, other errors 0\n", r.busy, share)
	if got := wait(); got.out+got.err != want {
		t.Errorf("%q, want %q", got.out+got.err, want)
	}
	r.idle(t)
}

// TestInstances has several processes serve a package that takes one call at a time, or any number.
func TestInstances(t *testing.T) {
	code, err := os.ReadFile(guests.Need(t, "bare-c"))
	if err != nil {
		t.Fatal(err)
	}
	both(t, func(t *testing.T, k *kernel.Kernel) {
		f := k.Init().Files()
		for _, dir := range []string{"/bin", "/etc/bus.d"} {
			if err := f.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		install(t, k, "/bin/bare.wasm", code)
		for name, limit := range map[string]string{"single": "1", "several": "0"} {
			t.Run(name, func(t *testing.T) {
				text := fmt.Sprintf(`{"name":%q,"module":"/bin/bare.wasm","args":[%q],"instances":2}`, name, limit)
				if err := f.WriteFile("/etc/bus.d/"+name+".json", []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
				in, type_, err := f.Pipe()
				if err != nil {
					t.Fatal(err)
				}
				instances := func() []uint32 {
					for _, p := range k.Bus().Packages() {
						if p.Name == name {
							return p.PIDs
						}
					}
					return nil
				}
				_, wait := spawn(t, k, sys.SpawnAttr{Path: "/bin/bare.wasm", Argv: []string{"bare", "beside", name, "hold"}, FDs: [][2]uint32{{uint32(in), 0}}})
				await.Until(t, "another serves beside the busy one", func() bool { return len(instances()) == 2 })
				f.Close(in)
				f.Close(type_)
				if got := wait(); got.out+got.err != "first: one\nbeside: another\nheld: error 1\n" {
					t.Errorf("%q", got.out+got.err)
				}
			})
		}
	})
}
