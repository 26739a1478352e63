package wasix

import (
	"context"
	"unicode/utf8"

	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/engine"
)

// maxBody is the longest body of a call or a reply, in bytes.
const maxBody = bus.DefaultFrame - 4096

// functions lists what the module has. All but call_fault and call_close answer a bus
// errno, thread_spawn one of WASI.
func (a *ABI) functions() []engine.HostFunc {
	list := []struct {
		name, params string
		fn           func(mod api.Module, s []uint64) bus.Crate
		silent       bool
	}{
		{"bus_open_local", "iiii", a.openLocal, false},
		{"bus_open_remote", "iiiiiiii", a.openRemote, false},
		{"bus_close", "i", a.close, false},
		{"bus_call", "iiiiii", a.busCall, false},
		{"bus_subcall", "Iiiiii", a.busSubcall, false},
		{"call_reply", "Iiii", a.reply, false},
		{"call_fault", "Ii", a.callFault, true},
		{"call_close", "I", a.callClose, true},
		{"thread_spawn", "Iii", a.threadSpawn, false},
	}
	var funcs []engine.HostFunc
	for _, f := range list {
		host := engine.HostFunc{Module: Module, Name: f.name, Params: engine.Types(f.params), Results: engine.Types("i")}
		host.Fn = func(_ context.Context, mod api.Module, s []uint64) { s[0] = uint64(f.fn(mod, s)) }
		if f.silent {
			host.Results = nil
			host.Fn = func(_ context.Context, mod api.Module, s []uint64) { f.fn(mod, s) }
		}
		funcs = append(funcs, host)
	}
	return append(funcs, engine.HostFunc{
		Module: Module, Name: "bus_poll", Params: engine.Types("Iiii"), Results: engine.Types("i"), Fn: a.busPoll, Waits: true,
	})
}

// openLocal has the name, its length, whether a package that runs is to be used, and where
// the number goes. The package is started by the first call, whose fault says what is wrong
// with it: of an error here the crate tells its program nothing.
func (a *ABI) openLocal(mod api.Module, s []uint64) bus.Crate {
	return a.open(mod, s[0], s[1], s[3])
}

// openRemote has also an instance and a token, each with its length. There is one instance
// of each package.
func (a *ABI) openRemote(mod api.Module, s []uint64) bus.Crate {
	if _, e := read(mod, s[3], s[4]); e != 0 {
		return e
	}
	if _, e := read(mod, s[5], s[6]); e != 0 {
		return e
	}
	return a.open(mod, s[0], s[1], s[7])
}

func (a *ABI) open(mod api.Module, at, n, ret uint64) bus.Crate {
	if uint32(n) == 0 || uint32(n) > bus.MaxPackage {
		return bus.CrateInvalidPackage
	}
	name, e := read(mod, at, n)
	switch {
	case e != 0:
		return e
	case !utf8.Valid(name):
		return bus.CrateInvalidPackage
	}
	bid := a.bid(string(name))
	switch {
	case bid == 0:
		return bus.CrateMemoryAllocation
	case !mod.Memory().WriteUint32Le(uint32(ret), bid):
		return bus.CrateMemoryAccess
	}
	return 0
}

// close has a package's number. Packages are not held, so there is nothing to give back.
func (a *ABI) close(_ api.Module, s []uint64) bus.Crate {
	if _, ok := a.named(uint32(s[0])); !ok {
		return bus.CrateInvalidHandle
	}
	return 0
}

// busCall has the package's number, where the method is, the format, the body and its
// length, and where the call's number goes.
func (a *ABI) busCall(mod api.Module, s []uint64) bus.Crate {
	name, ok := a.named(uint32(s[0]))
	if !ok {
		return bus.CrateInvalidHandle
	}
	return a.begin(mod, s, func() bus.Target { return a.peer.Conn().Package(name) })
}

// busSubcall has, in place of the package, the number of the call that it belongs to.
func (a *ABI) busSubcall(mod api.Module, s []uint64) bus.Crate {
	a.mu.Lock()
	parent := a.calls[s[0]]
	var target bus.Target
	switch {
	case parent == nil || parent.in == nil && parent.session == nil:
		a.mu.Unlock()
		return bus.CrateInvalidHandle
	case parent.in != nil:
		target = parent.in
	default:
		target = parent.session
	}
	a.mu.Unlock()
	return a.begin(mod, s, func() bus.Target { return target })
}

func (a *ABI) begin(mod api.Module, s []uint64, target func() bus.Target) bus.Crate {
	method, e := read(mod, s[1], 16)
	if e != 0 {
		return e
	}
	r := &bus.Request{Method: bus.Method(method)}
	if r.Format, r.Body, e = message(mod, s[2], s[3], s[4]); e != 0 {
		return e
	}
	if !mod.Memory().WriteUint64Le(uint32(s[5]), 0) {
		return bus.CrateMemoryAccess
	}
	a.mu.Lock()
	full := a.full()
	a.mu.Unlock()
	if full {
		return bus.CrateMemoryAllocation
	}
	cid := a.call(target(), r)
	mod.Memory().WriteUint64Le(uint32(s[5]), cid)
	return 0
}

// message reads a format and a body.
func message(mod api.Module, format, at, n uint64) (bus.Format, []byte, bus.Crate) {
	if uint32(n) > maxBody {
		return 0, nil, bus.CrateBadRequest
	}
	body, e := read(mod, at, n)
	if f := uint32(format); f <= uint32(bus.FormatRkyv) {
		return bus.Format(f), body, e
	}
	return bus.FormatRaw, body, e // as the crate reads what it does not know
}

// read copies n bytes of the guest's memory.
func read(mod api.Module, at, n uint64) ([]byte, bus.Crate) {
	mem := mod.Memory()
	if mem == nil {
		return nil, bus.CrateMemoryAccess
	}
	b, ok := mem.Read(uint32(at), uint32(n))
	if !ok {
		return nil, bus.CrateMemoryAccess
	}
	return append([]byte(nil), b...), 0
}

// served finds a call that came in and is not answered, and removes it.
func (a *ABI) served(cid uint64) *bus.Incoming {
	a.mu.Lock()
	c := a.calls[cid]
	a.mu.Unlock()
	if c == nil || c.in == nil || a.take(cid) == nil {
		return nil
	}
	return c.in
}

// reply has the call's number, the format, the body and its length.
func (a *ABI) reply(mod api.Module, s []uint64) bus.Crate {
	format, body, e := message(mod, s[1], s[2], s[3])
	if e != 0 {
		return e
	}
	in := a.served(s[0])
	if in == nil {
		return bus.CrateInvalidHandle
	}
	_ = in.Reply(format, body) // a caller that has gone does not mind
	a.mu.Lock()
	a.unlock()
	return 0
}

// callFault has the call's number and the error's.
func (a *ABI) callFault(_ api.Module, s []uint64) bus.Crate {
	in := a.served(s[0])
	if in == nil {
		return bus.CrateInvalidHandle
	}
	n := bus.CrateUnknown
	if e := uint32(s[1]); e != 0 && e < uint32(bus.CrateUnknown) {
		n = bus.Crate(e)
	}
	_ = in.Fault(bus.CrateError(n, ""))
	a.mu.Lock()
	a.unlock()
	return 0
}

// callClose has the call's number: one that the guest made is given up, a callback has been
// run, and an object that it serves is taken back.
func (a *ABI) callClose(_ api.Module, s []uint64) bus.Crate {
	a.mu.Lock()
	c := a.calls[s[0]]
	a.mu.Unlock()
	if c == nil || a.take(s[0]) == nil {
		return bus.CrateInvalidHandle
	}
	switch {
	case c.callback:
		_ = c.in.Reply(bus.FormatRaw, nil)
	case c.in != nil:
		_ = c.in.Fault(bus.CrateError(bus.CrateAborted, "the callee has closed the object"))
	case c.session != nil:
		_ = c.session.Close()
	}
	a.mu.Lock()
	a.unlock()
	return 0
}
