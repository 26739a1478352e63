package kernel

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// joinWindow is how many bytes more than the pipe holds may be on their way between
// two guests.
const joinWindow = 256 << 10

// joint is a pipe whose bytes go from one guest to another past the kernel. The kernel
// gives the channel away when each end of the pipe is one fd of one guest, and takes
// the pipe back for whatever else happens to an end: it is shared, polled, its
// process is stopped, ends, or makes it not wait.
//
// On the way there, the writer asks (OpPipeJoin) and sends by the channel once it is
// told to; the reader still reads what the kernel has, and is sent to the channel when
// that is used up. On the way back, the writer says how many bytes it has sent, the
// reader brings those that it has not read, and until they are all here nobody reads
// or writes anything else. So no byte overtakes another, whenever either
// end answers, and if one does not, the other waits for it as for any slow end. Of a
// writer that has died the reader brings what has arrived.
type joint struct {
	*pipe
	number         uint32
	writer, reader *Process
	returning      bool   // the ends have been asked for
	told           bool   // the writer has given its end back
	total          uint64 // how many bytes it has sent then
	drains         bool   // the writer has died without that
	came           uint64 // how many bytes the reader has read or brought
}

// window is how many bytes may be on their way.
func (j *joint) window() int { return j.ring.max + joinWindow }

func sysPipeJoin(c *call) verdict {
	f, ok := c.use(c.r.Args[0])
	if !ok {
		return c.fail(errno.EBADF)
	}
	w, ok := f.stream.(pipeWriter)
	if !ok {
		return c.fail(errno.EINVAL)
	}
	joiner, ok := c.k.cfg.Machine.(Joiner)
	if !ok {
		return c.ok(0)
	}
	reader := w.joinable(c.p)
	switch {
	case reader == nil:
		return c.ok(0)
	case c.r.Args[1] != 0:
		return c.ok(1)
	}
	c.k.joints++
	j := &joint{pipe: w.pipe, number: c.k.joints, writer: c.p, reader: reader}
	return c.goOutside(func(c *call) {
		made := joiner.Join(j.writer.guest, j.reader.guest, j.number)
		c.k.lock()
		defer c.k.unlock()
		switch {
		case made && !c.gone && j.joinable(j.writer) == reader:
			j.joint = j
			c.k.joined[j.number] = j
			j.readable.wake()
			c.ok(uint64(j.number), uint64(j.window()))
			return
		case made:
			j.ask(j.writer, sys.PipeOver)
			j.ask(j.reader, sys.PipeOver)
		}
		c.ok(0)
	})
}

// joinable is the guest that reads what writer writes, if nobody but these two has to
// do with the pipe and both can hold its ends; else nil.
func (p *pipe) joinable(writer *Process) *Process {
	if p.joint != nil || !p.reads || !p.writes || !p.w.heldOnceBy(writer) || writer.limits.Output != 0 || !p.writerq.only(writer) {
		return nil
	}
	for _, reader := range p.k.procs {
		if reader != writer && reader.guest != nil && p.r.heldOnceBy(reader) {
			if p.readable.only(reader) {
				return reader
			}
			break
		}
	}
	return nil
}

// heldOnceBy reports whether one fd of the guest p is all that f is open for.
func (f *openFile) heldOnceBy(p *Process) bool {
	if _, ok := p.running.(Holder); !ok || p.stopped || p.tracer.Load() != nil || f.refs-f.pins != 1 {
		return false
	}
	for _, e := range p.fds {
		if e.f == f {
			return true
		}
	}
	return false
}

// pollStream is what is the case for f, the process's fd n. A reader whose pipe has been
// joined while it polled is told to read, and is sent to the channel then, if that
// read may find nothing; else it needs the kernel to go on polling.
func (p *Process) pollStream(n uint64, f *openFile) (sys.PollEvent, uint64) {
	if r, ok := f.stream.(pipeReader); ok && r.joint != nil && r.joint.reader == p && !r.joint.returning && p.fds[n].status()&sys.ONonblock != 0 {
		return sys.PollIn, uint64(r.ring.len())
	}
	return f.stream.poll()
}

// only reports whether no process but p waits in the queue.
func (q *queue) only(p *Process) bool {
	for w := q.head; w != nil; w = w.next {
		if w.c.p != p {
			return false
		}
	}
	return true
}

// ask has the guest p asked for something once the lock has been given up.
func (j *joint) ask(p *Process, what sys.PipeAsk) {
	if h, ok := p.running.(Holder); ok {
		number, reader := j.number, p == j.reader
		p.k.after(func() { h.Ask(number, reader, what) })
	}
}

// takeBack asks for both ends. It does nothing to a pipe that is not joined.
func (j *joint) takeBack() {
	if j == nil || j.returning {
		return
	}
	j.returning = true
	if !j.told {
		j.ask(j.writer, sys.PipeReturn)
	}
	j.ask(j.reader, sys.PipeReturn)
	j.readable.wake() // a read that waits for nothing but to be sent to the channel
}

// writerGone is the end of the writer.
func (j *joint) writerGone() {
	if j == nil || j.told || j.drains {
		return
	}
	j.returning, j.drains = true, true
	j.ask(j.reader, sys.PipeDrain)
	j.readable.wake()
}

// readerGone is the end of the reader: what it has not read is lost.
func (j *joint) readerGone() {
	if j == nil {
		return
	}
	if !j.told {
		j.ask(j.writer, sys.PipeReturn) // so that writes which wait come here
	}
	j.end()
}

// end makes the pipe one of the kernel's own again.
func (j *joint) end() {
	j.ask(j.reader, sys.PipeOver)
	delete(j.k.joined, j.number)
	j.joint = nil
	j.readable.wake()
	j.writerq.wake()
}

// returnJoints takes back the pipes that the process holds ends of.
func (p *Process) returnJoints() {
	for _, j := range p.k.joined {
		if j.writer == p || j.reader == p {
			j.takeBack()
		}
	}
}

// leaveJoints is the end of a process that held ends of pipes which others have come
// to hold as well.
func (p *Process) leaveJoints() {
	for _, j := range p.k.joined {
		switch p {
		case j.writer:
			j.writerGone()
		case j.reader:
			// Others would read on with a gap.
			j.lost = true
			j.readerGone()
		}
	}
}

func sysPipeReturn(c *call) verdict {
	j := c.k.joined[uint32(c.r.Args[0])]
	if j == nil {
		return c.ok() // it has ended meanwhile
	}
	n, data := c.r.Args[2], c.r.Data
	switch {
	case c.r.Args[1] == 0 && c.p == j.writer && !j.told && !j.drains && len(data) == 0:
		j.told, j.total = true, n
		c.p.written += n
	case c.r.Args[1] == 1 && c.p == j.reader && n >= j.came+uint64(len(data)) && j.ring.len()+len(data) <= j.ring.max+j.window():
		j.came = n
		if len(data) > 0 {
			j.ring.put(data)
			j.readable.wake()
		}
	default:
		return c.fail(errno.EINVAL)
	}
	j.takeBack()
	if j.told && j.came >= j.total || j.drains && c.p == j.reader && c.r.Args[3] != 0 {
		j.end()
	}
	return c.ok()
}

// joinedPipes lists the pipes whose bytes go past the kernel: number, writer and reader.
func (k *Kernel) joinedPipes() string {
	k.lock()
	defer k.unlock()
	var b strings.Builder
	for _, n := range slices.Sorted(maps.Keys(k.joined)) {
		fmt.Fprintf(&b, "%d %d %d\n", n, k.joined[n].writer.pid, k.joined[n].reader.pid)
	}
	return b.String()
}

// ofJoint reports whether op is a call that the worker of a process makes and not the
// process, so that it is performed for one that is stopped as well.
func ofJoint(op sys.Op) bool {
	return op == sys.OpPipeReturn || op == sys.OpRest || op == sys.OpFeed || op == sys.OpLoan
}

// sysRest hears when a guest waits for a joined pipe, or has only calls under way that are made
// aside. What it has waited since it was last heard of is not its processor time.
func sysRest(c *call) verdict {
	t := &c.p.cpu
	if idle := c.r.Args[0] != 0; idle != c.p.idle {
		c.p.idle = idle
		if idle {
			t.asleep++
			c.p.rests()
		} else {
			t.asleep--
			c.p.runs()
		}
	}
	t.credit(c.r.Args[1])
	return c.ok()
}
