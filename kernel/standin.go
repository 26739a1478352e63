package kernel

import "github.com/bushel-wasm/bushel/kernel/sys"

// stoodIn reports whether a child stands in for the process (sys.SpawnStandIn). The lock is held.
func (p *Process) stoodIn() bool { return p.standIn != nil && !p.standIn.dead }

// send sends sig to the process by its number: who stands in for it gets it as well. A group's
// signal reaches both without that. The lock is held.
func (p *Process) send(sig sys.Signal) {
	if p.stoodIn() {
		p.standIn.send(sig)
	}
	p.signal(sig)
}

// goAlong has the process stop and go on as the child has that stands in for it. The lock is held.
func (p *Process) goAlong(report sys.WaitStatus) {
	if report.Stopped() {
		p.stop(report.Signal())
	} else {
		p.resume()
	}
}

// Follow waits for pid, a child that stands in for the program, and returns its exit code. If a
// signal has ended it, the program ends by the same one.
func (p *Process) Follow(pid int) int {
	f := p.Files()
	_, status, err := f.Wait(pid, 0)
	if err != nil {
		return 127
	}
	if sig := status.Signal(); sig != 0 {
		p.Default(sig)
		_ = f.Kill(p.PID(), sig)
	}
	return status.Code()
}
