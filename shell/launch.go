package shell

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// place says where a child runs: its group, and whether the terminal is its.
type place struct {
	group      bool // a group of its own, or pgid
	pgid       int  // 0: the child begins the group
	foreground bool
	async      bool // of a job in the background
	standIn    bool // for the shell itself
}

func (pl *place) flags() (flags sys.SpawnFlag, pgid uint32) {
	if pl.group {
		flags |= sys.SpawnSetPGID
		pgid = uint32(pl.pgid)
		if pl.foreground && pl.pgid == 0 {
			flags |= sys.SpawnForeground
		}
	}
	if pl.standIn {
		flags |= sys.SpawnStandIn
	}
	return flags, pgid
}

// joined notes the first process of a group.
func (pl *place) joined(pid int) {
	if pl.group && pl.pgid == 0 {
		pl.pgid = pid
	}
}

// childFDs is the shell's files as a child gets them.
func (sh *shell) childFDs() [][2]uint32 {
	list := make([][2]uint32, 0, len(sh.fds))
	for n, real := range sh.fds {
		list = append(list, [2]uint32{uint32(real), uint32(n)})
	}
	return list
}

// spawn starts an external command; of attr, FDs and Env are what it gets beside the
// shell's; those files are closed here, as they are the command's alone. A file that is no program but text is run
// by a shell, unless its name says that it is meant to be a module.
func (sh *shell) spawn(args []string, path string, pl *place, attr sys.SpawnAttr) (int, error) {
	sh.outputBegins()
	attr.Path, attr.Argv = path, args
	attr.Env = append(append(sh.env.exported(), "_="+path), attr.Env...)
	defer sh.closeAll(attr.FDs)
	attr.FDs = append(sh.childFDs(), attr.FDs...)
	flags, pgid := pl.flags()
	attr.Flags |= flags
	attr.PGID = pgid
	undo := sh.bequeath()
	pid, err := sh.f.Spawn(&attr)
	undo()
	if err == nil {
		pl.joined(pid)
		sh.releaseStdin()
		return pid, nil
	}
	if errno.Of(err) == errno.ENOEXEC && !strings.HasSuffix(path, ".wasm") && sh.isText(path) {
		c := sh.clone()
		return c.fork(func(c *shell) int { return c.runScript(path, args) }, pl)
	}
	return 0, err
}

// releaseStdin closes the shell's standard input when the last command of "sh -c"
// has it. Nothing will be read by the shell any more, and a pipe's end that one
// process alone holds is read ahead of it.
func (sh *shell) releaseStdin() {
	if fd, ok := sh.fds[0]; !ok || fd != 0 || !sh.final || len(sh.traps.commands) > 0 {
		return
	}
	delete(sh.fds, 0)
	_ = sh.f.Close(0)
}

// spawnFailed is the message and the status for a program that did not start.
func (sh *shell) spawnFailed(name, path string, err error) int {
	switch errno.Of(err) {
	case errno.EAGAIN:
		sh.forkFailed(err)
		return forkStatus
	case errno.ENOENT:
		sh.errorf("%s: %s", name, reason(err))
		return 127
	case errno.ENOEXEC:
		sh.errorf("%s: cannot execute: not a WebAssembly module", name)
	case errno.EACCES:
		sh.errorf("%s: %s%s", name, reason(err), sh.notExecutable(path))
	default:
		sh.errorf("%s: %s", name, reason(err))
	}
	return 126
}

// notExecutable says why a file that has no x bit is refused.
func (sh *shell) notExecutable(path string) string {
	if st, err := sh.f.Stat(path); err != nil || st.Type != sys.TypeRegular || st.Mode&0o111 != 0 {
		return ""
	}
	return ": not a WebAssembly module, and a script needs an x bit (chmod +x)"
}

// isText reports whether a file looks like a script without "#!": it is UTF-8
// without the control characters that no text has.
func (sh *shell) isText(path string) bool {
	fd, err := sh.f.Open(path, sys.ORead, 0)
	if err != nil {
		return false
	}
	defer func() { _ = sh.f.Close(fd) }()
	buf := make([]byte, 1024)
	n, _ := sh.f.Read(fd, buf)
	for head := buf[:n]; len(head) > 0; {
		c, size := utf8.DecodeRune(head)
		if c == utf8.RuneError && size == 1 && utf8.FullRune(head) ||
			c < ' ' && !strings.ContainsRune("\t\n\v\f\r\x1b", c) {
			return false
		}
		head = head[size:]
	}
	return true
}

// fork runs main in a child that has this shell's state, which the caller has
// cloned for it and must not use afterwards.
func (sh *shell) fork(main func(*shell) int, pl *place) (int, error) {
	flags, pgid := pl.flags()
	async, grouped := pl.async, pl.group
	fds := sh.childFDs()
	undo := sh.bequeath()
	child, err := sh.p.Fork(func(p *kernel.Process) int {
		sh.adopt(p)
		if async && !grouped {
			p.Ignore(sys.SIGINT, sys.SIGQUIT)
		}
		return sh.end(main(sh))
	}, kernel.ForkAttr{FDs: fds, Flags: flags, PGID: pgid})
	undo()
	if err != nil {
		return 0, err
	}
	pl.joined(child.PID())
	return child.PID(), nil
}

// adopt makes p the process of a forked shell: its files have the shell's
// numbers now, and its signals their default actions.
func (sh *shell) adopt(p *kernel.Process) {
	sh.p, sh.f = p, p.Files()
	fds := make(map[int]int, len(sh.fds))
	for n := range sh.fds {
		fds[n] = n
	}
	sh.fds = fds
	sh.tty = -1
	sh.atPrompt = false
	sh.subshells++
	sh.traps.apply(sh)
}

// expandsFreely reports whether a command can be expanded in the shell's own
// process without making it wait: there is no command to run for its words.
func expandsFreely(st *syntax.Stmt) bool {
	free := true
	syntax.Walk(st, func(n syntax.Node) bool {
		switch n.(type) {
		case *syntax.CmdSubst, *syntax.ProcSubst:
			free = false
		}
		return free
	})
	return free
}

// launch starts a command as a child. in and out are files of the process for
// its numbers 0 and 1, or -1. It answers with a pid, or with 0 and a status if
// there was nothing to start.
func (sh *shell) launch(st *syntax.Stmt, in, out int, both bool, pl *place) (pid, status int) {
	c := sh.clone()
	if in >= 0 {
		c.fds[0] = in
		c.piped = !pl.async
	}
	if out >= 0 {
		c.fds[1] = out
		if both {
			c.fds[2] = out
		}
	}
	if cm, ok := st.Cmd.(*syntax.CallExpr); ok && !st.Negated && len(cm.Args) > 0 && expandsFreely(st) {
		if pid, status, done := c.launchSimple(st, cm, pl); done {
			return pid, status
		}
	}
	one := *st
	one.Background, one.Disown = false, false
	return c.launchFork(func(c *shell) int {
		c.stmt(&one)
		return c.status
	}, pl)
}

func (sh *shell) launchFork(main func(*shell) int, pl *place) (pid, status int) {
	pid, err := sh.fork(main, pl)
	if err != nil {
		sh.forkFailed(err)
		return 0, forkStatus
	}
	return pid, 0
}

const (
	// forkStatus is the status of a command for which there was no process.
	forkStatus = 254
	// maxLineage is how many shells in a row may have begun the next one when there is no
	// room for another process. Whoever starts a job or a script of a script does not come
	// near it; functions and scripts that start themselves without end do at once.
	maxLineage = 32
)

// forkFailed is what follows when a child cannot be had. The kernel has named the limit of
// processes, once; a line for each refusal would only bury that. Shells that begin each
// other without end would go on for ever at the limit, as each that ends makes room: so
// their whole group is ended.
func (sh *shell) forkFailed(err error) {
	if errno.Of(err) != errno.EAGAIN {
		sh.errorf("fork: %s", reason(err))
		return
	}
	level, _, _ := parseNumber(sh.get("SHLVL"))
	if sh.subshells > 0 && sh.subshells+int(level) > maxLineage {
		_ = sh.f.Kill(0, sys.SIGKILL)
		return
	}
	if sh.subshells == 0 {
		sh.errorf("fork: %s", reason(err))
	}
}

// launchSimple starts a simple command: an external one needs no shell of its
// own between. done is false if the command must be run by a forked shell from
// its beginning.
func (sh *shell) launchSimple(st *syntax.Stmt, cm *syntax.CallExpr, pl *place) (pid, status int, done bool) {
	if _, _, alias := sh.aliasText(st, cm); alias {
		return 0, 0, false
	}
	if name := cm.Args[0].Lit(); sh.funcs[name] != nil || builtins[name] != nil && name != "run" || sh.traps.has("DEBUG") {
		return 0, 0, false
	}
	args, err := sh.fields(cm.Args...)
	if err != nil {
		sh.failed(err)
		return sh.stillborn(sh.status, pl)
	}
	if len(args) == 0 {
		return 0, 0, false
	}
	saved, err := sh.redirect(st.Redirs)
	defer sh.restore(saved)
	if err != nil {
		sh.failed(err)
		return sh.stillborn(1, pl)
	}
	temps, err := sh.temporaries(cm.Assigns)
	if err != nil {
		sh.failed(err)
		return sh.stillborn(1, pl)
	}
	if temps != nil {
		sh.env.scopes = append(sh.env.scopes, temps)
	}
	if sh.opt.xtrace {
		sh.traceCall(cm.Assigns, temps, args)
	}
	r := sh.resolve1(args[0], true)
	attr := sys.SpawnAttr{}
	switch {
	case r.builtin != nil && args[0] == "run":
		// What is run is the child: a signal to it reaches no shell between.
		run := &call{sh: sh, name: args[0], args: args[1:]}
		if args, r.path, attr, status = run.program(); status != 0 {
			return sh.stillborn(status, pl)
		}
	case r.fn != nil || r.builtin != nil:
		// Of a clone, for here the redirections are undone.
		pid, status = sh.clone().launchFork(func(c *shell) int {
			if r.fn != nil {
				c.callFunction(r.fn, args)
			} else {
				c.status = c.runBuiltin(r.builtin, args)
			}
			return c.status
		}, pl)
		return pid, status, true
	case r.err != nil:
		sh.unresolved(r.err)
		return sh.stillborn(r.code, pl)
	}
	pid, err = sh.spawn(args, r.path, pl, attr)
	if err != nil {
		return sh.stillborn(sh.spawnFailed(args[0], r.path, err), pl)
	}
	return pid, 0, true
}

// stillborn is the child that a command which could not begin has, with its status: of a
// job in the background a process, as its number is waited for.
func (sh *shell) stillborn(code int, pl *place) (pid, status int, done bool) {
	if !pl.async || code == forkStatus {
		return 0, code, true
	}
	pid, status = sh.clone().launchFork(func(*shell) int { return code }, pl)
	return pid, status, true
}

// foreground runs an external command and waits for it.
func (sh *shell) foreground(args []string, path string, st *syntax.Stmt) {
	sh.foregroundAttr(args, path, st, sys.SpawnAttr{})
}

func (sh *shell) foregroundAttr(args []string, path string, st *syntax.Stmt, attr sys.SpawnAttr) {
	pl := place{group: sh.monitor, foreground: sh.monitor}
	pid, err := sh.spawn(args, path, &pl, attr)
	if err != nil {
		sh.status = sh.spawnFailed(args[0], path, err)
		return
	}
	j := &job{pgid: pl.pgid, procs: []proc{{pid: pid}}, stmt: st}
	sh.waitForeground(j)
}

// subshell runs (…).
func (sh *shell) subshell(cm *syntax.Subshell) {
	pl := place{group: sh.monitor, foreground: sh.monitor}
	c := sh.clone()
	pid, status := c.launchFork(func(c *shell) int {
		c.stmts(cm.Stmts)
		return c.status
	}, &pl)
	if pid == 0 {
		sh.status = status
		return
	}
	sh.waitForeground(&job{pgid: pl.pgid, procs: []proc{{pid: pid}}, stmt: &syntax.Stmt{Cmd: cm}})
}

// background starts a job that the shell does not wait for.
func (sh *shell) background(st *syntax.Stmt) {
	pl := place{group: sh.monitor, async: true}
	one := *st
	one.Background, one.Disown = false, false
	var j *job
	in := -1
	if !sh.monitor && !sh.piped { // as POSIX says: such a job does not take the input away
		if fd, err := sh.f.Open("/dev/null", sys.ORead, 0); err == nil {
			in = fd
			defer func() { _ = sh.f.Close(fd) }()
		}
	}
	cm, ok := st.Cmd.(*syntax.BinaryCmd)
	if ok && (cm.Op == syntax.Pipe || cm.Op == syntax.PipeAll) && len(st.Redirs) == 0 && !st.Negated {
		c := sh
		if in >= 0 {
			c = sh.clone()
			c.fds[0] = in
		}
		j = c.launchPipeline(cm, &pl)
	} else {
		pid, status := sh.launch(&one, in, -1, false, &pl)
		j = &job{pgid: pl.pgid, procs: []proc{{pid: pid, done: pid == 0, status: sys.Exited(uint8(status))}}}
	}
	j.stmt = &one
	sh.lastBackground = j.procs[len(j.procs)-1].pid
	sh.jobs.add(j)
	if sh.interactive {
		_ = sh.write(2, fmt.Sprintf("[%d] %d\n", j.id, sh.lastBackground))
	}
}
