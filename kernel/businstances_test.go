package kernel_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// holding serves calls by a guest that holds them until they are let go, which answers with who
// has served them.
type holding struct {
	mu    sync.Mutex
	held  []*bus.Incoming
	whose map[*bus.Incoming]int
}

func (h *holding) run(limit int) func(g *kernel.Guest) {
	return func(g *kernel.Guest) {
		c, err := g.Process.Bus(bus.Options{Handler: bus.HandlerFunc(func(in *bus.Incoming) {
			h.mu.Lock()
			h.held = append(h.held, in)
			h.whose[in] = g.Process.PID()
			h.mu.Unlock()
		})})
		if err == nil && c.Listen(g.Process.Context(), "", limit) == nil {
			c.Wait()
		}
	}
}

// let answers the first call that is held.
func (h *holding) let() {
	h.mu.Lock()
	in := h.held[0]
	h.held = h.held[1:]
	pid := h.whose[in]
	h.mu.Unlock()
	in.Reply(bus.FormatRaw, fmt.Append(nil, pid))
	synctest.Wait()
}

func (h *holding) holds() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.held)
}

// TestBus_instances has several processes serve a package: as many are started as are busy and as
// may be, calls go to who has the fewest, and each ends for itself.
func TestBus_instances(t *testing.T) {
	for _, tt := range []struct {
		name      string
		at        bool   // the calls are made at once
		limit     int    // of the calls that an instance takes at once
		instances string // what the declaration says
		pids      []int  // how many instances there are after so many calls
		served    []int  // how many of them are served
	}{
		{"one of one call at a time", false, 1, "", []int{1, 1, 1}, []int{1, 1, 1}},
		{"three of one call at a time", false, 1, `,"instances":3`, []int{1, 2, 3, 3, 3}, []int{1, 2, 3, 3, 3}},
		{"two of two calls at a time", false, 2, `,"instances":2`, []int{1, 2, 2, 2, 2}, []int{1, 2, 3, 4, 4}},
		{"three of any number", false, 0, `,"instances":3`, []int{1, 2, 2, 3, 3}, []int{1, 2, 3, 4, 5}},
		{"three of one call at a time, called at once", true, 1, `,"instances":3`, []int{3, 3, 3, 3, 3}, []int{3, 3, 3, 3, 3}},
		{"two of any number, called at once", true, 0, `,"instances":2`, []int{2, 2, 2}, []int{3, 3, 3}},
		{"one of any number", false, 0, "", []int{1, 1, 1}, []int{1, 2, 3}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := &holding{whose: make(map[*bus.Incoming]int)}
				m := &fakeMachine{run: map[string]func(*kernel.Guest){"many": h.run(tt.limit)}}
				k := kernel.New(kernel.Config{Machine: m})
				defer k.Close()
				writes(t, k, map[string]string{
					"/bin/many.wasm":       "\x00asmmany",
					"/etc/bus.d/many.json": `{"name":"many","idle":"5s"` + tt.instances + `}`,
				})
				pids := func() []uint32 {
					for _, p := range k.Bus().Packages() {
						if p.Name == "many" {
							return p.PIDs
						}
					}
					return nil
				}
				var ends []func() (*bus.Response, error)
				wait(t, k, onBus(t, k, bus.Options{}, func(p *kernel.Process, c *bus.Conn) {
					for i, want := range tt.pids {
						_, end := bus.Begin(p.Context(), c.Package("many"), request("t/1.Any", ""))
						ends = append(ends, end)
						if tt.at && i < len(tt.pids)-1 {
							continue
						}
						synctest.Wait()
						if n, served := len(pids()), h.holds(); n != want || served != tt.served[i] {
							t.Errorf("after %d calls there are %d instances, and %d calls are served; want %d and %d", i+1, n, served, want, tt.served[i])
						}
					}
					who := make(map[string]int)
					for range ends {
						h.let()
					}
					for _, end := range ends {
						r, err := end()
						if err != nil {
							t.Error(err)
							return
						}
						who[string(r.Body)]++
					}
					if !tt.at && len(who) != tt.pids[len(tt.pids)-1] {
						t.Errorf("the calls were served by %v", who)
					}
					// One that dies takes its own calls along and no others'.
					all := pids()
					end := make([]func() (*bus.Response, error), len(all))
					for i := range all {
						_, end[i] = bus.Begin(p.Context(), c.Package("many"), request("t/1.Any", ""))
						synctest.Wait()
					}
					k.Init().Files().Kill(int(all[0]), sys.SIGKILL)
					synctest.Wait()
					for range all {
						h.let()
					}
					died := 0
					for i := range end {
						if _, err := end[i](); bus.CodeOf(err) == bus.CodeUnavailable {
							died++
						} else if err != nil {
							t.Error(err)
						}
					}
					if died != 1 || slices.Contains(pids(), all[0]) {
						t.Errorf("%d calls died with one of %v, %v are left", died, all, pids())
					}
				}).PID())
				// What has no calls is stopped.
				for len(pids()) > 0 {
					k.Init().Files().Sleep(1e9)
				}
			})
		})
	}
}

// TestBus_diedIsReplaced has an instance die while all are busy and a call waits: that is for a new
// one, however long the others take.
func TestBus_diedIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &holding{whose: make(map[*bus.Incoming]int)}
		m := &fakeMachine{run: map[string]func(*kernel.Guest){"many": h.run(1)}}
		k := kernel.New(kernel.Config{Machine: m})
		defer k.Close()
		writes(t, k, map[string]string{
			"/bin/many.wasm":       "\x00asmmany",
			"/etc/bus.d/many.json": `{"name":"many","instances":2}`,
		})
		wait(t, k, onBus(t, k, bus.Options{}, func(p *kernel.Process, c *bus.Conn) {
			var ends []func() (*bus.Response, error)
			for range 3 {
				_, end := bus.Begin(p.Context(), c.Package("many"), request("t/1.Any", ""))
				ends = append(ends, end)
				synctest.Wait()
			}
			if n := h.holds(); n != 2 {
				t.Errorf("%d calls are served", n)
			}
			k.Init().Files().Kill(h.whose[h.held[0]], sys.SIGKILL)
			synctest.Wait()
			if n := h.holds(); n != 3 { // the first is of who has died
				t.Errorf("%d calls have been served, when one of two has died", n)
			}
			for h.holds() > 0 {
				h.let()
			}
			for i, end := range ends {
				if _, err := end(); (err == nil) != (i > 0) {
					t.Errorf("call %d: %v", i, err)
				}
			}
		}).PID())
	})
}

// TestBus_callBehindAnEnd has a caller hear that its callee has ended, and call again at once: that
// is for a new one, however soon it comes.
func TestBus_callBehindAnEnd(t *testing.T) {
	m := &fakeMachine{run: map[string]func(*kernel.Guest){"brief": func(g *kernel.Guest) {
		s := testServer()
		var c *bus.Conn
		s.Handle("t/1.Leave", bus.HandlerFunc(func(*bus.Incoming) { c.Lost(nil) }))
		var err error
		if c, err = g.Process.Bus(bus.Options{Handler: s}); err == nil && c.Listen(g.Process.Context(), "", 0) == nil {
			c.Wait()
		}
	}}}
	k := kernel.New(kernel.Config{Machine: m})
	defer k.Close()
	writes(t, k, map[string]string{"/bin/brief.wasm": "\x00asmbrief"})
	wait(t, k, onBus(t, k, bus.Options{}, func(p *kernel.Process, c *bus.Conn) {
		brief := c.Package("brief")
		for i := range 200 {
			next := make(chan error, 1)
			brief.Start(p.Context(), request("t/1.Leave", ""), func(_ *bus.Response, err error) {
				if bus.CodeOf(err) != bus.CodeUnavailable {
					t.Errorf("%d: %v", i, err)
				}
				brief.Start(p.Context(), request("t/1.Echo", "x"), func(_ *bus.Response, err error) { next <- err })
			})
			if err := <-next; err != nil {
				t.Errorf("%d: the next call: %v", i, err)
				return
			}
		}
	}).PID())
}
