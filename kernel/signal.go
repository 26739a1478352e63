package kernel

import (
	"cmp"
	"math"
	"slices"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// disposition is what a process does with a signal.
type disposition uint8

const (
	byDefault disposition = iota
	ignored
	caught
)

// signalState is a process's view of signals.
type signalState struct {
	how [sys.NumSignals]disposition
	to  [sys.NumSignals]chan sys.Signal // of those that are caught
	// pending are signals that came while the process was stopped, as bits.
	pending uint32
	// news is where a caught signal lies that interrupted no call: the next one that
	// would wait ends in its stead, if it still lies there.
	news chan sys.Signal
}

// stopSignals are those whose default action is to stop.
const stopSignals = 1<<sys.SIGSTOP | 1<<sys.SIGTSTP | 1<<sys.SIGTTIN | 1<<sys.SIGTTOU

// signalRoom is how many caught signals a channel holds; more of them are lost, as
// signals of one kind that come twice are.
const signalRoom = 32

// Catch has the process handle sigs itself: they are sent on the channel, which is this
// call's own and never closed, and calls that wait end in EINTR. A signal that comes while
// no call waits ends the next one that would, unless it has been received by then, so
// that none slips through between a look at the channel and a wait. A signal goes to the
// channel of the last Catch. SIGKILL and SIGSTOP cannot be caught.
func (p *Process) Catch(sigs ...sys.Signal) <-chan sys.Signal {
	ch := make(chan sys.Signal, signalRoom)
	p.dispose(sigs, caught, ch)
	return ch
}

// Ignore has sigs do nothing to the process. Its children inherit that. A process that
// ignores SIGCHLD has no zombies to wait for.
func (p *Process) Ignore(sigs ...sys.Signal) { p.dispose(sigs, ignored, nil) }

// Default has sigs do again what they do by themselves.
func (p *Process) Default(sigs ...sys.Signal) { p.dispose(sigs, byDefault, nil) }

func (p *Process) dispose(sigs []sys.Signal, how disposition, ch chan sys.Signal) {
	p.k.lock()
	defer p.k.unlock()
	for _, s := range sigs {
		if s.Valid() && s != sys.SIGKILL && s != sys.SIGSTOP {
			p.sig.how[s], p.sig.to[s] = how, ch
		}
	}
}

// Signal sends sig to the process, as kill(2) does; 0 does nothing.
func (p *Process) Signal(sig sys.Signal) {
	p.k.lock()
	defer p.k.unlock()
	if sig.Valid() {
		p.send(sig)
	}
}

// signal sends sig to the process. The lock is held.
func (p *Process) signal(sig sys.Signal) {
	if p.dead || p.dying || p.acts != nil {
		return
	}
	bit := uint32(1) << sig
	switch {
	case sig == sys.SIGKILL:
		if p.pid != 1 {
			p.kill(sys.Signaled(sig))
		}
		return
	case sig == sys.SIGCONT:
		p.sig.pending &^= stopSignals
		p.resume()
		if p.dead || p.dying {
			return // of a signal that had been waiting
		}
	case bit&stopSignals != 0:
		p.sig.pending &^= 1 << sys.SIGCONT
	}
	if p.stoodIn() {
		return
	}
	if p.stopped {
		p.sig.pending |= bit
		return
	}
	p.take(sig)
}

// take does what sig does to a process that is not stopped.
func (p *Process) take(sig sys.Signal) {
	switch p.sig.how[sig] {
	case ignored:
		return
	case caught:
		ch := p.sig.to[sig]
		select {
		case ch <- sig:
		default:
		}
		p.interrupt(ch)
		return
	}
	if p.pid == 1 {
		return
	}
	switch sig.Default() {
	case sys.ActTerminate:
		if sig == sys.SIGPIPE || sig == sys.SIGXFSZ {
			// It died of a call: what it sent behind that one was never begun.
			p.end(sys.Signaled(sig), true)
			return
		}
		p.kill(sys.Signaled(sig))
	case sys.ActStop:
		// Nobody could continue a group without a parent in its session.
		if sig == sys.SIGSTOP || !p.k.orphaned(p.pgid) {
			p.stop(sig)
		}
	}
}

// interrupt ends the calls that wait with EINTR.
func (p *Process) interrupt(ch chan sys.Signal) {
	met := false
	for _, c := range p.calls {
		switch {
		case !c.out:
			c.intr, met = true, true
			c.wake()
		case c.cancel != nil:
			met = true
			c.cancel()
		}
	}
	if !met {
		p.sig.news = ch
	}
}

// takeInterrupt reports whether a call that would wait has to end at once.
func (p *Process) takeInterrupt() bool {
	ch := p.sig.news
	p.sig.news = nil
	return len(ch) > 0
}

// stop stops the process: its calls are not tried and its replies withheld.
func (p *Process) stop(sig sys.Signal) {
	if p.stopped {
		return
	}
	p.rests()
	p.stopped = true
	p.returnJoints()
	if r := p.running; r != nil {
		p.k.after(r.Stop)
	}
	p.tell(sys.Stopped(sig))
}

// resume lets a stopped process go on, and then meet the signals that waited.
func (p *Process) resume() {
	if !p.stopped {
		return
	}
	p.stopped = false
	p.runs()
	if r := p.running; r != nil {
		p.k.after(r.Continue)
	}
	p.tryAgain()
	p.feedAgain()
	for _, a := range p.agents {
		a.tryAgain() // it was held up with the group
	}
	p.tell(sys.Continued())
	for sig := range sys.Signal(sys.NumSignals) {
		if bit := uint32(1) << sig; p.sig.pending&bit != 0 && !p.dead && !p.dying {
			p.sig.pending &^= bit
			p.take(sig)
		}
	}
}

// tryAgain has the calls tried that wait until the process goes on.
func (p *Process) tryAgain() {
	for _, c := range p.calls {
		if c.again {
			c.again = false
			c.wake()
		}
	}
}

// tell notes a change of state for the parent.
func (p *Process) tell(report sys.WaitStatus) {
	p.report, p.reported = report, false
	if up := p.parent; up != nil && !p.adopted {
		if up.standIn == p {
			up.goAlong(report)
		}
		up.childq.wake()
		up.signal(sys.SIGCHLD)
	}
}

// signalGroup sends sig to all of a group, in the order of their numbers, and reports
// whether there was somebody.
func (k *Kernel) signalGroup(pgid uint32, sig sys.Signal) bool {
	return k.signalAll(sig, func(p *Process) bool { return p.pgid == pgid })
}

func (k *Kernel) signalAll(sig sys.Signal, want func(*Process) bool) bool {
	var list []*Process
	for _, p := range k.procs {
		if want(p) {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b *Process) int { return cmp.Compare(a.pid, b.pid) })
	for _, p := range list {
		if sig != 0 {
			p.signal(sig)
		}
	}
	return len(list) > 0
}

func sysKill(c *call) verdict {
	pid, sig := int64(c.r.Args[0]), sys.Signal(c.r.Args[1])
	if c.r.Args[1] != 0 && (c.r.Args[1] >= sys.NumSignals || !sig.Valid()) {
		return c.fail(errno.EINVAL)
	}
	found := false
	switch {
	case pid > math.MaxUint32 || pid < -math.MaxUint32:
	case pid > 0:
		if p := c.k.procs[uint32(pid)]; p != nil {
			found = true
			if sig != 0 {
				p.send(sig)
			}
		}
	case pid == 0:
		found = c.k.signalGroup(c.p.pgid, sig)
	case pid == -1:
		found = c.k.signalAll(sig, func(p *Process) bool { return p.pid != 1 && p != c.p })
	default:
		found = c.k.signalGroup(uint32(-pid), sig)
	}
	if !found {
		return c.fail(errno.ESRCH)
	}
	return c.ok()
}
