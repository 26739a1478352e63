package kernel

import (
	"fmt"
	"math"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// Limits bound what a process may use. They are inherited, and each process has
// the whole of them but for Processes. Zero is no limit. Who meets one is told so by a
// line on its standard error, once for each kind.
type Limits struct {
	// OpenFiles is how many fds it may have; more are EMFILE.
	OpenFiles int
	// Processes is how many processes its session may have for it to start
	// another; more are EAGAIN. All sessions together are bounded by Config.Processes.
	Processes int
	// FileSize is how long it may make a file, in bytes: a write is cut off there, or
	// EFBIG if nothing of it fits, and SIGXFSZ comes with that.
	FileSize uint64
	// Memory is how many bytes a guest's memory may have; what it asks for above
	// them it does not get. A process keeps what it began with.
	Memory uint64
	// Output is how many bytes all its writes may have in sum, to whatever file: a write
	// is cut off there, or EFBIG if nothing of it fits, and SIGXFSZ comes with that.
	Output uint64
	// CPU is the processor time that it may use: then it gets SIGXCPU, and a
	// second of processor time later SIGKILL. A program in the kernel that makes no
	// system call cannot be ended so.
	CPU time.Duration
	// Instructions is how many instructions a guest may run, as wazero's engine counts
	// them, which then runs it: more end it with code 152, that of SIGXCPU.
	Instructions uint64
	// PipeBytes is how much a pipe holds that it makes, 64 KiB if it is 0. It is
	// between 4 KiB and 1 MiB in any case.
	PipeBytes int
}

const (
	// maxFDs bounds the descriptor table of a process without a limit.
	maxFDs = 1 << 16
	// defaultProcesses is Config.Processes if it is 0.
	defaultProcesses = 512
	// graceCPU is the processor time that SIGXCPU leaves.
	graceCPU = time.Second
)

// DefaultLimits are those that process 1 begins with, and what it starts inherits.
func DefaultLimits() Limits { return Limits{OpenFiles: 1024, Processes: 256} }

// Set sets one of the limits, and reports whether there is such a kind.
func (l *Limits) Set(to sys.Limit) bool {
	number := int(min(to.Value, math.MaxInt32))
	switch to.Kind {
	case sys.LimitOpenFiles:
		l.OpenFiles = number
	case sys.LimitProcesses:
		l.Processes = number
	case sys.LimitFileSize:
		l.FileSize = to.Value
	case sys.LimitMemory:
		l.Memory = to.Value
	case sys.LimitOutput:
		l.Output = to.Value
	case sys.LimitCPU:
		l.CPU = time.Duration(min(to.Value, math.MaxInt64))
	case sys.LimitPipe:
		l.PipeBytes = number
	case sys.LimitInstructions:
		l.Instructions = to.Value
	default:
		return false
	}
	return true
}

// Limits are the process's limits.
func (p *Process) Limits() Limits {
	p.k.lock()
	defer p.k.unlock()
	return p.limits
}

// SetLimits sets the process's limits. What it uses already stays, and counts.
func (p *Process) SetLimits(l Limits) {
	p.k.lock()
	defer p.k.unlock()
	p.limits = l
	p.met = 0
	if l.Output != 0 {
		p.returnJoints() // it is counted here
	}
	p.limitCPU()
}

// A bound is a kind of limit.
type bound uint8

const (
	boundFiles bound = 1 << iota
	boundFileSize
	boundOutput
	boundCPU
)

// meet tells the process's user once that the limit what is reached.
func (p *Process) meet(what bound, format string, args ...any) {
	if p.met&what == 0 {
		p.met |= what
		line := fmt.Sprintf(format, args...)
		p.complain(line)
		p.k.after(func() { p.k.log.Warn(line, "module", "limits", "pid", p.pid, "program", p.name) })
	}
}

// maxOpen is how many fds the process may have.
func (p *Process) maxOpen() int {
	if n := p.limits.OpenFiles; n > 0 && n < maxFDs {
		return n
	}
	return maxFDs
}

// noFD is the end of a call that needs one more fd than there may be.
func (p *Process) noFD() errno.Errno {
	p.meet(boundFiles, "limit of %d open files reached (raise it with ulimit -n)", p.maxOpen())
	return errno.EMFILE
}

// mayFork reports whether the process may start another. Process 1 always may, so that
// the embedder can still act in a system that is full.
func (p *Process) mayFork() bool {
	s, most := p.session, p.limits.Processes
	var line string
	switch {
	case p.pid == 1:
		return true
	case len(p.k.procs) >= p.k.cfg.Processes:
		line = fmt.Sprintf("the system's limit of %d processes reached (end some of them)", p.k.cfg.Processes)
	case most > 0 && s.members >= most:
		line = fmt.Sprintf("limit of %d processes reached (raise it with ulimit -u)", most)
	default:
		return true
	}
	// Where the limit is met many are that meet it, and one of them tells.
	if s.full == 0 {
		s.full = s.members
		p.complain(line)
		p.k.after(func() { p.k.log.Warn(line, "module", "limits", "pid", p.pid, "program", p.name) })
	}
	return false
}

// maySend reports whether the process may write what c writes, and counts it. What does not
// fit is cut off.
func (c *call) maySend() bool {
	if c.r.Op != sys.OpWrite && c.r.Op != sys.OpPWrite {
		return true
	}
	p, n, most := c.p, uint64(len(c.r.Data)), c.p.limits.Output
	if room := most - min(p.written, most); most != 0 && n > room {
		if room == 0 {
			p.overOutput()
			return false
		}
		r := *c.r
		r.Data = r.Data[:room]
		c.r, c.cut, n = &r, true, room
	}
	p.written += n
	return true
}

// settle is called when the reply of a call is there. A write that was cut off has met the
// limit then. The lock is held.
func (c *call) settle() {
	if c.cut {
		c.cut = false
		if c.reply.Errno == 0 {
			c.reply.Vals[1] = uint64(errno.EFBIG)
		}
		c.p.overOutput()
	}
}

func (p *Process) overOutput() {
	p.meet(boundOutput, "output limit of %s reached (raise it with ulimit -o)", sizeText(p.limits.Output))
	p.signal(sys.SIGXFSZ)
}

// tooLong ends the attempt to make a file longer than it may be. The lock is held.
func (c *call) tooLong() verdict {
	if !c.p.dead {
		c.p.meet(boundFileSize, "file size limit of %s reached (raise it with ulimit -f)", sizeText(c.fileMax))
		c.p.signal(sys.SIGXFSZ)
	}
	if c.reply.Errno == 0 && c.reply.Vals[0] > 0 {
		c.reply.Vals[1] = uint64(errno.EFBIG) // a write, of which a part fitted
		return ended
	}
	return c.fail(errno.EFBIG)
}

// fitting is the part of what c writes at off that the limit lets pass. Nothing of
// something is the end of c.
func (c *call) fitting(off int64) (data []byte, ok bool) {
	data = c.r.Data
	if c.fileMax == 0 || len(data) == 0 || c.f.info.Type() != sys.TypeRegular {
		return data, true
	}
	if uint64(off) >= c.fileMax {
		c.over = true // the rest is not for who holds the file's lock
		return nil, false
	}
	if room := c.fileMax - uint64(off); uint64(len(data)) > room {
		c.over = true
		data = data[:room]
	}
	return data, true
}

// memoryPages is the limit of memory in pages of 64 KiB, 0 if there is none.
func (l *Limits) memoryPages() uint32 {
	if l.Memory == 0 {
		return 0
	}
	return uint32(min(max(l.Memory>>16, 1), 1<<16))
}

// pipeBytes is how much a pipe holds that is to hold want bytes, or 0 for what is usual.
func (l *Limits) pipeBytes(want uint64) int {
	switch {
	case l.PipeBytes > 0:
		want = uint64(l.PipeBytes)
	case want == 0:
		return pipeSize
	}
	return int(min(max(want, pipeBuf), 1<<20))
}

// sizeText is n bytes in the largest unit that it is a multiple of.
func sizeText(n uint64) string {
	unit := 0
	for unit < 3 && n >= 1024 && n%1024 == 0 {
		n >>= 10
		unit++
	}
	return fmt.Sprintf("%d %s", n, [...]string{"bytes", "KiB", "MiB", "GiB"}[unit])
}
