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
	t, err := c.k.find(c.p.fs, at, attr)
	if err != nil {
		return err
	}
	launched := false
	defer func() {
		if !launched {
			t.release()
		}
	}()
	b := birth{
		argv: t.argv, env: attr.Env, name: attr.Argv[0], cwd: at.Dir, fds: attr.FDs,
		flags: attr.Flags, pgid: attr.PGID, tty: attr.TTY, main: t.main,
		limits: attr.Limits, narrowed: c.narrowed, tracer: c.tracer,
	}
	if err := c.narrow(&b, attr, t.declared); err != nil {
		return err
	}
	cwd, err := c.prospect(&b, at, attr)
	if err != nil {
		return err
	}
	c.k.lock()
	defer c.k.unlock()
	if c.gone {
		return errno.EINTR
	}
	child, e := c.p.bear(&b)
	if e != 0 {
		return e
	}
	c.k.programs.Add(1)
	if t.main != nil {
		go child.run()
	} else {
		child.guest = &Guest{Process: child, Info: child.startInfo(cwd)}
		launched = true
		go c.k.launch(child, t)
	}
	c.ok(uint64(child.pid))
	return nil
}

// narrow sets what the child may use at most: what the caller asks for, and what is declared
// of the program, nil if nothing is.
func (c *call) narrow(b *birth, attr *sys.SpawnAttr, declared *narrowing) (err error) {
	if attr.Flags&sys.SpawnNarrow != 0 {
		if b.narrowed, err = narrows(attr.Grants, c.p.narrowed); err != nil {
			return err
		}
	}
	if declared != nil {
		if declared.outer = b.narrowed; b.narrowed == nil {
			declared.outer = c.p.narrowed
		}
		b.narrowed = declared
	}
	return nil
}

// prospect sets what the child sees of the tree, and returns the name that a guest's folder has
// in that.
func (c *call) prospect(b *birth, at vfs.At, attr *sys.SpawnAttr) (cwd string, err error) {
	if b.main == nil {
		if c.k.cfg.Machine == nil {
			return "", errno.ENOEXEC
		}
		b.dirs = []preopen{{place: c.p.fs.Root(), name: "/"}}
		b.engine = engineOf(attr)
	}
	if len(attr.Dirs) > 0 {
		if err := c.view(b, at, attr.Dirs); err != nil {
			return "", err
		}
	}
	if b.main != nil {
		return "", nil
	}
	fs := c.p.fs
	if b.fs != nil {
		fs = b.fs
	}
	if cwd, err = fs.Path(b.cwd); err != nil {
		cwd = "/"
	}
	return cwd, nil
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
