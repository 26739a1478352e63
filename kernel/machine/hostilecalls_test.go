package machine_test

import (
	"testing"

	"github.com/bushel-wasm/bushel/bus"
)

// badCall is a call of a host function with what it must answer.
type badCall struct {
	name string
	fn   string
	args []uint64
	want bus.Crate
}

func badCalls(t *testing.T, module string, list []badCall) {
	hostile(t, module, nil, func(d *double) {
		fill(&d.mem)
		for _, c := range list {
			if got := d.call(c.fn, c.args...); got != uint64(c.want) {
				t.Errorf("%s: %s%v answers %d, want %d", c.name, c.fn, c.args, got, c.want)
			}
		}
	}, func(*double, string, []uint64) ([]uint64, bool) { return nil, true })
}

func TestWasix_badCalls(t *testing.T) {
	const wild = 1<<32 - 4
	badCalls(t, "wasix_32v1", []badCall{
		{"a package that is not open", "bus_call", []uint64{1, atMethod, 3, atBody, 4, atResult}, bus.CrateInvalidHandle},
		{"no name", "bus_open_local", []uint64{atName, 0, 1, atResult}, bus.CrateInvalidPackage},
		{"a long name", "bus_open_local", []uint64{atName, 256, 1, atResult}, bus.CrateInvalidPackage},
		{"a name that is elsewhere", "bus_open_local", []uint64{wild, 4, 1, atResult}, bus.CrateMemoryAccess},
		{"a number that goes elsewhere", "bus_open_local", []uint64{atName, 4, 1, wild}, bus.CrateMemoryAccess},
		{"an instance that is elsewhere", "bus_open_remote", []uint64{atName, 4, 1, wild, 8, atBody, 1, atResult}, bus.CrateMemoryAccess},
		{"one that is open", "bus_open_local", []uint64{atName, 4, 1, atResult}, 0},
		{"a method that is elsewhere", "bus_call", []uint64{1, wild, 3, atBody, 4, atResult}, bus.CrateMemoryAccess},
		{"a body that is elsewhere", "bus_call", []uint64{1, atMethod, 3, atBody, 1 << 20, atResult}, bus.CrateMemoryAccess},
		{"a body without end", "bus_call", []uint64{1, atMethod, 3, atBody, 1<<32 - 1, atResult}, bus.CrateBadRequest},
		{"a result that goes elsewhere", "bus_call", []uint64{1, atMethod, 3, atBody, 4, wild}, bus.CrateMemoryAccess},
		{"along no call", "bus_subcall", []uint64{7, atMethod, 3, atBody, 4, atResult}, bus.CrateInvalidHandle},
		{"an answer that nobody asked for", "call_reply", []uint64{7, 3, atBody, 4}, bus.CrateInvalidHandle},
		{"no room for events", "bus_poll", []uint64{0, atEvents, 0, atResult}, 0},
		{"a count that goes elsewhere", "bus_poll", []uint64{0, atEvents, 1, wild}, bus.CrateMemoryAccess},
		{"a package that is closed twice", "bus_close", []uint64{9}, bus.CrateInvalidHandle},
	})
}

func TestWasmBus_badCalls(t *testing.T) {
	const none, wild = 1<<32 - 1, 1<<32 - 4
	badCalls(t, "wasm-bus", []badCall{
		{"no name", "call", []uint64{none, 50, 0, atName, 0, atTopic, 6, atBody, 4}, bus.CrateInvalidPackage},
		{"a name that is elsewhere", "call", []uint64{none, 50, 0, wild, 8, atTopic, 6, atBody, 4}, bus.CrateBadRequest},
		{"a body without end", "call", []uint64{none, 50, 0, atName, 4, atTopic, 6, atBody, 1<<32 - 1}, bus.CrateBadRequest},
		{"along no call", "call", []uint64{7, 50, 0, atName, 4, atTopic, 6, atBody, 4}, bus.CrateInvalidHandle},
		{"one", "call", []uint64{none, 50, 1, atName, 4, atTopic + 8, 6, atBody, 4}, 0},
		{"another with its handle", "call", []uint64{none, 50, 1, atName, 4, atTopic + 8, 6, atBody, 4}, bus.CrateInvalidHandle},
	})
}

// TestWasix_openCalls has a guest open more calls than it may: those get the error that says so, and
// the others stay open.
func TestWasix_openCalls(t *testing.T) {
	const more = 100
	faults := 0
	hostile(t, "wasix_32v1", nil, func(d *double) {
		fill(&d.mem)
		d.call("bus_open_local", atName, 4, 1, atResult)
		for range bus.DefaultCalls + more {
			d.call("bus_call", 1, atMethod+16, 3, atBody, 4, atResult) // t/hang
		}
		for faults < more {
			if e := d.call("bus_poll", 60e9, atEvents, 50, atResult); e != 0 {
				t.Fatalf("poll answers %d", e)
			}
			n := le.Uint32(d.mem.b[atResult:])
			for i := range n {
				if e := d.mem.b[atEvents+64*i:]; e[0] != 4 || le.Uint32(e[16:]) != uint32(bus.CrateMemoryAllocation) {
					t.Errorf("an event of the kind %d, with the error %d", e[0], le.Uint32(e[16:]))
				}
			}
			if faults += int(n); n == 0 {
				t.Errorf("only %d calls have failed", faults)
				return
			}
		}
	}, func(*double, string, []uint64) ([]uint64, bool) { return nil, true })
	if faults != more {
		t.Errorf("%d calls have failed, want %d", faults, more)
	}
}
