package wasi_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/kernel/abi/wasi"
	"github.com/bushel-wasm/bushel/kernel/engine"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

var le = binary.LittleEndian

// memory is a guest's memory.
type memory struct {
	api.Memory
	b []byte
}

func (m *memory) Size() uint32 { return uint32(len(m.b)) }

func (m *memory) Grow(uint32) (uint32, bool) { return uint32(len(m.b) >> 16), true }

func (m *memory) span(p, n uint32) ([]byte, bool) {
	if uint64(p)+uint64(n) > uint64(len(m.b)) {
		return nil, false
	}
	return m.b[p : p+n : p+n], true
}

// Read returns a copy, as the browser's engine does.
func (m *memory) Read(p, n uint32) ([]byte, bool) {
	b, ok := m.span(p, n)
	return slices.Clone(b), ok
}

func (m *memory) Write(p uint32, data []byte) bool {
	b, ok := m.span(p, uint32(len(data)))
	copy(b, data)
	return ok
}

func (m *memory) WriteUint32Le(p, v uint32) bool {
	return m.Write(p, le.AppendUint32(nil, v))
}

func (m *memory) WriteUint64Le(p uint32, v uint64) bool {
	return m.Write(p, le.AppendUint64(nil, v))
}

// A guest calls host functions, and is the module that they are given.
type guest struct {
	api.Module
	mem    memory
	host   map[string]engine.HostFunc
	kernel *kernel
	exit   *uint32
}

func (g *guest) Memory() api.Memory {
	if g.mem.b == nil {
		return nil
	}
	return &g.mem
}

func (g *guest) Suspend(start func(resume func())) {
	woken := make(chan struct{})
	start(func() { close(woken) })
	<-woken
}

func (g *guest) Exit(code uint32) { g.exit = &code }

// A kernel answers requests and keeps a copy of each.
type kernel struct {
	requests []sys.Request
	answer   func(r *sys.Request) sys.Reply
	later    bool // answers on another goroutine
}

func (k *kernel) Syscall(r *sys.Request) sys.Reply {
	kept := *r
	kept.Data = slices.Clone(r.Data)
	k.requests = append(k.requests, kept)
	if k.answer == nil {
		return sys.Reply{}
	}
	return k.answer(r)
}

func (k *kernel) Start(r *sys.Request, done func(sys.Reply)) bool {
	reply := k.Syscall(r)
	if k.later {
		go done(reply)
		return false
	}
	done(reply)
	return true
}

// The descriptors that the guest begins with.
const (
	fdTTY = iota
	fdOut
	fdFile
	fdRoot
	fdHome
	fdSock
	fdReadOnly
	fdClosed
)

var fds = []sys.StartFD{
	{FD: fdTTY, Flags: sys.ORead | sys.OWrite, Info: sys.FDInfo(sys.TypeCharDevice) | sys.InfoTTY},
	{FD: fdOut, Flags: sys.OWrite, Info: sys.FDInfo(sys.TypeFIFO)},
	{FD: fdFile, Flags: sys.ORead | sys.OWrite | sys.OAppend, Info: sys.FDInfo(sys.TypeRegular) | sys.InfoSeek},
	{FD: fdRoot, Flags: sys.OPreopen, Info: sys.FDInfo(sys.TypeDirectory), Name: "/"},
	{FD: fdHome, Flags: sys.OPreopen, Info: sys.FDInfo(sys.TypeDirectory), Name: "home"},
	{FD: fdSock, Flags: sys.ORead | sys.OWrite, Info: sys.FDInfo(sys.TypeSocket)},
	{FD: fdReadOnly, Flags: sys.ORead, Info: sys.FDInfo(sys.TypeRegular) | sys.InfoSeek},
}

// epoch is when the guest's clock starts. It does not go on by itself.
var epoch = time.Unix(1_000_000, 0)

func newGuest(opts wasi.Options) *guest { return newGuestWith(fds, opts) }

func newGuestWith(fds []sys.StartFD, opts wasi.Options) *guest {
	g := &guest{kernel: &kernel{}, host: map[string]engine.HostFunc{}}
	g.mem.b = make([]byte, 1<<16)
	info := &sys.StartInfo{PID: 42, Argv: []string{"prog", "-x"}, Env: []string{"A=1", "LONG=value"}, Cwd: "/work", FDs: fds}
	if opts.Now == nil {
		opts.Now = func() time.Time { return epoch }
	}
	for _, f := range wasi.New(g.kernel, info, opts).Host() {
		g.host[f.Module+"."+f.Name] = f
	}
	return g
}

// call calls a function of preview 1, or of preview 0 by its whole name.
func (g *guest) call(name string, args ...uint64) errno.Errno {
	if !strings.Contains(name, ".") {
		name = wasi.Preview1 + "." + name
	}
	f, ok := g.host[name]
	if !ok || len(args) != len(f.Params) {
		panic("no such call: " + name)
	}
	// What is above the low 32 bits of an i32 is not to be looked at.
	stack := make([]uint64, max(len(args), 1))
	for i, v := range args {
		stack[i] = v
		if f.Params[i] == api.ValueTypeI32 {
			stack[i] = v&0xffffffff | 0xabcd<<32
		}
	}
	f.Fn(context.Background(), g, stack)
	return errno.Errno(stack[0])
}

// put writes to the guest's memory.
func (g *guest) put(p uint32, b []byte) { g.mem.Write(p, b) }

func (g *guest) str(p, n uint32) string { return string(g.mem.b[p : p+n]) }

func (g *guest) u32(p uint32) uint32 { return le.Uint32(g.mem.b[p:]) }

func (g *guest) u64(p uint32) uint64 { return le.Uint64(g.mem.b[p:]) }

// iovecs writes a list of buffers to p.
func (g *guest) iovecs(p uint32, list ...uint32) {
	for i, v := range list {
		g.mem.WriteUint32Le(p+uint32(4*i), v)
	}
}

func sameRequest(t *testing.T, got, want sys.Request) {
	t.Helper()
	if got.Op != want.Op || got.Args != want.Args || got.Path != want.Path || !bytes.Equal(got.Data, want.Data) {
		t.Errorf("%v %v %q %q, want %v %v %q %q", got.Op, got.Args, got.Path, got.Data, want.Op, want.Args, want.Path, want.Data)
	}
}
