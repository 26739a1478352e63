package shell

import (
	"slices"
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

func wait(c *call) int {
	sh := c.sh
	opts, rest, ok := c.options("fnp:")
	if !ok {
		return 2
	}
	if opts.has('n') {
		return waitNext(c, rest, opts['p'])
	}
	if len(rest) == 0 {
		for _, j := range slices.Clone(sh.jobs.list) {
			if code, done := c.waitJob(j); !done {
				return code
			}
		}
		for _, pid := range sh.jobs.children {
			if _, err := sh.waitPID(pid, 0, true); isEINTR(err) {
				return c.interrupted()
			}
		}
		sh.jobs.children = nil
		return 0
	}
	status := 0
	for _, spec := range rest {
		pid, err := strconv.Atoi(spec)
		switch {
		case strings.HasPrefix(spec, "%"):
			j, err := sh.findJob(spec)
			if err != nil {
				c.errorf("%s", err)
				status = 127
				continue
			}
			code, done := c.waitJob(j)
			if status = code; !done {
				return code
			}
		case err != nil:
			c.errorf("`%s': not a pid or valid job spec", spec)
			status = 1
		default:
			code, done := c.waitOne(pid)
			if status = code; !done {
				return code
			}
		}
	}
	return status
}

// interrupted is the status of wait when a signal with a trap has come.
func (c *call) interrupted() int {
	status := 0
	if len(c.sh.traps.pending) > 0 {
		status = 128 + int(c.sh.traps.pending[0])
	}
	c.sh.signals()
	return status
}

// waitOne waits for one process. done is false if a signal came first.
func (c *call) waitOne(pid int) (code int, done bool) {
	sh := c.sh
	if j := sh.jobs.byPID(pid); j != nil {
		for i := range j.procs {
			p := &j.procs[i]
			if p.pid != pid {
				continue
			}
			if !p.done {
				status, err := sh.waitPID(pid, 0, true)
				if isEINTR(err) {
					return c.interrupted(), false
				}
				j.note(pid, status)
			}
			code = p.status.Code()
		}
		if j.done() {
			sh.jobs.forget(j)
		}
		return code, true
	}
	if code, ok := sh.jobs.finished[pid]; ok {
		return code, true
	}
	if i := slices.Index(sh.jobs.children, pid); i >= 0 {
		status, err := sh.waitPID(pid, 0, true)
		if isEINTR(err) {
			return c.interrupted(), false
		}
		sh.jobs.children = slices.Delete(sh.jobs.children, i, i+1)
		sh.jobs.keep(pid, status.Code())
		return status.Code(), true
	}
	c.errorf("pid %d is not a child of this shell", pid)
	return 127, true
}

func (c *call) waitJob(j *job) (code int, done bool) {
	sh := c.sh
	for i := range j.procs {
		p := &j.procs[i]
		for !p.done {
			flags := sys.WaitFlag(0)
			if sh.monitor {
				flags = sys.WUntraced
			}
			status, err := sh.waitPID(p.pid, flags, true)
			if isEINTR(err) {
				return c.interrupted(), false
			}
			if err != nil {
				status = sys.Exited(127)
			}
			j.note(p.pid, status)
			if p.stopped {
				return 128 + int(status.Signal()), true
			}
		}
	}
	code = j.code()
	if sh.interactive {
		c.print(sh.jobLine(j, false))
	}
	sh.jobs.forget(j)
	return code, true
}

// waitNext waits for whichever of the jobs ends first.
func waitNext(c *call, specs []string, variable string) int {
	sh := c.sh
	var among []*job
	for _, spec := range specs {
		j, err := c.jobOrPID(spec)
		if err != nil || j == nil {
			return c.fail("%s: no such job", spec) + 126
		}
		among = append(among, j)
	}
	for {
		sh.reap()
		open := false
		for _, j := range slices.Clone(sh.jobs.list) {
			if len(among) > 0 && !slices.Contains(among, j) {
				continue
			}
			if j.done() {
				if variable != "" {
					_ = sh.set(variable, itoa(j.procs[len(j.procs)-1].pid))
				}
				sh.jobs.forget(j)
				return j.code()
			}
			open = true
		}
		if !open {
			return 127
		}
		pid, status, err := sh.f.Wait(-1, 0)
		switch {
		case isEINTR(err):
			if sh.collect(); len(sh.traps.pending) > 0 {
				return c.interrupted()
			}
		case err != nil:
			return 127
		default:
			if j := sh.jobs.byPID(pid); j != nil {
				j.note(pid, status)
			} else {
				sh.jobs.children = slices.DeleteFunc(sh.jobs.children, func(p int) bool { return p == pid })
				sh.jobs.keep(pid, status.Code())
			}
		}
	}
}
