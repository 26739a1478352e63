package machine_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/internal/await"
	"github.com/bushel-wasm/bushel/internal/guests"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// plain is the method of a name as the programs in C have it: with zeros behind.
func plain(name string) (m bus.Method) {
	copy(m[:], name)
	return m
}

// TestLoops has a package compute for ever in answer to a call, or before it listens: it is seen to,
// and its time counts; who calls it has its deadline, other packages go on; once it is ended, what
// was open fails, and the next call is for a new one.
func TestLoops(t *testing.T) {
	for _, tt := range []struct {
		guest, name string
		echo, loop  bus.Method
	}{
		{"rogue-c", "rogue", plain("echo"), plain("loop")},
		{"old-rogue-c", "old-rogue", bus.MethodOf("echo"), bus.MethodOf("loop")},
		{"bare-c", "bare", plain("echo"), plain("loop")},
		{"loop-go", "loop", bus.MethodOf("loop/1.Echo"), bus.MethodOf("loop/1.Loop")},
	} {
		code, err := os.ReadFile(guests.Need(t, tt.guest))
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
			file := "/bin/" + tt.name + ".wasm"
			install(t, k, file, code)
			f.WriteFile("/etc/bus.d/other.json", fmt.Appendf(nil, `{"name":"other","module":%q}`, file), 0o644)
			f.WriteFile("/etc/bus.d/deaf.json", fmt.Appendf(nil, `{"name":"deaf","module":%q,"args":["start"]}`, file), 0o644)
			l := &loops{k, dial(t, k), tt.echo, tt.loop}
			t.Run(tt.guest+"/in a call", func(t *testing.T) { l.inCall(t, tt.name) })
			if tt.guest == "loop-go" {
				t.Run(tt.guest+"/before it listens", func(t *testing.T) { l.deaf(t, "deaf") })
			}
		})
	}
}

// loops calls packages that compute for ever.
type loops struct {
	k          *kernel.Kernel
	conn       *bus.Conn
	echo, loop bus.Method
}

// echoes makes a call that is answered.
func (l *loops) echoes(t *testing.T, name string) {
	t.Helper()
	answer, err := l.conn.Package(name).Invoke(t.Context(), &bus.Request{Method: l.echo, Body: []byte(`"x"`)})
	if err != nil || string(answer.Body) != `"x"` {
		t.Errorf("%s: %v, %v", name, answer, err)
	}
}

// late makes a call that has a deadline and is not answered.
func (l *loops) late(t *testing.T, name string) {
	t.Helper()
	ask := &bus.Request{Method: l.echo, Deadline: time.Now().Add(50 * time.Millisecond)}
	if _, err := l.conn.Package(name).Invoke(t.Context(), ask); bus.CodeOf(err) != bus.CodeDeadlineExceeded {
		t.Errorf("%s: %v", name, err)
	}
}

// ps is what ps knows of the process that serves a package; nothing if there is none.
func (l *loops) ps(name string) (info sys.ProcInfo) {
	for _, p := range l.k.Bus().Packages() {
		if p.Name != name || len(p.PIDs) != 1 {
			continue
		}
		for _, i := range l.k.Processes() {
			if i.PID == p.PIDs[0] {
				return i
			}
		}
	}
	return sys.ProcInfo{}
}

// computes waits until ps sees the package compute, and its time grow.
func (l *loops) computes(t *testing.T, name string) (pid uint32) {
	t.Helper()
	await.Until(t, "it computes", func() bool { return l.ps(name).State == "R" })
	before := l.ps(name).CPU
	await.Until(t, "its time counts", func() bool {
		i := l.ps(name)
		if i.State != "R" {
			t.Fatalf("it is %q while it computes", i.State)
		}
		return i.CPU > before+int64(20*time.Millisecond)
	})
	return l.ps(name).PID
}

func (l *loops) inCall(t *testing.T, name string) {
	l.echoes(t, name)
	await.Until(t, "it waits", func() bool { return l.ps(name).State == "S" })
	to := l.conn.Package(name)
	_, answer := bus.Begin(t.Context(), to, &bus.Request{Method: l.loop})
	pid := l.computes(t, name)
	l.late(t, name)
	l.echoes(t, "other")
	if err := l.k.Init().Files().Kill(int(pid), sys.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if _, err := answer(); bus.CodeOf(err) != bus.CodeUnavailable {
		t.Errorf("the call that was open: %v", err)
	}
	l.echoes(t, name)
	await.Until(t, "it waits", func() bool { return l.ps(name).State == "S" })

	// Its limit of processor time ends it.
	info := l.ps(name)
	if info.PID == pid {
		t.Errorf("%d serves again", pid)
	}
	p, ok := l.k.Find(int(info.PID))
	if !ok {
		t.Fatal("it has ended")
	}
	limits := p.Limits()
	limits.CPU = time.Duration(info.CPU) + 100*time.Millisecond
	p.SetLimits(limits)
	if _, err := to.Invoke(t.Context(), &bus.Request{Method: l.loop}); bus.CodeOf(err) != bus.CodeUnavailable {
		t.Errorf("out of time: %v", err)
	}
	l.echoes(t, name)
	noneOpen(t, l.k)
}

func (l *loops) deaf(t *testing.T, name string) {
	var pid uint32
	for range 2 { // the second call is for a new one
		_, answer := bus.Begin(t.Context(), l.conn.Package(name), &bus.Request{Method: l.echo})
		before := pid
		if pid = l.computes(t, name); pid == before {
			t.Errorf("%d is started again", pid)
		}
		l.late(t, name)
		l.echoes(t, "other")
		if err := l.k.Init().Files().Kill(int(pid), sys.SIGKILL); err != nil {
			t.Fatal(err)
		}
		if _, err := answer(); bus.CodeOf(err) != bus.CodeUnavailable {
			t.Errorf("the call that waited: %v", err)
		}
	}
}
