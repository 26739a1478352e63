package kernel

import "time"

// Limits bound what a process may use. They are inherited. Zero is no limit.
type Limits struct {
	OpenFiles int           // fds; more are EMFILE
	Processes int           // processes in the system at which it may still start one; more are EAGAIN
	FileSize  uint64        // bytes of a file it writes
	Memory    uint64        // bytes of a guest's memory
	Output    uint64        // bytes written to terminals and pipes
	CPU       time.Duration // processor time of a guest
}

// maxFDs bounds the descriptor table of a process without a limit.
const maxFDs = 1 << 16

// DefaultLimits are those that process 1 begins with, and what it starts inherits.
func DefaultLimits() Limits { return Limits{OpenFiles: 1024, Processes: 512} }

// Limits are the process's limits.
func (p *Process) Limits() Limits {
	p.k.lock()
	defer p.k.unlock()
	return p.limits
}

// SetLimits sets the process's limits. What it uses already stays.
func (p *Process) SetLimits(l Limits) {
	p.k.lock()
	defer p.k.unlock()
	p.limits = l
}

// maxOpen is how many fds the process may have.
func (p *Process) maxOpen() int {
	if n := p.limits.OpenFiles; n > 0 && n < maxFDs {
		return n
	}
	return maxFDs
}

// mayFork reports whether the process may start another. Process 1 always may, so that
// the embedder can still act in a system that is full.
func (p *Process) mayFork() bool {
	return p.pid == 1 || p.limits.Processes <= 0 || len(p.k.procs) < p.limits.Processes
}
