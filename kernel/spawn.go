package kernel

import (
	"strings"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// maxArgs is the most that arguments and environment may be, in bytes.
const maxArgs = 2 << 20

// preopen is a directory that a guest begins with.
type preopen struct {
	place    vfs.Place
	name     string
	readOnly bool
}

func sysSpawn(c *call) verdict {
	attr, err := sys.DecodeSpawnAttr(c.r.Data)
	if err != nil {
		return c.fail(errno.EINVAL)
	}
	at, _, e := c.p.at(sys.AtCwd, 0)
	if e != 0 {
		return c.fail(e)
	}
	if len(attr.Argv) == 0 {
		if attr.Path == "" {
			return c.fail(errno.EINVAL)
		}
		attr.Argv = []string{attr.Path}
	}
	size := 0
	for _, list := range [...][]string{attr.Argv, attr.Env} {
		for _, s := range list {
			size += len(s) + 1
			if strings.IndexByte(s, 0) >= 0 {
				return c.fail(errno.EINVAL)
			}
		}
	}
	if size > maxArgs {
		return c.fail(errno.E2BIG)
	}
	if !c.p.mayFork() {
		return c.fail(errno.EAGAIN)
	}
	return c.goOutside(func(c *call) {
		if e := c.spawn(&attr, at); e != nil {
			c.failErr(e)
			if !c.mustWait {
				c.k.log.Debug("a program cannot be started", "module", "kernel", "pid", c.p.pid, "program", attr.Argv[0], "err", e)
			}
		}
	})
}

// spawn finds the program and starts it.
func (c *call) spawn(attr *sys.SpawnAttr, at vfs.At) error {
	k := c.k
	at = c.look(at)
	if attr.Cwd != "" {
		place, err := c.p.fs.WalkDir(at, attr.Cwd)
		if err == nil {
			err = place.MaySearch()
		}
		if err != nil {
			return err
		}
		at.Dir, at.Cwd = place, place
	}
	t, err := k.find(c.p.fs, at, attr)
	if err != nil {
		return err
	}
	b := birth{
		argv: t.argv, env: attr.Env, name: attr.Argv[0], cwd: at.Dir, fds: attr.FDs,
		flags: attr.Flags, pgid: attr.PGID, tty: attr.TTY, main: t.main,
		limits: attr.Limits, narrowed: c.narrowed, tracer: c.tracer,
	}
	if attr.Flags&sys.SpawnNarrow != 0 {
		if b.narrowed, err = narrows(attr.Grants, c.p.narrowed); err != nil {
			t.release()
			return err
		}
	}
	if t.declared != nil {
		if t.declared.outer = b.narrowed; b.narrowed == nil {
			t.declared.outer = c.p.narrowed
		}
		b.narrowed = t.declared
	}
	cwd := ""
	started := false
	defer func() {
		if !started {
			t.release()
		}
	}()
	if t.main == nil {
		if k.cfg.Machine == nil {
			return errno.ENOEXEC
		}
		b.dirs = []preopen{{place: c.p.fs.Root(), name: "/"}}
		b.engine = engineOf(attr)
	}
	if len(attr.Dirs) > 0 {
		if err := c.view(&b, at, attr.Dirs); err != nil {
			return err
		}
	}
	if t.main == nil {
		fs := c.p.fs
		if b.fs != nil {
			fs = b.fs
		}
		if cwd, err = fs.Path(b.cwd); err != nil {
			cwd = "/"
		}
	}
	k.lock()
	defer k.unlock()
	if c.gone {
		return errno.EINTR
	}
	child, e := c.p.bear(&b)
	if e != 0 {
		return e
	}
	k.programs.Add(1)
	if t.main != nil {
		go child.run()
	} else {
		child.guest = &Guest{Process: child, Info: child.startInfo(cwd)}
		started = true
		go k.launch(child, t)
	}
	c.ok(uint64(child.pid))
	return nil
}

// engineOf is the engine that attr wants: "auto" if it says nothing.
func engineOf(attr *sys.SpawnAttr) string {
	if attr.Engine != "" {
		return attr.Engine
	}
	if e := getenv(attr.Env, "BUSHEL_ENGINE"); e != "" {
		return e
	}
	return "auto"
}

// getenv is the last value of name in env.
func getenv(env []string, name string) string {
	for i := len(env) - 1; i >= 0; i-- {
		if v, ok := strings.CutPrefix(env[i], name+"="); ok {
			return v
		}
	}
	return ""
}

// startInfo is what the guest p is told of itself.
func (p *Process) startInfo(cwd string) sys.StartInfo {
	info := sys.StartInfo{PID: p.pid, Name: p.name, Engine: p.engine, Argv: p.argv, Env: p.env, Cwd: cwd,
		MemoryPages: p.limits.memoryPages(), Instructions: p.limits.Instructions}
	for n, e := range p.fds {
		if e.f != nil {
			info.FDs = append(info.FDs, sys.StartFD{FD: uint32(n), Flags: e.f.flags | e.flags, Info: e.known(), Name: e.name})
		}
	}
	return info
}
