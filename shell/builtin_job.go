package shell

import (
	"slices"
	"strconv"
	"time"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

func secondsOf(n uint64) time.Duration { return time.Duration(n) * time.Second }

func jobsCmd(c *call) int {
	sh := c.sh
	opts, rest, ok := c.options("lnprs")
	if !ok {
		return 2
	}
	sh.reap()
	long := opts.has('l')
	pids := opts.has('p')
	running := opts.has('r')
	stopped := opts.has('s')
	list := slices.Clone(sh.jobs.shown())
	if len(rest) > 0 {
		list = nil
		for _, spec := range rest {
			j, err := sh.findJob(spec)
			if err != nil {
				return c.fail("%s", err)
			}
			list = append(list, j)
		}
	}
	for _, j := range list {
		switch {
		case running && (j.done() || j.stopped()), stopped && !j.stopped():
		case pids:
			c.print(itoa(j.procs[0].pid) + "\n")
		default:
			c.print(sh.jobLine(j, long))
		}
		j.notified = true
	}
	for _, j := range list {
		if j.done() {
			sh.jobs.forget(j)
		}
	}
	return 0
}

func fg(c *call) int {
	if !c.sh.monitor {
		return c.fail("no job control")
	}
	c.sh.reap()
	spec := ""
	if len(c.args) > 0 {
		spec = c.args[0]
	}
	j, err := c.sh.findJob(spec)
	if err != nil {
		return c.fail("%s", err)
	}
	c.print(c.sh.jobText(j) + "\n")
	if err := c.flush(); err != nil {
		return 1
	}
	if j.done() {
		c.sh.jobs.forget(j)
		return j.code()
	}
	return c.sh.resume(j, true)
}

func bg(c *call) int {
	if !c.sh.monitor {
		return c.fail("no job control")
	}
	c.sh.reap()
	specs := c.args
	if len(specs) == 0 {
		specs = []string{""}
	}
	for _, spec := range specs {
		j, err := c.sh.findJob(spec)
		if err != nil {
			return c.fail("%s", err)
		}
		if j.done() {
			return c.fail("job has terminated")
		}
		mark := " "
		c.sh.jobs.touch(j)
		if current, _ := c.sh.jobs.order(); current == j {
			mark = "+"
		}
		c.printf("[%d]%s %s &\n", j.id, mark, c.sh.jobText(j))
		if c.sh.resume(j, false) != 0 {
			return 1
		}
	}
	return 0
}

func disown(c *call) int {
	opts, rest, ok := c.options("ahr")
	if !ok {
		return 2
	}
	all := opts.has('a')
	running := opts.has('r')
	keep := opts.has('h')
	var list []*job
	switch {
	case all || running:
		list = slices.Clone(c.sh.jobs.list)
	case len(rest) == 0:
		rest = []string{""}
	}
	for _, spec := range rest {
		j, err := c.jobOrPID(spec)
		if err != nil || j == nil {
			return c.fail("%s: no such job", spec)
		}
		list = append(list, j)
	}
	for _, j := range list {
		if running && (j.stopped() || j.done()) {
			continue
		}
		if keep {
			j.noHangup = true
			continue
		}
		for _, p := range j.procs {
			if !p.done {
				c.sh.jobs.adopt(p.pid)
			}
		}
		c.sh.jobs.remove(j)
	}
	return 0
}

func (c *call) jobOrPID(spec string) (*job, error) {
	if n, err := strconv.Atoi(spec); err == nil {
		return c.sh.jobs.byPID(n), nil
	}
	return c.sh.findJob(spec)
}

func suspend(c *call) int {
	if c.sh.interactive {
		return c.fail("cannot suspend an interactive shell")
	}
	if err := c.sh.f.Kill(c.sh.p.PID(), sys.SIGSTOP); err != nil {
		return c.fail("%s", reason(err))
	}
	return 0
}
