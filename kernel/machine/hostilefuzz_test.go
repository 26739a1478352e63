package machine_test

import (
	"slices"
	"testing"

	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/bus"
)

// Where things are in the memory of a hostile guest.
const (
	atName   = 0x100  // "test", "self", "none"
	atMethod = 0x200  // the methods' numbers
	atTopic  = 0x400  // their names, 6 bytes each
	atBody   = 0x600  // a body
	atResult = 0x1000 // where a result goes
	atEvents = 0x2000 // room for events
	atBuffer = 0x4000 // a list of one buffer, and behind it that
)

func fill(m *flat) {
	m.Write(atName, []byte("testselfnone"))
	for i, name := range methods {
		n := bus.MethodOf(name)
		m.Write(atMethod+16*uint32(i), n[:])
		m.Write(atTopic+8*uint32(i), []byte(name))
	}
	m.Write(atBody, []byte(`{"some":"text"}`))
	m.WriteUint32Le(atBuffer, atBuffer+16)
	m.WriteUint32Le(atBuffer+4, 100)
}

// usual are arguments that make sense: h stands for a handle of some kind, n for one of few
// things, p for the place of one of the methods' numbers, and t for one of their names.
var usual = map[string][]any{
	"bus_open_local":  {"a", 4, 1, atResult},
	"bus_open_remote": {"a", 4, 1, atBody, 2, atBody, 3, atResult},
	"bus_close":       {"n"},
	"bus_call":        {"n", "p", "n", atBody, 15, atResult},
	"bus_subcall":     {"h", "p", "n", atBody, 15, atResult},
	"bus_poll":        {"n", atEvents, 50, atResult},
	"call_reply":      {"h", "n", atBody, 15},
	"call_fault":      {"h", "n"},
	"call_close":      {"h"},
	"thread_spawn":    {0, 1, atResult},
	"fd_read":         {"h", atBuffer, 1, atResult},
	"fd_close":        {"h"},
	"fd_filestat_get": {"h", atResult},
	"fd_seek":         {"h", 0, 1, atResult},

	"handle":         {},
	"drop":           {"h"},
	"fault":          {"h", "n"},
	"reply":          {"h", atBody, "n"},
	"reply_callback": {"h", "t", 6, atBody, 4},
	"call":           {"x", "h", "n", "a", 4, "t", 6, atBody, 15},
	"call_instance":  {"x", "h", "n", atBody, 1, atBody, 1, "a", 4, "t", 6, atBody, 15},
	"callback":       {"h", "h", "t", 6},
	"listen":         {"t", 6},
	"fork":           {},
	"thread_id":      {},
	"poll":           {},
}

var edges = []uint64{
	0, 1, 1<<32 - 1, 1 << 31, 1<<31 - 1, 1<<32 - 15, 1 << 16, 1<<16 - 1, 1<<16 - 8, 1 << 30, 1<<30 + 1, 1 << 24, 1 << 63, 1<<64 - 1, atBody, 0xdeadbeef,
}

// A script is what a hostile guest does, read from bytes.
type script struct {
	b     []byte
	names []string
	seen  []uint64 // handles
	depth int
	last  func()
	guest func(name string, args []uint64, result uint64) // looks at what a call has come to
}

func (s *script) next() byte {
	if len(s.b) == 0 {
		return 0
	}
	c := s.b[0]
	s.b = s.b[1:]
	return c
}

func (s *script) saw(h uint64) {
	if s.seen = append(s.seen, h); len(s.seen) > 32 {
		s.seen = s.seen[1:]
	}
}

func (s *script) arg(kind any, c byte) uint64 {
	switch kind {
	case "h":
		if len(s.seen) > 0 {
			return s.seen[len(s.seen)-1-int(c)%len(s.seen)]
		}
		return uint64(c)
	case "x":
		if len(s.seen) > 0 && c&1 != 0 {
			return s.seen[int(c>>1)%len(s.seen)]
		}
		return 1<<32 - 1
	case "n":
		return uint64(c % 5)
	case "p":
		return atMethod + 16*uint64(int(c)%len(methods))
	case "t":
		return atTopic + 8*uint64(int(c)%len(methods))
	case "a":
		return atName + 4*uint64(c%3)
	}
	return uint64(kind.(int))
}

// run makes calls until the script says that the function that runs returns.
func (s *script) run(d *double) (ok bool) {
	s.depth++
	defer func() { s.depth-- }()
	for len(s.b) > 0 {
		c := int(s.next())
		switch {
		case c >= 250:
			return c != 255 // a trap
		case c >= 246 && s.last != nil:
			for range 300 {
				s.last()
			}
			continue
		}
		name := s.names[c%len(s.names)]
		if d.host[name].Waits && s.depth > 3 {
			continue // else a script could be as deep as it is long
		}
		args := make([]uint64, len(d.host[name].Params))
		how := s.next()
		for i, kind := range usual[name] {
			args[i] = s.arg(kind, how+byte(i))
		}
		if how&0xc0 == 0xc0 && len(args) > 0 { // one of them is wild
			args[int(how)%len(args)] = edges[int(s.next())%len(edges)]
		}
		act := func() { s.guest(name, args, d.call(name, args...)) }
		if !d.host[name].Waits {
			s.last = act
		}
		act()
	}
	return true
}

func fuzzHostile(f *testing.F, module string, seeds [][]byte, names []string, guest func(t *testing.T, s *script, d *double) func(string, []uint64, uint64),
	export func(t *testing.T, s *script, d *double, name string, params []uint64) ([]uint64, bool)) {
	for _, seed := range seeds {
		for _, calls := range [][]byte{nil, {0x20, 0x00, 0x50, 0x18, 0x44, 0x21, 0x03, 0x40, 0x58, 0x1c}, {0x10, 0xb0, 0x01, 0x02, 0xa0, 0xa8, 0x04}} {
			f.Add(seed, calls)
		}
	}
	f.Fuzz(func(t *testing.T, b, calls []byte) {
		b, calls = b[:min(len(b), 400)], calls[:min(len(calls), 40)]
		s := &script{b: b, names: names}
		hostile(t, module, calls, func(d *double) {
			fill(&d.mem)
			s.guest = guest(t, s, d)
			if !s.run(d) {
				panic(gone{})
			}
		}, func(d *double, name string, params []uint64) ([]uint64, bool) { return export(t, s, d, name, params) })
	})
}

// step is a call of a script, with usual arguments.
func step(names []string, name string, how byte) []byte {
	return []byte{byte(slices.Index(names, name)), how & 0x3f}
}

func steps(names []string, list ...any) (b []byte) {
	for i := 0; i < len(list); i++ {
		switch v := list[i].(type) {
		case string:
			how := byte(0)
			if i+1 < len(list) {
				if n, ok := list[i+1].(int); ok && n < 0x40 {
					how = byte(n)
					i++
				}
			}
			b = append(b, step(names, v, how)...)
		case int:
			b = append(b, byte(v))
		}
	}
	return b
}

func FuzzWasix(f *testing.F) {
	names := []string{
		"bus_open_local", "bus_open_remote", "bus_close", "bus_call", "bus_subcall", "bus_poll", "call_reply", "call_fault", "call_close",
		"thread_spawn", "fd_read", "fd_close", "fd_filestat_get", "fd_seek",
	}
	seeds := [][]byte{
		steps(names, "bus_open_local", 0, "bus_call", 1, "bus_poll", 4, "fd_filestat_get", "fd_read", "fd_close"),
		steps(names, "bus_open_local", 0, "bus_call", 2, "bus_poll", "bus_call", 3, "bus_poll", 3, "bus_subcall", 0, "call_close", "bus_poll"),
		steps(names, "thread_spawn", 250, "bus_poll", "fd_read", "call_reply", "call_reply", "call_close", 250, "bus_poll", "call_fault", 250),
		steps(names, "thread_spawn", 250, "bus_poll", "bus_subcall", 5, "bus_poll", 3, 250, "call_close", "call_close", 250),
		steps(names, "bus_open_local", 1, "bus_call", 1, 246, "bus_poll", "call_close", 246, "bus_poll", 255),
	}
	fuzzHostile(f, "wasix_32v1", seeds, names, func(t *testing.T, s *script, d *double) func(string, []uint64, uint64) {
		cids := make(map[uint64]bool)
		return func(name string, args []uint64, result uint64) {
			switch {
			case name == "thread_spawn" || name[:3] == "fd_":
				if result > 76 {
					t.Errorf("%s%v: %d is no error of WASI", name, args, result)
				}
			case name == "call_fault" || name == "call_close":
			case result > uint64(bus.CrateUnknown):
				t.Errorf("%s%v: %d is no error of the bus", name, args, result)
			}
			if result != 0 {
				return
			}
			at := func(i int) uint32 { return uint32(args[i]) }
			switch name {
			case "bus_call", "bus_subcall":
				cid := le.Uint64(d.mem.b[at(5):])
				if cid == 0 || cids[cid] {
					t.Errorf("%s: the call has the number %d", name, cid)
				}
				cids[cid] = true
				s.saw(cid)
			case "bus_poll":
				n := le.Uint32(d.mem.b[at(3):])
				if n > at(2) {
					t.Fatalf("%d events, where there is room for %d", n, at(2))
				}
				if at(1) <= at(3)+3 && at(3) < at(1)+64*n {
					return // the guest has the one written over the other
				}
				for i := range n {
					e := d.mem.b[at(1)+64*i:]
					switch e[0] {
					case 2:
						cid := le.Uint64(e[24:])
						if cids[cid] {
							t.Errorf("the number %d is used again", cid)
						}
						cids[cid] = true
						s.saw(uint64(le.Uint32(e[56:])))
						s.saw(cid)
					case 3:
						s.saw(uint64(le.Uint32(e[24:])))
					case 4:
						if n := le.Uint32(e[16:]); n == 0 || n > uint32(bus.CrateUnknown) {
							t.Errorf("a fault with the error %d", n)
						}
					case 5:
					default:
						t.Errorf("an event of the kind %d", e[0])
					}
				}
			}
		}
	}, func(t *testing.T, s *script, d *double, name string, params []uint64) ([]uint64, bool) {
		if name != "_react" || len(params) != 1 {
			t.Errorf("%s%v is entered", name, params)
		}
		return nil, s.run(d)
	})
}

func FuzzWasmBus(f *testing.F) {
	names := []string{"handle", "drop", "fault", "reply", "reply_callback", "call", "call_instance", "callback", "listen", "fork", "thread_id", "poll"}
	seeds := [][]byte{
		steps(names, "handle", "call", 0, "poll", 1, 250, "drop"),
		steps(names, "handle", "handle", "callback", 4, "call", 2, "poll", 16, 250, 16, 250, "drop", 250, "poll"),
		steps(names, "listen", 2, "listen", 1, "listen", 0, "fork", 250, 8, 8, "reply", 1, "reply", 1, "reply_callback", 250, 250),
		steps(names, "listen", 0, "listen", 2, "fork", 250, 8, 8, "listen", 5, "reply", 0, 250, 8, 8, "reply", 3, 250, "drop", 250),
		steps(names, "handle", "call", 1, 246, "handle", "call", 1, "poll", 250, "drop", 246, 255),
		steps(names, "fork", "fork"),
	}
	errors := []uint64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 17, 18, 1<<32 - 1}
	fuzzHostile(f, "wasm-bus", seeds, names, func(t *testing.T, s *script, d *double) func(string, []uint64, uint64) {
		return func(name string, args []uint64, result uint64) {
			switch name {
			case "handle":
				s.saw(result)
			case "call", "call_instance":
				if !slices.Contains(errors, result) {
					t.Errorf("%s%v: %d is no error of the bus", name, args, result)
				}
			}
		}
	}, func(t *testing.T, s *script, d *double, name string, params []uint64) ([]uint64, bool) {
		switch name {
		case "wasm_bus_malloc":
			at := uint64(0x8000)
			if c := s.next(); c > 240 {
				at = edges[int(c)%len(edges)]
			}
			return []uint64{api.EncodeU32(uint32(at))}, true
		case "wasm_bus_error":
			if !slices.Contains(errors[1:], params[1]) {
				t.Errorf("a call has failed with the error %d", params[1])
			}
		case "wasm_bus_start":
			s.saw(params[1])
		case "wasm_bus_finish", "wasm_bus_drop":
		default:
			t.Errorf("%s%v is entered", name, params)
		}
		return nil, s.run(d)
	})
}
