package shell

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

func testCmd(c *call) int { return c.condition(c.args) }

func bracket(c *call) int {
	n := len(c.args)
	if n == 0 || c.args[n-1] != "]" {
		c.errorf("missing `]'")
		return 2
	}
	return c.condition(c.args[:n-1])
}

func (c *call) condition(args []string) int {
	ok, err := c.sh.testArgs(args)
	if err != nil {
		c.errorf("%s", err)
		return 2
	}
	return int(truth(!ok))
}

// runCmd runs a program on a chosen engine and with chosen directories.
func runCmd(c *call) int {
	sh := c.sh
	var attr sys.SpawnAttr
	var ports []string
	args := c.args
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		opt := args[0]
		args = args[1:]
		if opt == "--" {
			break
		}
		name, value, ok := strings.Cut(opt, "=")
		if !ok {
			if len(args) == 0 {
				return c.usage(opt+": option requires an argument", builtins["run"].usage)
			}
			value, args = args[0], args[1:]
		}
		switch name {
		case "--engine", "-e":
			if value != "auto" && value != "browser" && value != "wazero" {
				return c.usage(value+": no such engine", builtins["run"].usage)
			}
			attr.Engine = value
		case "--dir", "-d":
			attr.Dirs = append(attr.Dirs, sh.preopen(value, false))
		case "--ro":
			attr.Dirs = append(attr.Dirs, sh.preopen(value, true))
		case "--listen", "-l":
			ports = append(ports, value)
		default:
			return c.usage(opt+": invalid option", builtins["run"].usage)
		}
	}
	if len(args) == 0 {
		return c.usage("a program is needed", builtins["run"].usage)
	}
	file, code, err := sh.search(args[0])
	if err != nil {
		// A file of the working directory may be named without "./".
		st, err2 := sh.f.Stat(args[0])
		if err2 != nil || st.Type == sys.TypeDirectory {
			c.errorf("%s", err)
			return code
		}
		file = "./" + args[0]
	}
	if err := sh.listen(&attr, ports); err != nil {
		c.errorf("%s", err)
		return 1
	}
	sh.foregroundAttr(args, file, sh.commandStmt(append([]string{"run"}, c.args...)), attr)
	return sh.status
}

// listen gives a program sockets that listen on ports, under the numbers behind those
// of its preopened directories. LISTEN_FDS and LISTEN_FDS_START tell it, as systemd's
// sd_listen_fds(3) does but for the start, which is 3 there.
func (sh *shell) listen(attr *sys.SpawnAttr, ports []string) error {
	if len(ports) == 0 {
		return nil
	}
	number := 3
	next := func() int {
		for sh.fds[number] != 0 {
			number++
		}
		number++
		return number - 1
	}
	for range max(len(attr.Dirs), 1) {
		next()
	}
	start := 0
	for i, port := range ports {
		n, err := strconv.ParseUint(port, 10, 16)
		fd := 0
		if err != nil {
			err = fmt.Errorf("%s: no port (a number below 65536)", port)
		} else if fd, _, err = sh.f.Listen(int(n), 128); err != nil {
			err = fmt.Errorf("port %s: %s", port, reason(err))
		}
		if err != nil {
			sh.closeAll(attr.FDs)
			return err
		}
		to := next()
		if i == 0 {
			start = to
		}
		attr.FDs = append(attr.FDs, [2]uint32{uint32(fd), uint32(to)})
	}
	attr.Env = append(attr.Env, "LISTEN_FDS="+strconv.Itoa(len(ports)), "LISTEN_FDS_START="+strconv.Itoa(start))
	return nil
}

func (sh *shell) closeAll(fds [][2]uint32) {
	for _, m := range fds {
		_ = sh.f.Close(int(m[0]))
	}
}

// preopen reads DIR[:NAME][:ro].
func (sh *shell) preopen(s string, readOnly bool) sys.PreopenDir {
	if dir, ok := strings.CutSuffix(s, ":ro"); ok {
		s, readOnly = dir, true
	}
	dir, name, ok := strings.Cut(s, ":")
	if !ok {
		name = dir
	}
	if !path.IsAbs(dir) {
		dir = path.Join(sh.cwd, dir)
	}
	return sys.PreopenDir{Path: dir, Name: name, ReadOnly: readOnly}
}

// commandStmt makes the text of a command for the table of jobs.
func (sh *shell) commandStmt(args []string) *syntax.Stmt {
	call := &syntax.CallExpr{}
	for _, a := range args {
		call.Args = append(call.Args, &syntax.Word{Parts: []syntax.WordPart{&syntax.Lit{Value: sh.traceQuote(a)}}})
	}
	return &syntax.Stmt{Cmd: call}
}
