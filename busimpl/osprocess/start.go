package osprocess

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// mode is where a standard stream of a child goes.
type mode uint8

// The modes, with the numbers of the crate.
const (
	piped   mode = iota // along the call
	inherit             // where the caller's goes
	null
	logged // to the system's log, line by line
	numModes
)

var modeNames = map[string]mode{"pipe": piped, "inherit": inherit, "null": null, "log": logged}

// inherited is the number of the agent's first fd that a child may inherit, above those of
// pipes.
const inherited = 10

// order is what is to be started.
type order struct {
	path   string // with a slash, or looked up along PATH
	args   []string
	env    []string // nil: the caller's
	cwd    string   // empty: the caller's
	modes  [3]mode
	dirs   []sys.PreopenDir // all that it is shown, if there are any
	hangup sys.Signal       // what it gets when its caller is gone; 0: nothing
}

// child is a program that was started.
type child struct {
	agent *kernel.Process
	files *sys.Files
	pid   int
	ours  [3]int // our ends of its standard streams, -1 where there is none

	ended  chan struct{}
	status sys.WaitStatus // when ended is closed
}

// start starts a child for the caller of in, which lives on its own when in has ended.
func (s *service) start(ctx context.Context, in *bus.Incoming, o *order) (*child, error) {
	p, err := s.caller(in)
	if err != nil {
		return nil, err
	}
	attr := kernel.AgentAttr{Hangup: o.hangup}
	for fd, m := range o.modes {
		if m == inherit {
			attr.FDs = append(attr.FDs, [2]uint32{uint32(fd), uint32(inherited + fd)})
		}
	}
	agent, err := p.Agent(attr)
	if err != nil {
		return nil, err
	}
	in.OnEnd(func(error) { agent.EndAgent() })
	if o.env == nil {
		o.env = p.Environ()
	}
	c := &child{agent: agent, files: agent.Files(), ended: make(chan struct{})}
	program, err := c.find(ctx, o)
	if err == nil {
		err = s.allowed(ctx, in, program)
	}
	if err == nil {
		err = c.run(o, program)
	}
	if err != nil {
		agent.EndAgent()
		return nil, err
	}
	go func() {
		if _, status, err := c.files.Wait(c.pid, 0); err == nil {
			c.status = status
			close(c.ended)
		}
	}()
	return c, nil
}

// find is the path of the program, without links.
func (c *child) find(ctx context.Context, o *order) (string, error) {
	at := func(name string) string {
		if path.IsAbs(name) || o.cwd == "" {
			return name
		}
		return o.cwd + "/" + name
	}
	switch {
	case o.path == "":
		return "", bus.NewError(bus.CodeInvalidArgument, "the path names no program")
	case strings.Contains(o.path, "/"):
		file, err := c.agent.RealPath(ctx, at(o.path))
		if err != nil {
			return "", fmt.Errorf("%s: %w", o.path, err)
		}
		return file, nil
	}
	for dir := range strings.SplitSeq(pathOf(o.env), ":") {
		if dir == "" {
			dir = "."
		}
		for _, suffix := range [...]string{"", ".wasm"} {
			name := at(dir + "/" + o.path + suffix)
			if st, err := c.files.Stat(name); err != nil || st.Type != sys.TypeRegular {
				continue
			}
			if file, err := c.agent.RealPath(ctx, name); err == nil {
				return file, nil
			}
		}
	}
	return "", fmt.Errorf("%s: %w", o.path, errno.ENOENT)
}

// pathOf is where commands are looked for.
func pathOf(env []string) string {
	for i := len(env) - 1; i >= 0; i-- {
		if list, ok := strings.CutPrefix(env[i], "PATH="); ok {
			return list
		}
	}
	return "/bin"
}

// run starts the program with its standard streams. After an error the agent has to be
// ended, which closes what was opened.
func (c *child) run(o *order, program string) error {
	attr := &sys.SpawnAttr{
		Path: program, Argv: append([]string{o.path}, o.args...), Env: o.env, Cwd: o.cwd, Dirs: o.dirs,
	}
	theirs := map[int]bool{}
	for fd, m := range o.modes {
		c.ours[fd] = -1
		end, err := c.end(fd, m)
		if err != nil {
			return err
		}
		theirs[end] = true
		attr.FDs = append(attr.FDs, [2]uint32{uint32(end), uint32(fd)})
	}
	pid, err := c.files.Spawn(attr)
	for end := range theirs {
		c.files.Close(end)
	}
	if err != nil {
		if perr, ok := err.(*fs.PathError); ok {
			err = perr.Err
		}
		return fmt.Errorf("%s: %w", o.path, err)
	}
	c.pid = pid
	return nil
}

// end makes the child's end of one of its standard streams.
func (c *child) end(fd int, m mode) (int, error) {
	switch m {
	case inherit:
		if _, _, _, err := c.files.FDFlags(inherited + fd); err == nil {
			return inherited + fd, nil
		}
	case piped, logged:
		if fd == 0 && m == logged {
			break
		}
		r, w, err := c.files.Pipe()
		if err != nil {
			return 0, err
		}
		theirs := r
		if c.ours[fd] = w; fd > 0 {
			theirs, c.ours[fd] = w, r
		}
		return theirs, nil
	}
	return c.files.Open("/dev/null", sys.ORead|sys.OWrite|sys.OCloexec, 0)
}
