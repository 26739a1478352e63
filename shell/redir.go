package shell

import (
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// The shell's file numbers are kept apart from those of its process: a
// redirection changes an entry of a map, and a child gets the files under the
// shell's numbers. So nothing of the process is moved, and nothing can be left
// behind when a command is cut short.

// saved is what redirections have replaced.
type saved struct {
	old    map[int]int // shell's number to what it was, -1 for closed
	opened []int       // files of the process that were opened for it
}

// redirect makes redirections. What it has done is in saved even if it fails.
func (sh *shell) redirect(list []*syntax.Redirect) (*saved, error) {
	if len(list) == 0 {
		return nil, nil
	}
	s := &saved{old: map[int]int{}}
	for _, rd := range list {
		if err := sh.redirectOne(s, rd); err != nil {
			return s, err
		}
	}
	return s, nil
}

// restore undoes redirections.
func (sh *shell) restore(s *saved) {
	if s == nil {
		return
	}
	for n, real := range s.old {
		if real < 0 {
			delete(sh.fds, n)
		} else {
			sh.fds[n] = real
		}
	}
	for _, fd := range s.opened {
		if err := sh.f.Close(fd); err != nil && errno.Of(err) != errno.EINTR {
			// What was written there is lost.
			sh.errorf("write error: %s", reason(err))
			sh.status = max(sh.status, 1)
		}
	}
}

// commit makes redirections those of the shell itself, as exec does: what they
// have replaced is closed.
func (sh *shell) commit(s *saved) {
	if s == nil {
		return
	}
	used := map[int]bool{}
	for _, real := range sh.fds {
		used[real] = true
	}
	for _, real := range s.old {
		if real >= 0 && !used[real] && real != sh.tty {
			used[real] = true
			_ = sh.f.Close(real)
		}
	}
	for _, real := range s.opened {
		if !used[real] {
			_ = sh.f.Close(real)
		}
	}
}

func (sh *shell) put(s *saved, n, real int) {
	if _, ok := s.old[n]; !ok {
		s.old[n] = sh.fd(n)
	}
	if real < 0 {
		delete(sh.fds, n)
		return
	}
	sh.fds[n] = real
}

// maxFD bounds the numbers that a redirection may name.
const maxFD = 1 << 16

// redirectOne does one redirection.
func (sh *shell) redirectOne(s *saved, rd *syntax.Redirect) error {
	n := defaultFD(rd.Op)
	variable := ""
	if rd.N != nil {
		if name, ok := strings.CutPrefix(rd.N.Value, "{"); ok {
			variable = strings.TrimSuffix(name, "}")
		} else if v, err := strconv.Atoi(rd.N.Value); err != nil || v > maxFD {
			return fmt.Errorf("%s: %w", rd.N.Value, errClosed)
		} else {
			n = v
		}
	}
	if variable != "" {
		if rd.Op == syntax.DplOut || rd.Op == syntax.DplIn {
			if w, _ := sh.literal(rd.Word); w == "-" {
				v, err := strconv.Atoi(sh.get(variable))
				if err != nil {
					return fmt.Errorf("%s: %w", variable, errClosed)
				}
				sh.put(s, v, -1)
				return nil
			}
		}
		for n = 10; sh.fd(n) >= 0; n++ {
		}
		if err := sh.set(variable, itoa(n)); err != nil {
			return err
		}
	}
	switch rd.Op {
	case syntax.Hdoc, syntax.DashHdoc:
		body, err := sh.hereDocument(rd)
		if err != nil {
			return err
		}
		return sh.feed(s, n, body)
	case syntax.WordHdoc:
		body, err := sh.literal(rd.Word)
		if err != nil {
			return err
		}
		return sh.feed(s, n, body+"\n")
	}
	target, err := sh.target(rd)
	if err != nil {
		return err
	}
	switch rd.Op {
	case syntax.DplIn, syntax.DplOut:
		return sh.duplicate(s, n, target, rd)
	case syntax.RdrAll, syntax.AppAll:
		if err := sh.openTo(s, 1, target, openFlags(rd.Op, sh.opt.noclobber)); err != nil {
			return err
		}
		sh.put(s, 2, sh.fd(1))
		return nil
	}
	return sh.openTo(s, n, target, openFlags(rd.Op, sh.opt.noclobber))
}

func defaultFD(op syntax.RedirOperator) int {
	switch op {
	case syntax.RdrIn, syntax.RdrInOut, syntax.DplIn, syntax.Hdoc, syntax.DashHdoc, syntax.WordHdoc:
		return 0
	}
	return 1
}

func openFlags(op syntax.RedirOperator, noclobber bool) sys.OpenFlag {
	switch op {
	case syntax.RdrIn:
		return sys.ORead
	case syntax.RdrInOut:
		return sys.ORead | sys.OWrite | sys.OCreate
	case syntax.AppOut, syntax.AppAll:
		return sys.OWrite | sys.OCreate | sys.OAppend
	}
	if noclobber && op != syntax.RdrClob {
		return sys.OWrite | sys.OCreate | sys.OExcl
	}
	return sys.OWrite | sys.OCreate | sys.OTrunc
}

// target is the word of a redirection, which must be exactly one.
func (sh *shell) target(rd *syntax.Redirect) (string, error) {
	words, err := sh.fields(rd.Word)
	if err != nil {
		return "", err
	}
	if len(words) != 1 {
		return "", fmt.Errorf("%s: ambiguous redirect", sh.nodeText(rd.Word))
	}
	return words[0], nil
}

// duplicate does n>&m, n>&-, n>&m- and the old form >&file.
func (sh *shell) duplicate(s *saved, n int, target string, rd *syntax.Redirect) error {
	if target == "-" {
		sh.put(s, n, -1)
		return nil
	}
	from, move := strings.CutSuffix(target, "-")
	m, err := strconv.Atoi(from)
	if err != nil {
		if rd.Op == syntax.DplOut && rd.N == nil {
			if err := sh.openTo(s, 1, target, openFlags(syntax.RdrOut, sh.opt.noclobber)); err != nil {
				return err
			}
			sh.put(s, 2, sh.fd(1))
			return nil
		}
		return fmt.Errorf("%s: ambiguous redirect", target)
	}
	real := sh.fd(m)
	if real < 0 {
		return fmt.Errorf("%s: %w", from, errClosed)
	}
	sh.put(s, n, real)
	if move && m != n {
		sh.put(s, m, -1)
	}
	return nil
}

// openTo opens a file for the shell's number n.
func (sh *shell) openTo(s *saved, n int, name string, flags sys.OpenFlag) error {
	real, own, err := sh.open(name, flags)
	if err != nil {
		if flags&sys.OExcl != 0 && errno.Of(err) == errno.EEXIST {
			return sh.clobber(s, n, name)
		}
		return errors.New(errno.Sentence("%s: %s", name, reason(err)))
	}
	if own {
		s.opened = append(s.opened, real)
	}
	sh.put(s, n, real)
	return nil
}

// clobber is > under set -C on a name that is taken: that is allowed for what
// is no regular file.
func (sh *shell) clobber(s *saved, n int, name string) error {
	if st, err := sh.f.Stat(name); err == nil && st.Type != sys.TypeRegular {
		return sh.openTo(s, n, name, sys.OWrite)
	}
	return fmt.Errorf("%s: cannot overwrite existing file", name)
}

// open opens a file for the shell. The names under /dev that stand for open
// files mean the shell's numbers, not those of its process; own is false for
// such a file, which must not be closed.
func (sh *shell) open(name string, flags sys.OpenFlag) (fd int, own bool, err error) {
	if n, ok := devFD(name); ok {
		if real := sh.fd(n); real >= 0 {
			return real, false, nil
		}
		return -1, false, errno.ENOENT
	}
	fd, err = sh.f.Open(name, flags|sys.OCloexec, 0o666)
	return fd, true, err
}

func devFD(name string) (int, bool) {
	if !strings.HasPrefix(name, "/dev/") {
		return 0, false
	}
	switch name = path.Clean(name); name {
	case "/dev/stdin":
		return 0, true
	case "/dev/stdout":
		return 1, true
	case "/dev/stderr":
		return 2, true
	}
	s, ok := strings.CutPrefix(name, "/dev/fd/")
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 0
}

// hereDocument is the text of a here-document.
func (sh *shell) hereDocument(rd *syntax.Redirect) (string, error) {
	if rd.Hdoc == nil {
		return "", nil
	}
	body := rd.Hdoc
	if rd.Op == syntax.DashHdoc {
		body = stripTabs(body)
	}
	if quotedWord(rd.Word) {
		var b strings.Builder
		for _, p := range body.Parts {
			if lit, ok := p.(*syntax.Lit); ok {
				b.WriteString(lit.Value)
			}
		}
		return b.String(), nil
	}
	return sh.document(body)
}

// quotedWord reports whether a part of a here-document's delimiter is quoted.
func quotedWord(w *syntax.Word) bool {
	for _, p := range w.Parts {
		switch x := p.(type) {
		case *syntax.Lit:
			if strings.Contains(x.Value, `\`) {
				return true
			}
		case *syntax.SglQuoted, *syntax.DblQuoted:
			return true
		}
	}
	return false
}

// stripTabs removes the tabs at the beginning of each line, for <<-.
func stripTabs(w *syntax.Word) *syntax.Word {
	out := &syntax.Word{}
	start := true
	for _, p := range w.Parts {
		lit, ok := p.(*syntax.Lit)
		if !ok {
			out.Parts = append(out.Parts, p)
			start = false
			continue
		}
		var b strings.Builder
		for i := range len(lit.Value) {
			c := lit.Value[i]
			if start && c == '\t' {
				continue
			}
			b.WriteByte(c)
			start = c == '\n'
		}
		out.Parts = append(out.Parts, &syntax.Lit{Value: b.String()})
	}
	return out
}

// pipeRoom is how much a pipe surely takes without a reader.
const pipeRoom = 32 << 10

// feed makes text the input of the shell's number n: through a pipe if it fits
// into one, else a child writes it.
func (sh *shell) feed(s *saved, n int, text string) error {
	r, w, err := sh.f.Pipe()
	if err != nil {
		return err
	}
	s.opened = append(s.opened, r)
	sh.put(s, n, r)
	if len(text) <= pipeRoom {
		_, err = sh.f.Write(w, []byte(text))
	} else {
		var child *kernel.Process
		child, err = sh.p.Fork(func(p *kernel.Process) int {
			_, _ = p.Files().Write(1, []byte(text))
			return 0
		}, kernel.ForkAttr{FDs: [][2]uint32{{uint32(w), 1}}})
		if err == nil {
			sh.jobs.adopt(child.PID())
		}
	}
	_ = sh.f.Close(w)
	return err
}
