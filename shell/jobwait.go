package shell

import (
	"slices"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// note records what became of a process.
func (j *job) note(pid int, status sys.WaitStatus) {
	for i := range j.procs {
		p := &j.procs[i]
		if p.pid != pid || p.done {
			continue
		}
		p.status = status
		p.stopped = status.Stopped()
		p.done = !status.Stopped() && !status.Continued()
		j.notified = false
	}
}

// waitPID waits for one child. A signal that has a trap does not end the wait,
// unless interruptible is set.
func (sh *shell) waitPID(pid int, flags sys.WaitFlag, interruptible bool) (sys.WaitStatus, error) {
	for {
		_, status, err := sh.f.Wait(pid, flags)
		if !isEINTR(err) {
			return status, err
		}
		sh.collect()
		if interruptible && len(sh.traps.pending) > 0 {
			return 0, err
		}
	}
}

// waitCode waits for a child that is no job and is its exit status.
func (sh *shell) waitCode(pid int) int {
	status, err := sh.waitPID(pid, 0, false)
	if err != nil {
		return 127
	}
	return status.Code()
}

// waitForeground waits for the job in the foreground, until it ends or stops,
// and takes the terminal back.
func (sh *shell) waitForeground(j *job) {
	flags := sys.WaitFlag(0)
	if sh.monitor {
		flags = sys.WUntraced
	}
	for i := range j.procs {
		p := &j.procs[i]
		for !p.done && !p.stopped {
			status, err := sh.waitPID(p.pid, flags, false)
			if err != nil {
				status = sys.Exited(127)
			}
			j.note(p.pid, status)
		}
	}
	sh.reclaim(j)
	if j.stopped() {
		sh.jobs.add(j)
		j.notified = true
		_ = sh.write(2, "\n"+sh.jobLine(j, false))
		for _, p := range j.procs {
			if p.stopped {
				sh.status = 128 + int(p.status.Signal())
			}
		}
		sh.pipestatus = []int{sh.status}
		return
	}
	sh.jobs.remove(j)
	sh.pipestatus = sh.pipestatus[:0:0]
	sh.status = 0
	for _, p := range j.procs {
		code := p.status.Code()
		sh.pipestatus = append(sh.pipestatus, code)
		if code != 0 || !sh.opt.pipefail {
			sh.status = code
		}
	}
	sh.mourn(j)
	sh.signals()
}

// mourn says what killed a job.
func (sh *shell) mourn(j *job) {
	sig := j.procs[len(j.procs)-1].status.Signal()
	switch {
	case sig == 0 || sig == sys.SIGPIPE:
	case sig == sys.SIGINT:
		if sh.monitor {
			_ = sh.write(2, "\n")
			sh.flow = flowAbort
		}
	case sh.interactive:
		_ = sh.write(2, sig.String()+"\n")
	}
}

// reclaim makes the shell's group the terminal's foreground again, and the
// terminal's mode the shell's if the job left it in a hurry.
func (sh *shell) reclaim(j *job) {
	if !sh.monitor || sh.tty < 0 {
		return
	}
	if j.stopped() {
		if mode, err := sh.f.TTYMode(sh.tty); err == nil {
			j.mode = &mode
		}
	}
	_ = sh.f.SetTTYGroup(sh.tty, sh.pgid)
	last := j.procs[len(j.procs)-1].status
	if j.stopped() || last.Signal() != 0 {
		_ = sh.f.SetTTYMode(sh.tty, sh.ttyMode)
	} else if mode, err := sh.f.TTYMode(sh.tty); err == nil {
		sh.ttyMode = mode
	}
}

// reap looks, without waiting, at what has become of the children in the
// background.
func (sh *shell) reap() {
	for _, j := range sh.jobs.list {
		for _, p := range j.procs {
			if p.done {
				continue
			}
			pid, status, err := sh.f.Wait(p.pid, sys.WNoHang|sys.WUntraced|sys.WContinued)
			if err == nil && pid == p.pid {
				j.note(pid, status)
			} else if err != nil && !isEINTR(err) {
				j.note(p.pid, sys.Exited(127))
			}
		}
	}
	sh.jobs.children = slices.DeleteFunc(sh.jobs.children, func(pid int) bool {
		got, status, err := sh.f.Wait(pid, sys.WNoHang)
		if got == pid && err == nil {
			sh.jobs.keep(pid, status.Code())
		}
		return err != nil && !isEINTR(err) || got == pid
	})
}

// keep remembers the status of a child that has gone.
func (js *jobs) keep(pid, code int) {
	if js.finished == nil || len(js.finished) >= maxFinished {
		js.finished = map[int]int{}
	}
	js.finished[pid] = code
}
