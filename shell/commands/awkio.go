package commands

import (
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// awkStream is a file or a command that the program prints to.
type awkStream struct {
	*output
	done func() int
}

// output is where print > and | go.
func (a *awk) output(op, name string) *output {
	c := a.c
	if s := a.streams[name]; s != nil {
		return s.output
	}
	s := &awkStream{done: func() int { return 0 }}
	switch {
	case op == "|":
		r, w, err := c.fs.Pipe()
		if err != nil {
			a.fail("%s: %s", name, reason(err))
		}
		pid, err := c.start([]string{"sh", "-c", name}, nil, [][2]uint32{{uint32(r), 0}, {1, 1}, {2, 2}})
		c.fs.Close(r)
		if err != nil {
			a.fail("sh: %s", reason(err))
		}
		s.output = newOutput(c, w)
		s.done = func() int { c.fs.Close(w); return c.wait(pid) }
	case name == "/dev/stdout" || name == "-":
		s.output = c.out
	case name == "/dev/stderr":
		s.output = newOutput(c, 2)
	default:
		mode := sys.OTrunc
		if op == ">>" {
			mode = sys.OAppend
		}
		fd, err := c.fs.Open(name, sys.OWrite|sys.OCreate|mode, 0o666)
		if err != nil {
			a.fail("%s: %s", name, reason(err))
		}
		s.output = newOutput(c, fd)
		s.done = func() int {
			if err := c.fs.Close(fd); err != nil {
				a.fail("%s: %s", name, reason(err))
			}
			return 0
		}
	}
	a.streams[name] = s
	return s.output
}

// reader is where getline < and | getline read. One that cannot be opened has no input.
func (a *awk) reader(op, name string) *awkReader {
	c := a.c
	if r := a.readers[name]; r != nil {
		return r
	}
	r := &awkReader{a: a, done: func() int { return 0 }}
	if op == "|" {
		a.flush()
		from, to, err := c.fs.Pipe()
		if err != nil {
			return r
		}
		pid, err := c.start([]string{"sh", "-c", name}, nil, [][2]uint32{{0, 0}, {uint32(to), 1}, {2, 2}})
		c.fs.Close(to)
		if err != nil {
			c.fs.Close(from)
			a.complain("sh", err)
			return r
		}
		r.in = &input{c: c, fd: from, flush: true}
		r.done = func() int { c.fs.Close(from); return c.wait(pid) }
	} else {
		in, err := c.open(name)
		if err != nil {
			return r
		}
		r.in = in
		r.done = func() int { in.Close(); return 0 }
	}
	a.readers[name] = r
	return r
}

func (a *awk) flush() {
	a.c.out.Flush()
	for _, s := range a.streams {
		s.Flush()
	}
}

// close ends a stream; its value is the command's exit code, -1 if there is none.
func (a *awk) close(name string) int {
	code := -1
	if s := a.streams[name]; s != nil {
		s.Flush()
		code = s.done()
		delete(a.streams, name)
	}
	if r := a.readers[name]; r != nil {
		code = r.done()
		delete(a.readers, name)
	}
	return code
}
