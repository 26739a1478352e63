package main

import (
	"errors"
	"io"
	"os"
	"sync"

	"golang.org/x/term"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// console joins the host's standard streams to fds of process 1, which a program is
// then started with. What is a terminal on the host is one in the kernel too: the
// host's goes into raw mode, and the kernel's does the editing, echoing and signalling.
type console struct {
	f       *sys.Files
	streams streams

	fds   [3]int // for the program's 0, 1 and 2
	ours  []int  // fds to close once the program has them
	tty   int    // the kernel's terminal, -1 if there is none
	pty   int    // its master
	raw   int    // the host's terminal that is in raw mode, -1 if there is none
	saved *term.State

	outputs sync.WaitGroup
}

// newConsole makes the fds. The host's terminal is left as it is until enter.
func newConsole(f *sys.Files, s streams) (*console, error) {
	c := &console{f: f, streams: s, tty: -1, pty: -1, raw: -1}
	host := [3]*os.File{s.in, s.out, s.err}
	var isTTY [3]bool
	screen := (*os.File)(nil)
	for i, file := range host {
		isTTY[i] = term.IsTerminal(int(file.Fd()))
		if isTTY[i] && i > 0 && screen == nil {
			screen = file
		}
	}
	if isTTY[0] && screen == nil {
		screen = s.in // the echo has to go somewhere; a terminal can be written
	}
	if screen != nil {
		if err := c.makeTTY(screen, isTTY[0]); err != nil {
			return nil, err
		}
	}
	for i := range host {
		if isTTY[i] {
			c.fds[i] = c.tty
			continue
		}
		if i == 2 && !isTTY[1] && sameFile(s.out, s.err) {
			c.fds[2] = c.fds[1] // one way for both keeps their order
			continue
		}
		r, w, err := f.Pipe()
		if err != nil {
			return nil, err
		}
		if i == 0 {
			c.fds[0] = r
			go c.feed(w, s.in)
		} else {
			c.fds[i] = w
			c.outputs.Go(func() { c.drain(r, host[i]) })
		}
		c.ours = append(c.ours, c.fds[i])
	}
	return c, nil
}

// makeTTY makes a terminal of the kernel that is drawn on screen. typed says that the host's
// standard input is its keyboard.
func (c *console) makeTTY(screen *os.File, typed bool) error {
	cols, rows, err := term.GetSize(int(screen.Fd()))
	if err != nil || cols <= 0 || rows <= 0 {
		cols, rows = 80, 24
	}
	if c.pty, c.tty, err = c.f.PTY(cols, rows); err != nil {
		return err
	}
	c.ours = append(c.ours, c.tty)
	c.outputs.Go(func() { c.drain(c.pty, screen) })
	if typed {
		c.raw = int(c.streams.in.Fd())
		go c.feed(c.pty, c.streams.in)
		return nil
	}
	// The host's terminal is not in raw mode, and ends lines itself.
	return c.f.SetTTYMode(c.tty, sys.TTYCooked&^sys.TTYONLCR)
}

// enter puts the host's terminal into raw mode, if the keyboard is one.
func (c *console) enter() error {
	if c.raw < 0 {
		return nil
	}
	saved, err := term.MakeRaw(c.raw)
	if err != nil {
		return err
	}
	c.saved = saved
	return nil
}

// leave puts the host's terminal back as it was. It may be called at any time.
func (c *console) leave() {
	if c.saved != nil {
		// There is nobody who could be told, and no other way to do it.
		_ = term.Restore(c.raw, c.saved)
		c.saved = nil
	}
}

// started gives up the fds that the program has now, so that their ends are seen.
func (c *console) started() {
	for _, fd := range c.ours {
		_ = c.f.Close(fd)
	}
	c.ours = nil
}

// resize tells the kernel's terminal the size of the host's.
func (c *console) resize() {
	if c.pty < 0 {
		return
	}
	for _, file := range []*os.File{c.streams.out, c.streams.err, c.streams.in} {
		if cols, rows, err := term.GetSize(int(file.Fd())); err == nil && cols > 0 && rows > 0 {
			_ = c.f.SetTTYSize(c.pty, cols, rows)
			return
		}
	}
}

// feed copies what the host has to say into fd, and closes it at the end. A
// reader that is gone ends it: the rest is left to the host.
func (c *console) feed(fd int, from io.Reader) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 && !c.write(fd, buf[:n]) {
			break
		}
		if err != nil {
			break
		}
	}
	if fd != c.pty { // the terminal goes on to be drawn
		_ = c.f.Close(fd)
	}
}

// write writes all of p, which a signal may interrupt.
func (c *console) write(fd int, p []byte) bool {
	for len(p) > 0 {
		n, err := c.f.Write(fd, p)
		p = p[n:]
		if err != nil && !interrupted(err) {
			return false
		}
	}
	return true
}

// drain copies from fd to the host until the last writer is gone. If the host does not
// want more, fd is closed, and the writers get EPIPE.
func (c *console) drain(fd int, to io.Writer) {
	defer c.f.Close(fd)
	buf := make([]byte, 64<<10)
	for {
		n, err := c.f.Read(fd, buf)
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil && !interrupted(err) {
			return
		}
	}
}

// sameFile reports whether two streams of the host go to one place.
func sameFile(a, b *os.File) bool {
	x, errA := a.Stat()
	y, errB := b.Stat()
	return errors.Join(errA, errB) == nil && os.SameFile(x, y)
}
