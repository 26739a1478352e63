package shell

import (
	"errors"
	"io"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// maxSubst bounds the output of a command substitution, in bytes.
const maxSubst = 256 << 20

// commandSubst runs $(…) and is what it wrote, without the newlines at the end.
func (sh *shell) commandSubst(cs *syntax.CmdSubst) (string, error) {
	if len(cs.Stmts) == 0 {
		sh.substCode = 0
		return "", nil
	}
	if !sh.enter() {
		return "", &arithError{"command substitution nested too deeply"}
	}
	defer sh.leave()
	if len(cs.Stmts) == 1 {
		if st := cs.Stmts[0]; st.Cmd == nil && !st.Negated && !st.Background && len(st.Redirs) == 1 && st.Redirs[0].Op == syntax.RdrIn && st.Redirs[0].N == nil {
			return sh.readSubst(st.Redirs[0])
		}
	}
	r, w, err := sh.f.Pipe()
	if err != nil {
		return "", err
	}
	c := sh.clone()
	c.substs++
	if !sh.shopt["inherit_errexit"] {
		c.opt.errexit = false
	}
	pl := place{}
	var pid, status int
	if len(cs.Stmts) == 1 && !cs.Stmts[0].Background {
		pid, status = c.launch(cs.Stmts[0], -1, w, false, &pl)
	} else {
		c.fds[1] = w
		pid, status = c.launchFork(func(c *shell) int {
			c.stmts(cs.Stmts)
			return c.status
		}, &pl)
	}
	_ = sh.f.Close(w)
	out, err := sh.readAll(r, maxSubst)
	_ = sh.f.Close(r)
	if pid != 0 {
		status = sh.waitCode(pid)
	}
	sh.substCode, sh.status = status, status
	if err != nil {
		return "", err
	}
	return clean(out), nil
}

// readSubst is $(<file).
func (sh *shell) readSubst(rd *syntax.Redirect) (string, error) {
	name, err := sh.target(rd)
	if err != nil {
		return "", err
	}
	fd, own, err := sh.open(name, sys.ORead)
	if err != nil {
		sh.errorf("%s: %s", name, reason(err))
		sh.substCode, sh.status = 1, 1
		return "", nil
	}
	out, err := sh.readAll(fd, maxSubst)
	if own {
		_ = sh.f.Close(fd)
	}
	sh.substCode, sh.status = 0, 0
	if err != nil {
		sh.errorf("%s: %s", name, reason(err))
		sh.substCode, sh.status = 1, 1
	}
	return clean(out), nil
}

// clean drops NULs, which no variable can hold, and the newlines at the end.
func clean(out []byte) string {
	s := string(out)
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	return strings.TrimRight(s, "\n")
}

// readAll reads a file of the process to its end.
func (sh *shell) readAll(fd, limit int) ([]byte, error) {
	var out []byte
	buf := make([]byte, 16<<10)
	for {
		n, err := sh.f.Read(fd, buf)
		out = append(out, buf[:n]...)
		switch {
		case isEINTR(err):
			sh.signals()
		case errors.Is(err, io.EOF), err == nil && n == 0:
			return out, nil
		case err != nil:
			return out, err
		}
		if len(out) > limit {
			return nil, &arithError{"command substitution: output too large"}
		}
	}
}

// processSubst starts <(…) or >(…) and is the name of its file.
func (sh *shell) processSubst(ps *syntax.ProcSubst) (string, error) {
	if ps.Op == syntax.CmdInTemp {
		return "", &arithError{"=(…) is not a form of this shell"}
	}
	r, w, err := sh.f.Pipe()
	if err != nil {
		return "", err
	}
	theirs, ours := w, r
	if ps.Op == syntax.CmdOut {
		theirs, ours = r, w
	}
	c := sh.clone()
	delete(c.fds, -1)
	if ps.Op == syntax.CmdIn {
		c.fds[1] = theirs
	} else {
		c.fds[0] = theirs
	}
	pid, _ := c.launchFork(func(c *shell) int {
		c.stmts(ps.Stmts)
		return c.status
	}, &place{})
	_ = sh.f.Close(theirs)
	if pid != 0 {
		sh.jobs.adopt(pid)
		sh.lastBackground = pid
	}
	n := 63
	for sh.fd(n) >= 0 && n > 10 {
		n--
	}
	sh.fds[n] = ours
	sh.substFiles = append(sh.substFiles, n)
	return "/dev/fd/" + itoa(n), nil
}

// closeSubsts closes the files of process substitutions above the first keep,
// when the command that used them has ended.
func (sh *shell) closeSubsts(keep int) {
	if len(sh.substFiles) <= keep {
		return
	}
	for _, n := range sh.substFiles[keep:] {
		real := sh.fd(n)
		delete(sh.fds, n)
		used := false // by "exec 3< <(cmd)"
		for _, other := range sh.fds {
			used = used || other == real
		}
		if real >= 0 && !used {
			_ = sh.f.Close(real)
		}
	}
	sh.substFiles = sh.substFiles[:keep]
}
