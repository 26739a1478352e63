package wasmbus

import (
	"context"
	"unicode/utf8"

	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/abi/busport"
	"github.com/bushel-wasm/bushel/kernel/engine"
)

// The crate's error codes that are not those of its successor.
const (
	success          = 0
	accessDenied     = 18
	memoryAllocation = 16
	invocationFailed = 17
	unknown          = 1<<32 - 1
)

// codeOf is this crate's code for a number of its successor.
func codeOf(n bus.Crate) uint32 {
	switch n {
	case bus.CrateAccessDenied:
		return accessDenied
	case bus.CrateMemoryAllocation:
		return memoryAllocation
	case bus.CrateInvocationFailed:
		return invocationFailed
	case bus.CrateAlreadyConsumed, bus.CrateMemoryAccess, bus.CrateUnknown:
		return unknown
	}
	return uint32(n)
}

// crateOf is the successor's number for one of this crate's codes.
func crateOf(code uint32) bus.Crate {
	switch code {
	case accessDenied:
		return bus.CrateAccessDenied
	case memoryAllocation:
		return bus.CrateMemoryAllocation
	case invocationFailed:
		return bus.CrateInvocationFailed
	}
	if code == success || code > uint32(bus.CrateInternal) || code == 13 {
		return bus.CrateUnknown
	}
	return bus.Crate(code)
}

// maxBody is the longest body of a call or a reply, in bytes.
const maxBody = bus.DefaultFrame - 4096

// Host lists the functions of the module.
func (a *ABI) Host() []engine.HostFunc {
	list := []struct {
		name   string
		params string
		fn     func(mod api.Module, s []uint64) uint32
		result bool
	}{
		{"handle", "", a.newHandle, true},
		{"drop", "i", a.drop, false},
		{"fault", "ii", a.fault, false},
		{"reply", "iii", a.reply, false},
		{"reply_callback", "iiiii", a.replyCallback, false},
		{"call", "iiiiiiiii", a.call, true},
		{"call_instance", "iiiiiiiiiiiii", a.callInstance, true},
		{"callback", "iiii", a.callback, false},
		{"listen", "ii", a.listen, false},
		{"fork", "", a.fork, false},
		{"thread_id", "", func(api.Module, []uint64) uint32 { return 1 }, true},
	}
	var funcs []engine.HostFunc
	for _, f := range list {
		host := engine.HostFunc{Module: Module, Name: f.name, Params: engine.Types(f.params)}
		host.Fn = func(_ context.Context, mod api.Module, s []uint64) { f.fn(mod, s) }
		if f.result {
			host.Results = engine.Types("i")
			host.Fn = func(_ context.Context, mod api.Module, s []uint64) { s[0] = uint64(f.fn(mod, s)) }
		}
		funcs = append(funcs, host)
	}
	return append(funcs, engine.HostFunc{Module: Module, Name: "poll", Fn: a.poll, Waits: true})
}

// read copies n bytes of the guest's memory.
func read(mod api.Module, at, n uint64) ([]byte, bool) {
	mem := mod.Memory()
	if mem == nil || uint32(n) > maxBody {
		return nil, false
	}
	b, ok := mem.Read(uint32(at), uint32(n))
	if !ok {
		return nil, false
	}
	return append([]byte(nil), b...), true
}

func (a *ABI) newHandle(api.Module, []uint64) uint32 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.draw()
}

// find is the open call with a handle.
func (a *ABI) find(handle uint64) *call {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.calls[uint32(handle)]
}

// take is find, and removes it.
func (a *ABI) take(handle uint64) *call {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := a.calls[uint32(handle)]
	delete(a.calls, uint32(handle))
	return c
}

// drop: the guest has finished with a call.
func (a *ABI) drop(_ api.Module, s []uint64) uint32 {
	c := a.take(s[0])
	switch {
	case c == nil:
	case c.in != nil:
		_ = c.in.Fault(bus.CrateError(bus.CrateAborted, "the callee has dropped the call"))
	case c.session != nil:
		_ = c.session.Close()
	}
	return success
}

// fault has the handle and the code.
func (a *ABI) fault(_ api.Module, s []uint64) uint32 {
	if c := a.find(s[0]); c != nil && c.in != nil {
		a.take(s[0])
		_ = c.in.Fault(bus.CrateError(crateOf(uint32(s[1])), ""))
	}
	return success
}

// reply has the handle, the body and its length.
func (a *ABI) reply(mod api.Module, s []uint64) uint32 {
	body, ok := read(mod, s[1], s[2])
	c := a.find(s[0])
	switch {
	case c == nil || c.in == nil || c.open:
		return success
	case !ok:
		a.take(s[0])
		_ = c.in.Fault(bus.CrateError(bus.CrateMemoryAccess, "the callee answered with what is not in its memory"))
	case a.stays(c, body):
		handle := uint32(s[0])
		_ = c.in.Open(formatOf(body), body, nil) // a caller that has gone does not mind
		c.in.Release(bus.HandlerFunc(func(below *bus.Incoming) { a.incoming(below, handle) }))
	default:
		a.take(s[0])
		_ = c.in.Reply(formatOf(body), body)
	}
	return success
}

// stays reports whether the call c, which is answered with body, has returned an object. The
// guest does not say: it answers with a unit, as for nothing. So the caller's word counts, that it
// has been called back, which only objects' makers do, and that the method has been seen to
// make one: the guest then began to listen for what that has before it answered.
func (a *ABI) stays(c *call, body []byte) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	listened := a.listened
	a.listened = false
	if len(body) > 0 && string(body) != "null" || c.in.IsNotify() {
		return false
	}
	if listened {
		a.makers[c.in.Method()] = true
	}
	c.open = c.called || c.in.Keep() || a.makers[c.in.Method()]
	return c.open
}

// replyCallback has the handle of a call that the guest serves, the topic, and the body.
func (a *ABI) replyCallback(mod api.Module, s []uint64) uint32 {
	topic, ok := read(mod, s[1], s[2])
	body, good := read(mod, s[3], s[4])
	if c := a.find(s[0]); ok && good && c != nil && c.in != nil {
		c.called = true
		_ = c.in.Notify(context.Background(), &bus.Request{Method: bus.MethodOf(string(topic)), Format: formatOf(body), Body: body})
	}
	return success
}

// call has the parent, the handle, whether the call stays open, and the package, the topic
// and the body with their lengths.
func (a *ABI) call(mod api.Module, s []uint64) uint32 {
	return a.makeCall(mod, s[0], s[1], s[2], s[3:9])
}

// callInstance has also an instance and a token, in the middle. There is one instance of
// each package.
func (a *ABI) callInstance(mod api.Module, s []uint64) uint32 {
	return a.makeCall(mod, s[0], s[1], s[2], s[7:13])
}

func (a *ABI) makeCall(mod api.Module, parent, handle, keepalive uint64, s []uint64) uint32 {
	name, ok := read(mod, s[0], s[1])
	topic, good := read(mod, s[2], s[3])
	body, too := read(mod, s[4], s[5])
	switch {
	case !ok || !good || !too:
		return uint32(bus.CrateBadRequest)
	case a.find(handle) != nil:
		return uint32(bus.CrateInvalidHandle)
	}
	a.mu.Lock()
	full := a.full()
	a.mu.Unlock()
	if full {
		return memoryAllocation
	}
	method := bus.MethodOf(string(topic))
	if uint32(parent) != noParent {
		p := a.find(parent)
		switch {
		case p != nil && p.in != nil:
			a.begin(uint32(handle), p.in, method, body, uint32(keepalive) != 0)
		case p != nil && p.session != nil:
			a.begin(uint32(handle), p.session, method, body, uint32(keepalive) != 0)
		default:
			return uint32(bus.CrateInvalidHandle)
		}
		return success
	}
	if len(name) == 0 || len(name) > bus.MaxPackage || !utf8.Valid(name) {
		return uint32(bus.CrateInvalidPackage)
	}
	a.begin(uint32(handle), a.peer.Conn().Package(string(name)), method, body, uint32(keepalive) != 0)
	return success
}

// callback has a call that the guest is about to make, the handle by which it wants to be
// called back along it, and the topic.
func (a *ABI) callback(mod api.Module, s []uint64) uint32 {
	topic, ok := read(mod, s[2], s[3])
	if !ok {
		return success
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	back := a.callbacks[uint32(s[0])]
	if busport.Full(len(a.callbacks)+len(back), 0) {
		return success // it makes none of those calls
	}
	if back == nil {
		back = make(map[bus.Method]uint32)
		a.callbacks[uint32(s[0])] = back
	}
	back[bus.MethodOf(string(topic))] = uint32(s[1])
	return success
}

// listen has a topic that the guest serves.
func (a *ABI) listen(mod api.Module, s []uint64) uint32 {
	if topic, ok := read(mod, s[0], s[1]); ok {
		a.mu.Lock()
		if busport.Full(len(a.topics), 0) {
			a.mu.Unlock()
			return success
		}
		a.topics[bus.MethodOf(string(topic))] = string(topic)
		a.listened = true
		a.mu.Unlock()
	}
	return success
}

// exitDeadlock is how a guest ends that forks twice, EDEADLK's number on Linux.
const exitDeadlock = 35

// fork has the guest serve when its main function has returned: by the package's name that
// the bus has started it by, with the argument "bus", or else by its own.
func (a *ABI) fork(mod api.Module, _ []uint64) uint32 {
	if !a.peer.Listen() {
		engine.Exit(mod, exitDeadlock)
	}
	return success
}

// poll waits until there is work, and has it handed in before it returns.
func (a *ABI) poll(_ context.Context, mod api.Module, _ []uint64) {
	engine.Suspend(mod, func(resume func()) {
		a.mu.Lock()
		breathes := a.finds.Breathes(len(a.work) > 0)
		a.mu.Unlock()
		if breathes {
			a.peer.Sleep(0, func() { a.await(mod, resume) })
		} else {
			a.await(mod, resume)
		}
	})
}

// await is a poll that has begun to wait.
func (a *ABI) await(mod api.Module, resume func()) {
	a.mu.Lock()
	if a.entry.Over() != nil {
		a.mu.Unlock()
		engine.Exit(mod, 0) // it serves no longer, and nothing will come
		return
	}
	a.entry.Mod = mod
	a.waiting = &waiter{resume, a.entry.Inside}
	a.entry.Inside = false
	a.mu.Unlock()
	a.wake()
}
