package kernel

import (
	"time"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// lingerTime is how long a guest that was killed may take to have performed what it had
// sent. It takes longer only if a file system does, or the reader of a joined pipe that
// computes.
const lingerTime = time.Second

// kill ends the process, which has not asked for it. What a guest's writes that have
// returned have in hand for the kernel is performed first: until then it is dying,
// which nobody but ps can tell from a process that is slow to die. Once it hears of nothing
// any more, no call of it waits for anything. The lock is held.
func (p *Process) kill(status sys.WaitStatus) {
	if p.dead || p.dying {
		return
	}
	if _, ok := p.running.(Lingerer); !ok && !p.starting {
		p.end(status, true)
		return
	}
	p.dying, p.fate = true, status
	if p.stopped {
		p.stopped = false
		p.runs()
	}
	end := func() {
		p.k.lock()
		defer p.k.unlock()
		p.end(status, true)
	}
	late := time.AfterFunc(lingerTime, end)
	p.killed = func(r Running) {
		l, ok := r.(Lingerer)
		if !ok {
			late.Stop()
			p.end(status, true)
			return
		}
		p.k.after(func() {
			l.Linger(func() {
				late.Stop()
				end()
			})
			p.k.lock()
			p.hush()
			p.k.unlock()
		})
	}
	if !p.starting {
		p.killed(p.running)
	}
}

// hush ends the calls of a process that is dying. It is done when its link passes on no reply
// any more: the guest would hear of them.
func (p *Process) hush() {
	p.hushed = true
	for _, c := range p.calls {
		c.again = false
		c.wake()
	}
}
