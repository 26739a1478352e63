package wasi

import (
	"context"
	"crypto/rand"
	"io"
	"sync"
	"time"

	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/kernel/engine"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// The names of the modules that guests import.
const (
	Preview1 = "wasi_snapshot_preview1"
	Preview0 = "wasi_unstable"
)

// Options change how the ABI behaves. The zero value is what a process wants.
type Options struct {
	// FullPaths says that the guest makes its paths absolute by itself, as
	// programs built by Go do: then a path below the preopened root is taken
	// from the root, and never from the working directory.
	FullPaths bool
	// Now is the clock, [time.Now] if it is nil.
	Now func() time.Time
	// Random is the source of random_get, crypto/rand's if it is nil. An error of
	// it is EIO.
	Random io.Reader
	// Yield is called by sched_yield. It may be nil.
	Yield func()
	// Elsewhere says that the process has, or may have, threads with ABIs of their own,
	// which open and close descriptors too.
	Elsewhere bool
}

// An ABI is the WASI side of one process, or of one of its threads. It serves one
// thread, whose calls come one after another.
type ABI struct {
	caller sys.Caller
	info   *sys.StartInfo
	env    []string
	opts   Options
	start  time.Time
	rootAt sys.AtFlag
	fds    *fdTable
	found  descriptor // what get has found, if fds is shared

	mem     api.Memory // of the call that is under way
	memSize uint64     // what is known of its size, which never shrinks

	// The system call that is under way, if there is one.
	req     sys.Request
	then    func(a *ABI, s []uint64, r *sys.Reply) errno.Errno
	stack   []uint64
	done    func(sys.Reply)
	suspend func(resume func())

	mu     sync.Mutex // guards what follows, which another goroutine may complete
	ready  bool
	reply  sys.Reply
	resume func()

	last   sys.Reply // what the continuation looks at
	buf    []byte    // what is gathered, read or listed
	listed []byte    // what fd_readdir has of its answer
	iovs   []iovec
	poll   pollState
	opened descriptor // what path_open is about to open
}

// New makes the ABI of the process that caller stands for and info describes.
func New(caller sys.Caller, info *sys.StartInfo, opts Options) *ABI {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Random == nil {
		opts.Random = rand.Reader
	}
	a := &ABI{caller: caller, info: info, env: info.Env, opts: opts, start: opts.Now(), rootAt: sys.AtGuest, fds: &fdTable{}}
	if opts.FullPaths {
		a.rootAt = 0
		a.env = withPWD(info.Env, info.Cwd)
	}
	if opts.Elsewhere {
		a.start = epoch
	}
	a.begin()
	a.inherit(info.FDs)
	return a
}

// begin makes what each call needs, once.
func (a *ABI) begin() {
	a.done = a.complete
	a.suspend = a.wait
}

// Host lists the functions of both modules, and wasi-threads' one, as far as the guest
// imports them.
func (a *ABI) Host() (list []engine.HostFunc) {
	table := functions[:]
	if a.opts.Elsewhere {
		table = a.elsewhere(table)
	}
	imports := engine.Imports(a.info.Imports)
	for _, module := range [...]string{Preview1, Preview0} {
		if !imports.From(module) {
			continue
		}
		for i := range table {
			f := &table[i]
			if !imports.Has(module, f.name) || module == Preview0 && f.name == "sock_accept" {
				continue // which came with preview 1
			}
			call := f.call
			if module == Preview0 && f.old != nil {
				call = f.old
			}
			list = append(list, a.host(module, f, call))
		}
		list = append(list, a.exit(module))
	}
	if imports.From(threadsModule) {
		list = append(list, a.threadSpawn())
	}
	return list
}

// A function serves one import: s holds its parameters. It returns the error
// number, or pending after it has filled in a.req and a.then.
type function func(a *ABI, s []uint64) errno.Errno

// pending says that a.req is to be performed, and that a.then goes on when that has ended.
const pending errno.Errno = 0xffff

func (a *ABI) host(module string, f *importable, call function) engine.HostFunc {
	return engine.HostFunc{
		Module: module, Name: f.name,
		Params: engine.Types(f.params), Results: i32,
		Waits: f.waits,
		Fn: func(_ context.Context, mod api.Module, stack []uint64) {
			a.mem = mod.Memory()
			e := call(a, stack)
			if e == pending {
				a.perform(mod, stack)
				return
			}
			stack[0] = uint64(e)
		},
	}
}

// perform begins a.req. If it does not end at once, the guest is suspended.
func (a *ABI) perform(mod api.Module, stack []uint64) {
	a.stack = stack
	for {
		if !a.caller.Start(&a.req, a.done) {
			a.mu.Lock()
			ready := a.ready
			a.mu.Unlock()
			if !ready {
				engine.Suspend(mod, a.suspend)
				return
			}
		}
		if a.finish() {
			return
		}
	}
}

// complete takes the end of a system call, on whatever goroutine.
func (a *ABI) complete(r sys.Reply) {
	a.mu.Lock()
	a.reply, a.ready = r, true
	resume := a.resume
	a.resume = nil
	a.mu.Unlock()
	if resume != nil {
		a.proceed(resume)
	}
}

// wait is what the guest is suspended with.
func (a *ABI) wait(resume func()) {
	a.mu.Lock()
	if !a.ready {
		a.resume = resume
		a.mu.Unlock()
		return
	}
	a.mu.Unlock()
	a.proceed(resume)
}

// proceed goes on with a suspended guest whose system call has ended.
func (a *ABI) proceed(resume func()) {
	for !a.finish() {
		if a.caller.Start(&a.req, a.done) {
			continue
		}
		a.mu.Lock()
		if !a.ready {
			a.resume = resume
			a.mu.Unlock()
			return
		}
		a.mu.Unlock()
	}
	resume()
}

// finish hands the reply, which has come, to the continuation. It reports
// false if that asks for a further system call. It takes no lock: nobody else
// looks at the call before the next one begins.
func (a *ABI) finish() bool {
	a.last = a.reply
	a.reply, a.ready = sys.Reply{}, false
	e := a.then(a, a.stack, &a.last)
	a.last.Data = nil
	if e == pending {
		return false
	}
	a.stack[0] = uint64(e)
	return true
}

// ask fills in the request that is to be performed.
func (a *ABI) ask(op sys.Op, then func(*ABI, []uint64, *sys.Reply) errno.Errno, args ...uint64) errno.Errno {
	a.req.Op = op
	a.req.Args = [6]uint64{}
	copy(a.req.Args[:], args)
	a.req.Path, a.req.Data, a.req.Dst = "", nil, nil
	a.then = then
	return pending
}

// onlyErrno is the continuation of a call that has no results.
func onlyErrno(_ *ABI, _ []uint64, r *sys.Reply) errno.Errno { return r.Errno }
