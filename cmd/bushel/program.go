package main

import (
	"errors"
	"os"
	"time"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// patience is how long a program may take to end after the host has asked it to.
const patience = 2 * time.Second

// run starts a program on the host's standard streams, waits for its end and
// returns its exit code. All other processes end with it. A shell that
// controls jobs leads the terminal's session itself; others are led, so that they can be stopped.
func (s *system) run(attr *sys.SpawnAttr, host streams, leads bool) (code int, err error) {
	c, err := newConsole(s.files, host)
	if err != nil {
		return 1, err
	}
	j := &job{system: s, console: c, attr: attr, incoming: make(chan os.Signal, 16)}
	defer notify(j.incoming)()
	if err := c.enter(); err != nil {
		return 1, err
	}
	defer c.leave()
	var status sys.WaitStatus
	if leads {
		status, err = j.direct()
	} else {
		status, err = j.led()
	}
	if err != nil {
		return codeOf(err), err
	}
	s.killAll(0)
	c.outputs.Wait()
	return status.Code(), nil
}

// job is a program that is run on a console.
type job struct {
	*system
	*console
	attr     *sys.SpawnAttr
	incoming chan os.Signal // of the host
}

// fdMap is the console's fds as those of a new process.
func (c *console) fdMap() (list [][2]uint32) {
	for i, fd := range c.fds {
		list = append(list, [2]uint32{uint32(fd), uint32(i)})
	}
	return list
}

// direct runs the program as the leader of the terminal's session.
func (j *job) direct() (sys.WaitStatus, error) {
	j.attr.FDs = j.fdMap()
	j.attr.Flags |= sys.SpawnSetSID
	if j.tty >= 0 {
		j.attr.Flags |= sys.SpawnSetTTY
		j.attr.TTY = uint32(j.tty)
	}
	pid, err := j.system.files.Spawn(j.attr)
	if err != nil {
		return 0, err
	}
	j.started()
	defer j.signals(pid, 0)()
	return j.wait(j.system.files, pid)
}

// led runs the program in the foreground of a session whose leader does nothing but
// wait. Without somebody who could continue it, a program is not stopped by Ctrl-Z.
func (j *job) led() (status sys.WaitStatus, err error) {
	attr := kernel.ForkAttr{Argv: []string{"bushel"}, FDs: j.fdMap(), Flags: sys.SpawnSetSID}
	if j.tty >= 0 {
		attr.Flags |= sys.SpawnSetTTY
		attr.TTY = uint32(j.tty)
	}
	status = sys.Signaled(sys.SIGKILL) // unless the leader lives to see the end
	done := make(chan struct{})
	_, err2 := j.kernel.Init().Fork(func(p *kernel.Process) int {
		defer close(done)
		f := p.Files()
		j.attr.FDs = [][2]uint32{{0, 0}, {1, 1}, {2, 2}}
		j.attr.Flags |= sys.SpawnSetPGID
		if j.tty >= 0 {
			j.attr.Flags |= sys.SpawnForeground
		}
		var pid int
		if pid, err = f.Spawn(j.attr); err != nil {
			return 1
		}
		for fd := range 3 {
			_ = f.Close(fd)
		}
		defer j.signals(pid, p.PID())()
		status, err = j.wait(f, pid)
		return 0
	}, attr)
	if err2 != nil {
		return 0, err2
	}
	j.started()
	<-done
	return status, err
}

// wait waits for the end of process pid, a child of f's. If it is stopped, so is this program.
func (j *job) wait(f *sys.Files, pid int) (sys.WaitStatus, error) {
	for {
		_, status, err := f.Wait(pid, sys.WUntraced)
		switch {
		case interrupted(err):
			continue
		case err != nil:
			return 0, err
		case !status.Stopped():
			return status, nil
		}
		j.leave()
		stopSelf()
		if err := j.enter(); err != nil {
			return 0, err
		}
		j.resize()
		if err := f.Kill(-pid, sys.SIGCONT); err != nil {
			return 0, err
		}
	}
}

// killAll ends every process but the first and spared, so that nobody holds the streams open.
func (s *system) killAll(spared int) {
	for _, p := range s.kernel.Processes() {
		if p.PID != 1 && int(p.PID) != spared {
			_ = s.files.Kill(int(p.PID), sys.SIGKILL) // it may have ended
		}
	}
}

// signals passes the host's signals on to the program's group until stop is called.
// A program that was asked to end and does not is ended, and all others but leader with it.
func (j *job) signals(pid, leader int) (stop func()) {
	done := make(chan struct{})
	go func() {
		var deadline <-chan time.Time
		for {
			select {
			case sig := <-j.incoming:
				if isResize(sig) {
					j.resize()
					continue
				}
				n, ok := guestSignal(sig)
				if !ok {
					continue
				}
				_ = j.system.files.Kill(-pid, n) // it may have ended
				if n != sys.SIGINT && n != sys.SIGQUIT && deadline == nil {
					deadline = time.After(patience)
				}
			case <-deadline:
				j.killAll(leader)
			case <-done:
				return
			}
		}
	}()
	return func() { close(done) }
}

// codeOf is the exit code for a program that could not be started.
func codeOf(err error) int {
	switch errno.Of(err) {
	case errno.ENOENT, errno.ENOTDIR:
		return 127
	}
	return 126
}

func interrupted(err error) bool { return errors.Is(err, errno.EINTR) }
