package shell

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/bushel-wasm/bushel/kernel"
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
	ok, err := c.sh.tests().Eval(args)
	if err != nil {
		c.errorf("%s", err)
		return 2
	}
	return int(truth(!ok))
}

// runMain is runCmd as a program. What it runs stands in its place: it gets the
// environment as it came, and the signals.
func runMain(p *kernel.Process) int {
	sh := newShell(p)
	sh.bare = true
	given := map[string]*variable{}
	for _, kv := range p.Environ() {
		if name, value, ok := strings.Cut(kv, "="); ok && validName(name) {
			given[name] = &variable{set: true, exported: true, str: value}
		}
	}
	path := sh.env.global().vars["PATH"]
	sh.env.global().vars = given
	if given["PATH"] == nil {
		given["PATH"] = &variable{set: true, str: path.str}
	}
	c := &call{sh: sh, name: "run"}
	if args := p.Args(); len(args) > 0 {
		c.args = args[1:]
	}
	args, file, attr, code := c.program()
	if code != 0 {
		return code
	}
	pid, err := sh.spawn(args, file, &place{standIn: true}, attr)
	if err != nil {
		return sh.spawnFailed(args[0], file, err)
	}
	return sh.p.Follow(pid)
}

// runCmd runs a program on a chosen engine and with chosen directories.
func runCmd(c *call) int {
	args, file, attr, code := c.program()
	if code != 0 {
		return code
	}
	c.sh.foregroundAttr(args, file, c.sh.commandStmt(append([]string{"run"}, c.args...)), attr)
	return c.sh.status
}

// program reads the arguments of run: what is to be run, and how. With a code other than
// 0 that is run's, and why has been said.
func (c *call) program() (args []string, file string, attr sys.SpawnAttr, code int) {
	sh := c.sh
	var ports []string
	args = c.args
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		opt := args[0]
		args = args[1:]
		if opt == "--" {
			break
		}
		name, value, ok := strings.Cut(opt, "=")
		if !ok {
			if len(args) == 0 {
				return nil, "", attr, c.usage(opt+": option requires an argument", builtins["run"].usage)
			}
			value, args = args[0], args[1:]
		}
		switch name {
		case "--engine", "-e":
			if value != "auto" && value != "browser" && value != "wazero" {
				return nil, "", attr, c.usage(value+": no such engine", builtins["run"].usage)
			}
			attr.Engine = value
		case "--dir", "-d":
			attr.Dirs = append(attr.Dirs, sh.preopen(value, false))
		case "--ro":
			attr.Dirs = append(attr.Dirs, sh.preopen(value, true))
		case "--listen", "-l":
			ports = append(ports, value)
		case "--grant", "-g":
			attr.Flags |= sys.SpawnNarrow
			if value != "none" {
				attr.Grants = append(attr.Grants, value)
			}
		default:
			return nil, "", attr, c.usage(opt+": invalid option", builtins["run"].usage)
		}
	}
	if len(args) == 0 {
		return nil, "", attr, c.usage("a program is needed", builtins["run"].usage)
	}
	file, code, err := sh.search(args[0])
	if err != nil {
		// A file of the working directory may be named without "./".
		st, err2 := sh.f.Stat(args[0])
		if err2 != nil || st.Type == sys.TypeDirectory {
			c.errorf("%s", err)
			return nil, "", attr, code
		}
		file = "./" + args[0]
	}
	if err := sh.listen(&attr, ports); err != nil {
		c.errorf("%s", err)
		return nil, "", attr, 1
	}
	return args, file, attr, 0
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
