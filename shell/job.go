package shell

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// proc is a process of a job.
type proc struct {
	pid     int
	done    bool
	stopped bool
	status  sys.WaitStatus
}

// job is a pipeline, or one command, that the shell has started.
type job struct {
	id       int
	pgid     int // 0 without job control
	procs    []proc
	stmt     *syntax.Stmt // for its text
	notified bool         // its state has been shown
	noHangup bool
	mode     *sys.TTYMode // the terminal's mode when it was stopped
}

// jobText is the command of a job.
func (sh *shell) jobText(j *job) string {
	if j.stmt == nil {
		return ""
	}
	return sh.nodeText(j.stmt)
}

func (j *job) done() bool {
	return !slices.ContainsFunc(j.procs, func(p proc) bool { return !p.done })
}

func (j *job) stopped() bool {
	stopped := false
	for _, p := range j.procs {
		if !p.done && !p.stopped {
			return false
		}
		stopped = stopped || p.stopped
	}
	return stopped
}

// code is the exit status of the job's last process.
func (j *job) code() int { return j.procs[len(j.procs)-1].status.Code() }

// state is the word for a job's state.
func (j *job) state() string {
	last := j.procs[len(j.procs)-1].status
	switch {
	case j.stopped():
		for _, p := range j.procs {
			if p.stopped && p.status.Signal() != sys.SIGTSTP {
				return p.status.Signal().String()
			}
		}
		return "Stopped"
	case !j.done():
		return "Running"
	case last.Signal() != 0:
		return last.Signal().String()
	case last.Code() != 0:
		return "Exit " + itoa(last.Code())
	}
	return "Done"
}

// jobs is the table of jobs.
type jobs struct {
	list     []*job
	recent   []int       // ids, the current job last
	finished map[int]int // pid to status of children that "wait" may still ask for
	children []int       // further children that are to be reaped: process substitutions
	// inherited are the jobs of the shell that this one was forked from, as they were. They
	// can be shown and signalled, until it has one of its own.
	inherited []*job
}

// maxFinished bounds how many statuses of past children are kept.
const maxFinished = 1024

func (js *jobs) forChild() jobs {
	var c jobs
	list := js.list
	if len(list) == 0 {
		list = js.inherited
	}
	for _, j := range list {
		copied := *j
		copied.procs = slices.Clone(j.procs)
		c.inherited = append(c.inherited, &copied)
	}
	c.recent = slices.Clone(js.recent)
	return c
}

// shown are the jobs that can be named.
func (js *jobs) shown() []*job {
	if len(js.list) == 0 {
		return js.inherited
	}
	return js.list
}

func (js *jobs) adopt(pid int) { js.children = append(js.children, pid) }

func (js *jobs) add(j *job) {
	if j.id == 0 {
		j.id = 1
		for _, o := range js.list {
			j.id = max(j.id, o.id+1)
		}
		if len(js.inherited) > 0 {
			js.inherited, js.recent = nil, nil
		}
		js.list = append(js.list, j)
	}
	js.touch(j)
}

// touch makes a job the current one.
func (js *jobs) touch(j *job) {
	js.recent = slices.DeleteFunc(js.recent, func(id int) bool { return id == j.id })
	js.recent = append(js.recent, j.id)
}

func (js *jobs) remove(j *job) {
	js.list = slices.DeleteFunc(js.list, func(o *job) bool { return o == j })
	js.recent = slices.DeleteFunc(js.recent, func(id int) bool { return id == j.id })
}

func (js *jobs) byID(id int) *job {
	for _, j := range js.shown() {
		if j.id == id {
			return j
		}
	}
	return nil
}

func (js *jobs) byPID(pid int) *job {
	for _, j := range js.list {
		for _, p := range j.procs {
			if p.pid == pid {
				return j
			}
		}
	}
	return nil
}

// order gives the jobs that % and %- mean. Stopped jobs come first, as in bash.
func (js *jobs) order() (current, previous *job) {
	ids := slices.Clone(js.recent)
	slices.SortStableFunc(ids, func(a, b int) int {
		sa, sb := js.byID(a), js.byID(b)
		return int(truth(sa != nil && sa.stopped())) - int(truth(sb != nil && sb.stopped()))
	})
	if n := len(ids); n > 0 {
		current = js.byID(ids[n-1])
		if n > 1 {
			previous = js.byID(ids[n-2])
		}
	}
	return current, previous
}

// findJob reads a job specification: %1, %%, %+, %-, %name, %?text.
func (sh *shell) findJob(spec string) (*job, error) {
	js := &sh.jobs
	current, previous := js.order()
	s := strings.TrimPrefix(spec, "%")
	var found *job
	switch {
	case s == "" || s == "%" || s == "+":
		found = current
	case s == "-":
		found = previous
		if found == nil {
			found = current
		}
	default:
		if n, err := strconv.Atoi(s); err == nil {
			found = js.byID(n)
			break
		}
		for _, j := range js.shown() {
			text := sh.jobText(j)
			part, inside := strings.CutPrefix(s, "?")
			if strings.HasPrefix(text, s) || inside && strings.Contains(text, part) {
				if found != nil {
					return nil, fmt.Errorf("%s: ambiguous job spec", spec)
				}
				found = j
			}
		}
	}
	if found == nil {
		if spec == "" {
			spec = "current"
		}
		return nil, fmt.Errorf("%s: no such job", spec)
	}
	return found, nil
}

// jobLine is a job as "jobs" prints it.
func (sh *shell) jobLine(j *job, long bool) string {
	current, previous := sh.jobs.order()
	mark := " "
	switch j {
	case current:
		mark = "+"
	case previous:
		mark = "-"
	}
	state := j.state()
	tail := ""
	if state == "Running" {
		tail = " &"
	}
	pid := ""
	if long {
		pid = fmt.Sprintf("%5d ", j.procs[0].pid)
	}
	return fmt.Sprintf("[%d]%s  %s%-24s%s%s\n", j.id, mark, pid, state, sh.jobText(j), tail)
}

// forget drops a job that has ended and keeps the statuses of its processes.
func (js *jobs) forget(j *job) {
	for _, p := range j.procs {
		js.keep(p.pid, p.status.Code())
	}
	js.remove(j)
}

// notify prints the jobs whose state has changed and drops those that ended.
func (sh *shell) notify() {
	sh.reap()
	for _, j := range slices.Clone(sh.jobs.list) {
		if j.done() {
			if sh.interactive && !j.notified {
				_ = sh.write(2, sh.jobLine(j, false))
			}
			sh.jobs.forget(j)
		} else if j.stopped() && !j.notified {
			if sh.interactive {
				_ = sh.write(2, sh.jobLine(j, false))
			}
			j.notified = true
		}
	}
}

// resume lets a stopped job go on, in the foreground or the background.
func (sh *shell) resume(j *job, foreground bool) int {
	for i := range j.procs {
		j.procs[i].stopped = false
	}
	j.notified = true
	if foreground && sh.tty >= 0 {
		if j.mode != nil {
			_ = sh.f.SetTTYMode(sh.tty, *j.mode)
			j.mode = nil
		}
		if j.pgid != 0 {
			_ = sh.f.SetTTYGroup(sh.tty, j.pgid)
		}
	}
	if err := sh.signalJob(j, sys.SIGCONT); err != nil && !foreground {
		return 1
	}
	if !foreground {
		return 0
	}
	sh.waitForeground(j)
	return sh.status
}

// signalJob sends a signal to all processes of a job.
func (sh *shell) signalJob(j *job, sig sys.Signal) error {
	if j.pgid != 0 {
		return sh.f.Kill(-j.pgid, sig)
	}
	var first error
	for _, p := range j.procs {
		if p.done {
			continue
		}
		if err := sh.f.Kill(p.pid, sig); err != nil && first == nil {
			first = err
		}
	}
	return first
}
