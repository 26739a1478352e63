package shell

import (
	"slices"
	"strconv"
	"strings"
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
	_, long := opts['l']
	_, pids := opts['p']
	_, running := opts['r']
	_, stopped := opts['s']
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
	_, all := opts['a']
	_, running := opts['r']
	_, keep := opts['h']
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

func kill(c *call) int {
	args := c.args
	sig := sys.SIGTERM
	if len(args) == 0 {
		return c.usage("a process is needed", builtins["kill"].usage)
	}
	switch a := args[0]; {
	case a == "-l" || a == "-L":
		return killList(c, args[1:])
	case a == "-s" || a == "-n":
		if len(args) < 2 {
			return c.usage(a+": option requires an argument", builtins["kill"].usage)
		}
		s, ok := killSignal(args[1])
		if !ok {
			return c.fail("%s: invalid signal specification", args[1])
		}
		sig, args = s, args[2:]
	case a == "--":
		args = args[1:]
	case len(a) > 1 && a[0] == '-':
		s, ok := killSignal(a[1:])
		if !ok {
			return c.fail("%s: invalid signal specification", a[1:])
		}
		sig, args = s, args[1:]
		if len(args) > 0 && args[0] == "--" {
			args = args[1:]
		}
	}
	if len(args) == 0 {
		return c.usage("a process is needed", builtins["kill"].usage)
	}
	status := 0
	for _, a := range args {
		if strings.HasPrefix(a, "%") {
			j, err := c.sh.findJob(a)
			if err == nil {
				err = c.sh.signalJob(j, sig)
				if err == nil && j.stopped() && (sig == sys.SIGTERM || sig == sys.SIGHUP) {
					err = c.sh.signalJob(j, sys.SIGCONT)
				}
			}
			if err != nil {
				status = c.fail("%s", reason(err))
			}
			continue
		}
		pid, err := strconv.Atoi(a)
		if err != nil {
			status = c.fail("%s: arguments must be process or job IDs", a)
			continue
		}
		if err := c.sh.f.Kill(pid, sig); err != nil {
			status = c.fail("(%d) - %s", pid, reason(err))
		}
	}
	c.sh.signals()
	return status
}

// killSignal reads a signal, or 0, which only asks whether the process exists.
func killSignal(s string) (sys.Signal, bool) {
	if s == "0" {
		return 0, true
	}
	return sys.SignalByName(s)
}

func killList(c *call, args []string) int {
	if len(args) == 0 {
		printSignals(c)
		return 0
	}
	for _, a := range args {
		n, err := strconv.Atoi(a)
		if err != nil {
			sig, ok := sys.SignalByName(a)
			if !ok {
				return c.fail("%s: invalid signal specification", a)
			}
			c.print(itoa(int(sig)) + "\n")
			continue
		}
		if n > 128 {
			n -= 128
		}
		if sig := sys.Signal(n); n < sys.NumSignals && sig.Valid() {
			c.print(sig.Name() + "\n")
		} else {
			return c.fail("%s: invalid signal specification", a)
		}
	}
	return 0
}

func wait(c *call) int {
	sh := c.sh
	opts, rest, ok := c.options("fnp:")
	if !ok {
		return 2
	}
	if _, any := opts['n']; any {
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
