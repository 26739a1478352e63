package shell

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

func cd(c *call) int {
	sh := c.sh
	opts, rest, ok := c.options("LPe@")
	if !ok {
		return 2
	}
	if len(rest) > 1 {
		return c.fail("too many arguments")
	}
	dir, show := "", false
	switch {
	case len(rest) == 0:
		var ok bool
		if dir, ok = sh.getOK("HOME"); !ok || dir == "" {
			return c.fail("HOME not set")
		}
	case rest[0] == "-":
		if dir = sh.get("OLDPWD"); dir == "" {
			return c.fail("OLDPWD not set")
		}
		show = true
	default:
		dir = rest[0]
	}
	if dir == "" {
		return 0
	}
	if !strings.HasPrefix(dir, "/") && dir != "." && dir != ".." && !strings.HasPrefix(dir, "./") && !strings.HasPrefix(dir, "../") {
		for base := range strings.SplitSeq(sh.get("CDPATH"), ":") {
			if base == "" {
				continue
			}
			try := path.Join(base, dir)
			if st, err := sh.f.Stat(try); err == nil && st.Type == sys.TypeDirectory {
				dir, show = try, true
				break
			}
		}
	}
	physical := opts.has('P')
	if err := sh.chdir(dir, physical || sh.opt.physical); err != nil {
		return c.fail("%s: %s", dir, reason(err))
	}
	if show {
		c.print(sh.cwd + "\n")
	}
	return 0
}

// chdir changes the directory and PWD. Without physical a ".." takes back the
// last name of the path, even if that was a link.
func (sh *shell) chdir(dir string, physical bool) error {
	target := dir
	if !physical {
		if !path.IsAbs(target) {
			target = sh.cwd + "/" + target
		}
		target = path.Clean(target)
	}
	if err := sh.f.Chdir(target); err != nil {
		return err
	}
	old := sh.cwd
	if cwd, err := sh.f.Getcwd(); physical && err == nil {
		sh.cwd = cwd
	} else {
		sh.cwd = target
	}
	_ = sh.set("OLDPWD", old)
	return sh.set("PWD", sh.cwd)
}

func pwd(c *call) int {
	opts, _, ok := c.options("LP")
	if !ok {
		return 2
	}
	if opts.has('P') {
		cwd, err := c.sh.f.Getcwd()
		if err != nil {
			return c.fail("%s", reason(err))
		}
		c.print(cwd + "\n")
		return 0
	}
	c.print(c.sh.cwd + "\n")
	return 0
}

// stack is the directories as dirs shows them, the current one first.
func (sh *shell) stack() []string { return append([]string{sh.cwd}, sh.dirs...) }

// stackIndex reads +N and -N.
func (sh *shell) stackIndex(arg string) (int, bool, error) {
	if len(arg) < 2 || arg[0] != '+' && arg[0] != '-' {
		return 0, false, nil
	}
	n, err := strconv.Atoi(arg[1:])
	if err != nil {
		return 0, false, nil
	}
	if n > len(sh.dirs) {
		return 0, true, fmt.Errorf("%s: directory stack index out of range", arg)
	}
	if arg[0] == '-' {
		n = len(sh.dirs) - n
	}
	return n, true, nil
}

func (c *call) showStack() {
	list := c.sh.stack()
	for i, d := range list {
		list[i] = c.sh.tildeName(d)
	}
	c.print(strings.Join(list, " ") + "\n")
}

// tildeName writes a path with ~ for the home directory.
func (sh *shell) tildeName(dir string) string {
	home := sh.get("HOME")
	if home == "" || home == "/" {
		return dir
	}
	if dir == home {
		return "~"
	}
	if rest, ok := strings.CutPrefix(dir, home+"/"); ok {
		return "~/" + rest
	}
	return dir
}

func dirsCmd(c *call) int {
	opts, rest, ok := c.options("clpv")
	if !ok {
		return 2
	}
	if opts.has('c') {
		c.sh.dirs = nil
		return 0
	}
	long := opts.has('l')
	lines := opts.has('p')
	numbered := opts.has('v')
	list := c.sh.stack()
	if len(rest) > 0 {
		n, is, err := c.sh.stackIndex(rest[0])
		if err != nil || !is {
			return c.fail("%s: invalid number", rest[0])
		}
		list = list[n : n+1]
	}
	for i, d := range list {
		if !long {
			d = c.sh.tildeName(d)
		}
		switch {
		case numbered:
			c.printf("%2d  %s\n", i, d)
		case lines:
			c.print(d + "\n")
		default:
			if i > 0 {
				c.print(" ")
			}
			c.print(d)
		}
	}
	if !lines && !numbered {
		c.print("\n")
	}
	return 0
}

func pushd(c *call) int {
	sh := c.sh
	args := c.args
	stay := len(args) > 0 && args[0] == "-n"
	if stay {
		args = args[1:]
	}
	if len(args) == 0 {
		if len(sh.dirs) == 0 {
			return c.fail("no other directory")
		}
		args = []string{"+1"}
	}
	n, is, err := sh.stackIndex(args[0])
	if err != nil {
		return c.fail("%s", err)
	}
	list := sh.stack()
	if is {
		list = append(append([]string{}, list[n:]...), list[:n]...)
		if err := sh.chdir(list[0], false); err != nil {
			return c.fail("%s: %s", list[0], reason(err))
		}
		sh.dirs = list[1:]
		c.showStack()
		return 0
	}
	old := sh.cwd
	if stay {
		sh.dirs = append([]string{args[0]}, sh.dirs...)
		c.showStack()
		return 0
	}
	if err := sh.chdir(args[0], false); err != nil {
		return c.fail("%s: %s", args[0], reason(err))
	}
	sh.dirs = append([]string{old}, sh.dirs...)
	c.showStack()
	return 0
}

func popd(c *call) int {
	sh := c.sh
	if len(sh.dirs) == 0 {
		return c.fail("directory stack empty")
	}
	n := 0
	if len(c.args) > 0 {
		var is bool
		var err error
		if n, is, err = sh.stackIndex(c.args[0]); err != nil || !is {
			return c.fail("%s: invalid argument", c.args[0])
		}
	}
	if n > 0 {
		sh.dirs = append(append([]string{}, sh.dirs[:n-1]...), sh.dirs[n:]...)
	} else {
		if err := sh.chdir(sh.dirs[0], false); err != nil {
			return c.fail("%s: %s", sh.dirs[0], reason(err))
		}
		sh.dirs = sh.dirs[1:]
	}
	c.showStack()
	return 0
}
