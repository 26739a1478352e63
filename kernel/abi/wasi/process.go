package wasi

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/kernel/engine"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// list0 writes list the way args_get and environ_get do: pointers to ptrs,
// the strings with a zero byte behind each to buf.
func (a *ABI) list0(list []string, ptrs, buf uint64) errno.Errno {
	size := stringsSize(list)
	if !a.covers(ptrs, 4*uint64(len(list))) || !a.covers(buf, size) {
		return errno.EFAULT
	}
	at := uint32(buf)
	heads := make([]byte, 0, 4*len(list))
	text := make([]byte, 0, size)
	for _, s := range list {
		heads = le.AppendUint32(heads, at+uint32(len(text)))
		text = append(append(text, s...), 0)
	}
	if e := a.write(ptrs, heads); e != 0 {
		return e
	}
	return a.write(buf, text)
}

func stringsSize(list []string) (n uint64) {
	for _, s := range list {
		n += uint64(len(s)) + 1
	}
	return n
}

func (a *ABI) sizes(list []string, count, size uint64) errno.Errno {
	if !a.covers(count, 4) || !a.covers(size, 4) {
		return errno.EFAULT
	}
	if e := a.writeU32(count, uint32(len(list))); e != 0 {
		return e
	}
	return a.writeU32(size, uint32(stringsSize(list)))
}

func argsGet(a *ABI, s []uint64) errno.Errno { return a.list0(a.info.Argv, s[0], s[1]) }

func argsSizesGet(a *ABI, s []uint64) errno.Errno { return a.sizes(a.info.Argv, s[0], s[1]) }

func environGet(a *ABI, s []uint64) errno.Errno { return a.list0(a.env, s[0], s[1]) }

func environSizesGet(a *ABI, s []uint64) errno.Errno { return a.sizes(a.env, s[0], s[1]) }

// withPWD is env with PWD set to the working directory, which is where a Go
// program learns of it.
func withPWD(env []string, cwd string) []string {
	if cwd == "" {
		return env
	}
	list := make([]string, 0, len(env)+1)
	for _, e := range env {
		if !strings.HasPrefix(e, "PWD=") {
			list = append(list, e)
		}
	}
	return append(list, "PWD="+cwd)
}

// The clocks of preview 1.
const (
	clockRealtime = iota
	clockMonotonic
	clockProcess
	clockThread
)

// resolution is what clock_res_get answers, in nanoseconds: what a page's
// clock is good for, and no program is the worse for it elsewhere.
const resolution = 1000

// clock reads a clock. The processor-time clocks count since the process began.
func (a *ABI) clock(id uint32) (uint64, bool) {
	switch id {
	case clockRealtime:
		return uint64(a.opts.Now().UnixNano()), true
	case clockMonotonic, clockProcess, clockThread:
		// One more, for programs that take zero for no time at all.
		return uint64(a.opts.Now().Sub(a.start)/time.Nanosecond) + 1, true
	}
	return 0, false
}

func clockResGet(a *ABI, s []uint64) errno.Errno {
	if uint32(s[0]) > clockThread {
		return errno.EINVAL
	}
	return a.writeU64(s[1], resolution)
}

func clockTimeGet(a *ABI, s []uint64) errno.Errno {
	now, ok := a.clock(uint32(s[0]))
	if !ok {
		return errno.EINVAL
	}
	return a.writeU64(s[2], now)
}

func randomGet(a *ABI, s []uint64) errno.Errno {
	p, n := uint64(uint32(s[0])), uint64(uint32(s[1]))
	if !a.covers(p, n) {
		return errno.EFAULT
	}
	for n > 0 {
		b := a.scratch(min(n, scratchMax))
		if _, err := io.ReadFull(a.opts.Random, b); err != nil {
			return errno.EIO
		}
		if e := a.write(p, b); e != 0 {
			return e
		}
		p += uint64(len(b))
		n -= uint64(len(b))
	}
	return 0
}

func schedYield(a *ABI, _ []uint64) errno.Errno {
	if a.opts.Yield != nil {
		a.opts.Yield()
	}
	return 0
}

// exit is proc_exit, the only function without a result.
func (a *ABI) exit(module string) engine.HostFunc {
	return engine.HostFunc{
		Module: module, Name: "proc_exit",
		Params: i32,
		Fn: func(_ context.Context, mod api.Module, stack []uint64) {
			engine.Exit(mod, uint32(stack[0]))
		},
	}
}

// signals maps preview 1's signal numbers to the kernel's, which are Linux's
// and have a SIGSTKFLT at 16.
var signals = [...]sys.Signal{
	1: sys.SIGHUP, 2: sys.SIGINT, 3: sys.SIGQUIT, 4: sys.SIGILL, 5: sys.SIGTRAP,
	6: sys.SIGABRT, 7: sys.SIGBUS, 8: sys.SIGFPE, 9: sys.SIGKILL, 10: sys.SIGUSR1,
	11: sys.SIGSEGV, 12: sys.SIGUSR2, 13: sys.SIGPIPE, 14: sys.SIGALRM, 15: sys.SIGTERM,
	16: sys.SIGCHLD, 17: sys.SIGCONT, 18: sys.SIGSTOP, 19: sys.SIGTSTP, 20: sys.SIGTTIN,
	21: sys.SIGTTOU, 22: sys.SIGURG, 23: sys.SIGXCPU, 24: sys.SIGXFSZ, 27: sys.SIGWINCH,
	30: sys.SIGSYS,
}

func procRaise(a *ABI, s []uint64) errno.Errno {
	n := uint32(s[0])
	switch {
	case n == 0:
		return 0 // as kill(pid, 0): the process is there
	case n >= uint32(len(signals)):
		return errno.EINVAL
	case signals[n] == 0:
		return errno.ENOTSUP
	}
	return a.ask(sys.OpKill, onlyErrno, uint64(a.info.PID), uint64(signals[n]))
}
