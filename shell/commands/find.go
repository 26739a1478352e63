package commands

import (
	"time"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

var findSpec = spec{name: "find", synopsis: "[-L] [PATH]... [EXPRESSION]", run: runFind, literal: true, help: `
Print the files below each PATH (.) for which EXPRESSION is true.
Tests:    -name GLOB  -iname GLOB  -path GLOB  -ipath GLOB  -regex RE  -type [fdlcbps]
          -size [+-]N[cwbkMG]  -empty  -newer FILE  -mtime [+-]DAYS  -mmin [+-]MINUTES
          -perm [-/]MODE  -links N  -inum N  -samefile FILE  -lname GLOB  -true  -false
Actions:  -print  -print0  -printf FORMAT  -ls  -delete  -quit  -prune
          -exec COMMAND {} ;   -exec COMMAND {} +   -execdir   -ok COMMAND {} ;
Together: E E  E -a E  E -o E  ! E  -not E  ( E )
Options:  -maxdepth N  -mindepth N  -depth  -L follow links`}

// found is a file on find's way.
type found struct {
	path  string
	at    sys.Reach // where it is, also if path is too long for a call
	base  string
	start string
	depth int
	st    sys.Stat
	prune bool
}

// finder is a run of find.
type finder struct {
	c                  *cmd
	expr               func(f *found) bool
	action             bool // the expression has one of its own
	depthFirst, follow bool
	min, max           int
	now                time.Time
	quit               bool
	atEnd              []func() // what -exec + has gathered
}

func runFind(c *cmd) int {
	if len(c.args) == 1 && c.args[0] == "--help" {
		c.help()
	}
	fd := &finder{c: c, max: -1, now: time.Now()}
	args := c.args
	for len(args) > 0 && (args[0] == "-L" || args[0] == "-P" || args[0] == "-H") {
		fd.follow = args[0] == "-L"
		args = args[1:]
	}
	var paths []string
	for len(args) > 0 && !(len(args[0]) > 1 && args[0][0] == '-') && args[0] != "(" && args[0] != ")" && args[0] != "!" {
		paths = append(paths, args[0])
		args = args[1:]
	}
	if len(paths) == 0 {
		paths = []string{"."}
	}
	p := findParser{fd: fd, c: c, args: args}
	fd.expr = p.parse()
	if !fd.action {
		inner := fd.expr
		fd.expr = func(f *found) bool {
			if inner(f) {
				c.out.WriteString(f.path + "\n")
			}
			return true
		}
	}
	for _, path := range paths {
		fd.walk(&found{path: path, at: sys.Reach{FD: sys.AtCwd, Path: path}, base: baseName(path), start: path})
		if fd.quit {
			break
		}
	}
	for _, f := range fd.atEnd {
		f()
	}
	return 0
}

func (fd *finder) walk(f *found) {
	c := fd.c
	c.tick()
	var err error
	f.st, err = c.fs.StatAt(f.at.FD, f.at.Path, sys.AtNoFollow)
	if err == nil && f.st.Type == sys.TypeSymlink && fd.follow {
		if st, e := c.fs.StatAt(f.at.FD, f.at.Path, 0); e == nil {
			f.st = st
		}
	}
	if err != nil {
		c.fileError(f.path, err)
		return
	}
	wanted := f.depth >= fd.min
	if wanted && !fd.depthFirst {
		fd.expr(f)
	}
	if f.st.Type == sys.TypeDirectory && !f.prune && !fd.quit && (fd.max < 0 || f.depth < fd.max) {
		dir, list, leave, err := c.fs.Enter(f.at, 0)
		defer leave()
		if err != nil {
			c.fileError(f.path, err)
		}
		for _, e := range list {
			fd.walk(&found{path: joinPath(f.path, e.Name), at: dir.Below(e.Name), base: e.Name, start: f.start, depth: f.depth + 1})
			if fd.quit {
				return
			}
		}
	}
	if wanted && fd.depthFirst && !fd.quit {
		fd.expr(f)
	}
}
