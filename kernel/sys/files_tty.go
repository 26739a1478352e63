package sys

// PTY makes a pseudo-terminal and returns the fds of its master and of the
// terminal itself.
func (f *Files) PTY(cols, rows int) (master, tty int, err error) {
	rep, err := f.call(&Request{Op: OpPTY, Args: [6]uint64{uint64(cols), uint64(rows)}})
	return int(rep.Vals[0]), int(rep.Vals[1]), err
}

// TTYMode is the mode of the terminal of fd: ENOTTY if it is none.
func (f *Files) TTYMode(fd int) (TTYMode, error) {
	rep, err := f.call(&Request{Op: OpTTYGet, Args: [6]uint64{num(fd)}})
	return TTYMode(rep.Vals[0]), err
}

// SetTTYMode sets the mode of the terminal of fd. Input that nobody has read is kept.
func (f *Files) SetTTYMode(fd int, m TTYMode) error {
	return f.ttySet(fd, TTYSetMode, uint64(m), 0, 0)
}

// TTYSize is the size of the terminal of fd in characters.
func (f *Files) TTYSize(fd int) (cols, rows int, err error) {
	rep, err := f.call(&Request{Op: OpTTYGet, Args: [6]uint64{num(fd)}})
	return int(rep.Vals[1] >> 32), int(uint32(rep.Vals[1])), err
}

// SetTTYSize sets the size; the foreground group gets SIGWINCH if it is a new one.
func (f *Files) SetTTYSize(fd, cols, rows int) error {
	return f.ttySet(fd, TTYSetSize, 0, uint64(uint32(cols))<<32|uint64(uint32(rows)), 0)
}

// TTYGroup is the foreground process group of the terminal of fd.
func (f *Files) TTYGroup(fd int) (int, error) {
	rep, err := f.call(&Request{Op: OpTTYGet, Args: [6]uint64{num(fd)}})
	return int(rep.Vals[2]), err
}

// SetTTYGroup makes pgid, a group of the caller's session, the foreground group.
func (f *Files) SetTTYGroup(fd, pgid int) error {
	return f.ttySet(fd, TTYSetGroup, 0, 0, uint64(pgid))
}

func (f *Files) ttySet(fd int, what TTYChange, mode, size, group uint64) error {
	_, err := f.call(&Request{Op: OpTTYSet, Args: [6]uint64{num(fd), uint64(what), mode, size, group}})
	return err
}

// IsTTY reports whether fd is a terminal.
func (f *Files) IsTTY(fd int) bool {
	_, info, _, err := f.FDFlags(fd)
	return err == nil && info&InfoTTY != 0
}
