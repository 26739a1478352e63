package kernel

import (
	"context"
	"io"
	"math"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// Machine runs guests. Its methods are called with no lock held, and may be called by
// several goroutines at once.
type Machine interface {
	// Load turns a file into something Start can run. It is called on a goroutine that
	// may wait; ctx is done when the process is to die. An error ends the guest with
	// code 126 and is printed on its standard error behind its name, so its text should
	// be one clear sentence. read reads the whole file; equal keys mean equal bytes, so a
	// machine may keep what it has made of them.
	Load(ctx context.Context, key ImageKey, name string, read func() ([]byte, error)) (Image, error)
	// Start begins to run a guest. It must not block. An error is treated as Load's.
	Start(g *Guest) (Running, error)
}

// ImageKey tells the contents of files apart: equal keys, equal bytes.
type ImageKey struct {
	Dev, Ino, Size uint64
	Mtime          int64
	// Gen is another number after each change of the contents, also of those that
	// clocks are too coarse for.
	Gen uint64
	// MemoryPages is the most memory that what is made of the file may ever have, in
	// pages of 64 KiB; 0 leaves it to the machine, whose own limit holds in any case.
	MemoryPages uint32
}

// Image is what a machine makes of a file.
type Image any

// Guest is a process that a machine runs.
type Guest struct {
	Process *Process
	Image   Image
	Info    sys.StartInfo
}

// Ended reports the guest's end to the kernel. It counts unless the process has ended
// already, by OpExit or a signal. It may be called from any goroutine.
func (g *Guest) Ended(status sys.WaitStatus) {
	p := g.Process
	k := p.k
	k.lock()
	defer k.unlock()
	if sig := status.Signal(); sig != 0 && !p.dead && !p.dying {
		k.after(func() {
			k.log.Warn("a guest has failed", "module", "kernel", "pid", p.pid, "program", p.name, "signal", "SIG"+sig.Name())
		})
	}
	if p.dying {
		status = p.fate
	}
	p.end(status, false)
}

// SetEngine says which engine runs the guest, for ps, and why it does, for the log.
func (g *Guest) SetEngine(name, why string) {
	k := g.Process.k
	k.log.Debug("an engine was chosen", "module", "kernel", "pid", g.Info.PID, "program", g.Info.Name, "engine", name, "why", why)
	k.lock()
	defer k.unlock()
	g.Process.engine = name
}

// Running is a guest under way. Its methods are called with no lock held and must not
// block.
type Running interface {
	// Kill ends the guest: no system call of it comes after that. It is called for ends
	// that the guest did not ask for, at most once, and not after OpExit or Ended.
	Kill()
	// Stop and Continue are hints: a stopped process's system calls do not end, but
	// one that computes goes on unless its machine stops it.
	Stop()
	Continue()
}

// A Lingerer is a [Running] guest whose system calls come by messages: some that have
// returned to it may not have been performed yet.
type Lingerer interface {
	// Linger ends the guest as Kill does, but calls gone when all calls have been performed
	// that it had sent and does not wait for. Kill comes all the same. It must not block.
	Linger(gone func())
}

// launch runs a guest: it waits for the machine, on a goroutine of its own. file is
// held by the caller, and is released here.
func (k *Kernel) launch(p *Process, t *target) {
	defer k.programs.Done()
	defer func() {
		if bug := recover(); bug != nil { // of the machine
			k.lock()
			p.abort(bug)
			k.unlock()
		}
	}()
	t.key.MemoryPages = p.guest.Info.MemoryPages
	image, err := k.cfg.Machine.Load(p.ctx, t.key, t.path, func() ([]byte, error) { return readAll(p.ctx, t.file) })
	t.release()
	if p.ctx.Err() != nil {
		return
	}
	var running Running
	if err == nil {
		p.guest.Image = image
		k.lock()
		p.cpu.begun, p.starting, p.loaded = true, true, time.Now()
		p.runs()
		k.unlock()
		running, err = k.cfg.Machine.Start(p.guest)
		if err != nil {
			running = nil
		}
	}
	if ended := p.begun(running); err != nil && !ended {
		k.log.Warn("a guest cannot be run", "module", "kernel", "pid", p.pid, "program", p.name, "err", err)
		p.Syscall(&sys.Request{Op: sys.OpWrite, Args: [6]uint64{2, sys.WriteOwnLine}, Data: []byte(errno.Plain(p.name) + ": " + err.Error() + "\n")})
		p.guest.Ended(sys.Exited(126))
	}
}

// ranFor is for how long the guest pid has had its module: not at all while that is being loaded,
// and for ever if there is no such guest.
func (k *Kernel) ranFor(pid uint32) time.Duration {
	k.lock()
	defer k.unlock()
	switch p := k.procs[pid]; {
	case p == nil || p.dead || p.guest == nil:
		return math.MaxInt64
	case !p.cpu.begun:
		return 0
	default:
		return time.Since(p.loaded)
	}
}

// begun notes what the machine has begun, nil if it could not, and reports whether the guest has
// ended or was killed meanwhile.
func (p *Process) begun(r Running) (ended bool) {
	k := p.k
	k.lock()
	defer k.unlock()
	p.starting = false
	switch {
	case p.dead:
		if r != nil && p.status.Signal() != 0 { // else it has ended by itself
			k.after(r.Kill)
		}
	case p.dying:
		p.running = r
		p.killed(r)
	case r != nil:
		p.running = r
		if p.stopped {
			k.after(r.Stop)
		}
	}
	return p.dead || p.dying
}

// A Joiner is a [Machine] whose guests can send bytes to one another past the kernel.
type Joiner interface {
	// Join hands the two ends of a channel to two guests, under the number that the
	// pipe has. It reports whether they can hold them. It must not block.
	Join(writer, reader *Guest, pipe uint32) bool
}

// A Holder is a [Running] guest that a [Joiner] can give the end of a pipe.
type Holder interface {
	// Ask tells the guest what is wanted of the end of a pipe that it holds, in order
	// with the replies to its calls. It must not block. A guest that has no such
	// end takes no notice.
	Ask(pipe uint32, reader bool, what sys.PipeAsk)
}

// readAll is a file's contents. It ends when ctx does.
func readAll(ctx context.Context, f vfs.File) ([]byte, error) {
	f = vfs.WithContext(ctx, f)
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if st.Size > maxImage {
		return nil, errno.EFBIG
	}
	buf := make([]byte, st.Size)
	n, err := f.ReadAt(buf, 0)
	if err == io.EOF {
		err = nil
	}
	return buf[:n], err
}

// maxImage is the largest program, in bytes.
const maxImage = 1 << 30
