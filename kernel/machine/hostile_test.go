package machine_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/abi/imports"
	"github.com/bushel-wasm/bushel/kernel/abi/wasi"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// methods are those of the package "test", and those that are called of the guest.
var methods = []string{"t/echo", "t/hang", "t/open", "t/back", "t/fail", "t/self", "t/none"}

// tally counts calls that began and their ends.
type tally struct{ begun, ended atomic.Int64 }

func (n *tally) begin() func() {
	n.begun.Add(1)
	var once atomic.Bool
	return func() {
		n.ended.Add(1)
		if once.Swap(true) {
			n.ended.Add(1 << 32) // ended twice
		}
	}
}

// serveTest is the package "test".
func serveTest(served *tally) bus.Handler {
	srv := bus.NewServer()
	echo := bus.HandlerFunc(func(in *bus.Incoming) { in.Reply(in.Format(), in.Body()) })
	for name, h := range map[string]bus.HandlerFunc{
		"t/echo": echo.ServeBus,
		"t/hang": func(*bus.Incoming) {},
		"t/fail": func(in *bus.Incoming) { in.Fault(bus.CrateError(bus.CrateAccessDenied, "no")) },
		"t/open": func(in *bus.Incoming) {
			in.Open(in.Format(), nil, echo)
			in.Notify(in.Context(), &bus.Request{Method: bus.MethodOf("t/self"), Body: []byte("notified")})
		},
		"t/back": func(in *bus.Incoming) {
			in.Start(in.Context(), &bus.Request{Method: bus.MethodOf("t/self"), Body: []byte("called")}, func(r *bus.Response, err error) {
				if err != nil {
					in.Fault(err)
					return
				}
				in.Reply(r.Format, r.Body)
			})
		},
	} {
		srv.Handle(name, bus.HandlerFunc(func(in *bus.Incoming) {
			if !in.IsNotify() {
				end := served.begin()
				in.OnEnd(func(error) { end() })
			}
			h(in)
		}))
	}
	return srv
}

// hostile runs a guest without code in a kernel: main is what it does, module what it imports
// its functions from. export is what its exports do. While it runs, others call it as the
// bytes of calls say. Then it is killed, if it has not ended, and nothing may be left of it.
func hostile(t *testing.T, module string, calls []byte, main func(d *double), export func(d *double, name string, params []uint64) ([]uint64, bool)) {
	synctest.Test(t, func(t *testing.T) {
		k := kernel.New(kernel.Config{})
		var served, made tally
		k.Bus().Register("test", serveTest(&served))
		sleeper := func(p *kernel.Process) int {
			<-p.Context().Done()
			return 0
		}
		p, err := k.Init().Fork(sleeper, kernel.ForkAttr{Argv: []string{"self"}, FDs: [][2]uint32{}})
		if err != nil {
			t.Fatal(err)
		}
		// Another program, with an object that must live on.
		witness, err := k.Init().Bus(bus.Options{})
		if err != nil {
			t.Fatal(err)
		}
		test := witness.Package("test")
		opened, err := test.Invoke(t.Context(), &bus.Request{Method: bus.MethodOf("t/open")})
		if err != nil || opened.Session == nil {
			t.Fatal(err)
		}

		info := &sys.StartInfo{PID: uint32(p.PID()), Name: "/self.wasm", Argv: []string{"self"}, Imports: []string{module + "\x00x\x00"}}
		for _, name := range []string{"fd_read", "fd_close", "fd_filestat_get", "fd_seek"} {
			info.Imports = append(info.Imports, wasi.Preview1+"\x00"+name+"\x00")
		}
		host, serve := imports.Of(p, info, wasi.Options{})
		d := newDouble(t, host)
		d.export = func(name string, params []uint64) ([]uint64, bool) { return export(d, name, params) }
		files := k.Init().Files()
		over := make(chan struct{})
		go func() {
			defer close(over)
			d.run(func() { main(d) }, serve)
			files.Kill(p.PID(), sys.SIGKILL)
		}()
		var sessions []*bus.Session
		for i := range 4 {
			synctest.Wait()
			for len(calls) > 0 && int(calls[0]&7) != i {
				c := calls[0]
				calls = calls[1:]
				var to bus.Target = witness.Package("self")
				if c&8 != 0 && len(sessions) > 0 {
					to = sessions[int(c>>4)%len(sessions)]
				}
				r := &bus.Request{Method: bus.MethodOf(methods[int(c>>5)%len(methods)]), Format: bus.Format(c & 3), Body: []byte("{}"), Keep: c&16 != 0}
				switch {
				case c&4 != 0 && len(sessions) > 0:
					sessions[int(c>>5)%len(sessions)].Close()
				case c&1 != 0:
					to.Notify(t.Context(), r)
				default:
					end := made.begin()
					r.Handler = serveTest(&served)
					sessions = append(sessions, to.Start(t.Context(), r, func(*bus.Response, error) { end() }))
				}
			}
			if len(calls) > 0 {
				calls = calls[1:]
			}
			time.Sleep(time.Second)
		}
		synctest.Wait()
		close(d.killed)
		files.Kill(p.PID(), sys.SIGKILL)
		<-over
		if _, _, err := files.Wait(p.PID(), 0); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		time.Sleep(2 * time.Minute) // what waits for a package that does not start is given up
		synctest.Wait()
		for _, s := range sessions {
			s.Close()
		}
		synctest.Wait()

		if r, err := test.Invoke(t.Context(), &bus.Request{Method: bus.MethodOf("t/echo"), Body: []byte("x")}); err != nil || string(r.Body) != "x" {
			t.Errorf("another program's call: %+v, %v", r, err)
		}
		if r, err := opened.Session.Invoke(t.Context(), &bus.Request{Method: bus.MethodOf("t/self"), Body: []byte("x")}); err != nil || string(r.Body) != "x" {
			t.Errorf("another program's object: %+v, %v", r, err)
		}
		if b, e := made.begun.Load(), made.ended.Load(); b != e {
			t.Errorf("%d calls of others, and %d ends", b, e)
		}
		if b, e := served.begun.Load(), served.ended.Load(); b != e+1 { // the witness's object
			t.Errorf("%d calls were served, and %d have ended", b, e)
		}
		for _, pkg := range k.Bus().Packages() {
			if want := map[string]int{"test": 1}[pkg.Name]; pkg.Open != want {
				t.Errorf("package %s has %d calls open, want %d", pkg.Name, pkg.Open, want)
			}
		}
		if s := witness.Stats(); s.Open != 1 {
			t.Errorf("%d calls are open", s.Open)
		}
		witness.Close(nil)
		synctest.Wait()
		if err := k.Close(); err != nil {
			t.Error(err)
		}
		if u := k.Usage(); u.OpenFiles != 0 {
			t.Errorf("left: %+v", u)
		}
	})
}
