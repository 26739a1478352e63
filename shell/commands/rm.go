package commands

import (
	"fmt"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

var rmSpec = spec{name: "rm", synopsis: "[OPTION]... FILE...", run: runRm, help: `
Remove files.
  -f, --force        say nothing of what is not there, never ask
  -i                 ask before each    -I  ask once for many
  -r, -R, --recursive  directories with all they hold
  -d, --dir          empty directories
  -v, --verbose      print what is done
  --no-preserve-root   / too`}

type remover struct {
	c                                   *cmd
	force, ask, recursive, dir, verbose bool
}

func runRm(c *cmd) int {
	r := remover{c: c}
	f := c.flags()
	once, noRoot := false, false
	f.fn("f|force", noArg, func(string) error { r.force, r.ask = true, false; return nil })
	f.fn("i", noArg, func(string) error { r.force, r.ask = false, true; return nil })
	f.bool(&once, "I")
	f.bool(&r.recursive, "r|R|recursive")
	f.bool(&r.dir, "d|dir")
	f.bool(&r.verbose, "v|verbose")
	f.bool(&noRoot, "no-preserve-root")
	f.ignore("preserve-root|one-file-system")
	args := f.parse()
	if len(args) == 0 && !r.force {
		c.usageError(1, "missing operand")
	}
	if once && (len(args) > 3 || r.recursive) && !c.confirm("remove %d arguments? ", len(args)) {
		return 0
	}
	for _, name := range args {
		if base := baseName(name); base == "." || base == ".." {
			c.errorf("refusing to remove '.' or '..' directory: skipping %s", name)
			c.code = 1
			continue
		}
		if r.recursive && !noRoot && c.isRoot(name) {
			c.errorf("it is dangerous to operate recursively on %s", name)
			c.errorf("use --no-preserve-root to override this failsafe")
			c.code = 1
			continue
		}
		r.remove(sys.Reach{FD: sys.AtCwd, Path: name}, name)
	}
	return 0
}

func (c *cmd) isRoot(name string) bool {
	st, err := c.fs.Lstat(name)
	root, rerr := c.fs.Stat("/")
	return err == nil && rerr == nil && st.Dev == root.Dev && st.Ino == root.Ino
}

// remove removes what is at, which is called whole, and reports whether it is gone.
func (r *remover) remove(at sys.Reach, whole string) bool {
	c := r.c
	c.tick()
	st, err := c.fs.StatAt(at.FD, at.Path, sys.AtNoFollow)
	if err != nil {
		if r.force && (isErrno(err, errno.ENOENT) || isErrno(err, errno.ENOTDIR)) {
			return true
		}
		c.fileError(whole, err)
		return false
	}
	if st.Type != sys.TypeDirectory {
		if r.ask && !c.confirm("remove file %s? ", whole) {
			return false
		}
		if err := c.fs.UnlinkAt(at.FD, at.Path); err != nil {
			c.fileError(whole, err)
			return false
		}
		if r.verbose {
			fmt.Fprintf(c.out, "removed '%s'\n", whole)
		}
		return true
	}
	if !r.recursive && !r.dir {
		c.fileError(whole, errno.EISDIR)
		return false
	}
	if r.recursive && !r.empty(at, whole) {
		return false
	}
	if r.ask && !c.confirm("remove directory %s? ", whole) {
		return false
	}
	if err := c.fs.RmdirAt(at.FD, at.Path); err != nil {
		c.fileError(whole, err)
		return false
	}
	if r.verbose {
		fmt.Fprintf(c.out, "removed directory '%s'\n", whole)
	}
	return true
}

// empty removes all that is in the directory at, and reports whether it is gone.
func (r *remover) empty(at sys.Reach, whole string) bool {
	c := r.c
	dir, list, leave, err := c.fs.Enter(at, sys.AtNoFollow)
	defer leave()
	if err != nil {
		c.fileError(whole, err)
		return false
	}
	if len(list) > 0 && r.ask && !c.confirm("descend into directory %s? ", whole) {
		return false
	}
	all := true
	for _, e := range list {
		all = r.remove(dir.Below(e.Name), joinPath(whole, e.Name)) && all
	}
	return all
}
