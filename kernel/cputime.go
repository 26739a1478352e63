package kernel

import (
	"time"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// cputime is how long a process has been running: the time in which none of its system
// calls waits and it is not stopped. It is measured from outside, so it has the time in
// it that a process waited for a processor, or that a message took, and of a process with
// several threads only the time in which none of them waits. Calls that end at once
// cost no look at the clock.
type cputime struct {
	begun    bool // it runs something
	asleep   int  // calls that wait
	since    time.Duration
	used     time.Duration // before since
	children time.Duration // of those that were waited for, and of theirs

	timer *time.Timer // looks whether the limit is reached
	armed bool
	ended bool // it has got its SIGXCPU
}

// now is the time since the kernel began; it is never 0.
func (k *Kernel) now() time.Duration { return max(time.Since(k.started), 1) }

// runs notes that the process goes on, if nothing keeps it from that.
func (p *Process) runs() {
	if t := &p.cpu; t.begun && t.since == 0 && t.asleep == 0 && !p.stopped && !p.dead {
		t.since = p.k.now()
		p.watchCPU()
	}
}

// rests notes that the process does not go on.
func (p *Process) rests() {
	if t := &p.cpu; t.since != 0 {
		t.used += p.k.now() - t.since
		t.since = 0
	}
}

// credit takes back ns nanoseconds that were counted and should not have been.
func (t *cputime) credit(ns uint64) {
	t.used -= time.Duration(min(ns, uint64(1<<62)))
}

// cpuTime is how long the process has been running.
func (p *Process) cpuTime() time.Duration {
	if t := &p.cpu; t.since != 0 {
		return max(t.used+p.k.now()-t.since, 0)
	}
	return max(p.cpu.used, 0)
}

// Times is the processor time that the process has used, and that of the children it
// has waited for, with theirs.
func (p *Process) Times() (self, children time.Duration) {
	p.k.lock()
	defer p.k.unlock()
	return p.cpuTime(), p.cpu.children
}

// sleeps notes that the call waits, and the process with it unless it goes on meanwhile.
func (c *call) sleeps() {
	if !c.asleep && !c.r.Aside {
		c.asleep = true
		c.p.cpu.asleep++
		c.p.rests()
	}
}

// wakes notes that the call waits no more.
func (c *call) wakes() {
	if c.asleep {
		c.asleep = false
		c.p.cpu.asleep--
		c.p.runs()
	}
}

// limitCPU begins anew to watch over a limit that was changed.
func (p *Process) limitCPU() {
	t := &p.cpu
	p.unwatchCPU()
	t.ended = false
	if t.since != 0 {
		p.watchCPU()
	}
}

// watchCPU has the limit looked at when it may be reached. A process that waits then
// is watched again when it goes on.
func (p *Process) watchCPU() {
	t := &p.cpu
	if p.limits.CPU <= 0 || t.armed {
		return
	}
	t.armed = true
	var timer *time.Timer
	timer = time.AfterFunc(max(p.dueCPU()-p.cpuTime(), time.Millisecond), func() {
		p.k.lock()
		defer p.k.unlock()
		if t.timer == timer {
			p.checkCPU()
		}
	})
	t.timer = timer
}

func (p *Process) unwatchCPU() {
	if t := &p.cpu; t.timer != nil {
		t.timer.Stop()
		t.timer, t.armed = nil, false
	}
}

// dueCPU is the processor time at which something happens.
func (p *Process) dueCPU() time.Duration {
	if p.cpu.ended {
		return p.limits.CPU + graceCPU
	}
	return p.limits.CPU
}

func (p *Process) checkCPU() {
	t := &p.cpu
	t.timer, t.armed = nil, false
	switch {
	case p.dead:
		return
	case p.cpuTime() < p.dueCPU():
	case t.ended:
		p.signal(sys.SIGKILL)
		return
	default:
		t.ended = true
		p.meet(boundCPU, "processor time limit of %v reached (raise it with ulimit -t)", p.limits.CPU)
		p.signal(sys.SIGXCPU)
	}
	if t.since != 0 {
		p.watchCPU()
	}
}
