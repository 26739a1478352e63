package commands

import (
	"fmt"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

var mvSpec = spec{name: "mv", synopsis: "[OPTION]... SOURCE... DEST", run: runMv, help: `
Rename a file, or move several into a directory.
  -f, --force        do not ask          -i, --interactive  ask before replacing
  -n, --no-clobber   keep what is there  -u, --update  unless it is older
  -t, --target-directory=DIR   -T, --no-target-directory
  -v, --verbose      print what is done`}

func runMv(c *cmd) int {
	f := c.flags()
	var d destination
	d.flags(f)
	var ask, keep, update bool
	f.off(&ask, "f|force")
	f.bool(&ask, "i|interactive")
	f.bool(&keep, "n|no-clobber")
	f.bool(&update, "u|update")
	c.each(&d, f.parse(), func(from, to string) {
		st, err := c.fs.Lstat(from)
		if err != nil {
			c.fileError(from, err)
			return
		}
		if dst, err := c.fs.Lstat(to); err == nil {
			if dst.Dev == st.Dev && dst.Ino == st.Ino && from == to {
				c.errorf("%s and %s are the same file", from, to)
				c.code = 1
				return
			}
			if keep || update && dst.Mtime >= st.Mtime || ask && !c.confirm("overwrite %s? ", to) {
				return
			}
		}
		err = c.fs.Rename(from, to)
		switch {
		case isErrno(err, errno.EXDEV):
			if !c.moveAcross(from, to) {
				return
			}
		case isErrno(err, errno.EINVAL) && st.Type == sys.TypeDirectory:
			c.errorf("cannot move %s to a subdirectory of itself, %s", from, to)
			c.code = 1
			return
		case err != nil:
			c.errorf("cannot move %s to %s: %s", from, to, reason(err))
			c.code = 1
			return
		}
		if d.verbose {
			fmt.Fprintf(c.out, "renamed '%s' -> '%s'\n", from, to)
		}
	})
	return 0
}

// moveAcross moves between file systems: a copy, and then the original goes.
func (c *cmd) moveAcross(from, to string) bool {
	if st, err := c.fs.Lstat(to); err == nil {
		remove := c.fs.Unlink
		if st.Type == sys.TypeDirectory {
			remove = c.fs.Rmdir
		}
		if err := remove(to); err != nil {
			c.fileError(to, err)
			return false
		}
	}
	k := copier{c: c, recursive: true, links: true, preserve: true, ok: true}
	k.copy(from, to, true)
	if !k.ok {
		return false
	}
	if err := c.fs.RemoveAll(from); err != nil {
		c.fileError(from, err)
		return false
	}
	return true
}

// prompt prints a question on standard error.
func (c *cmd) prompt(format string, args ...any) {
	c.fs.Write(2, []byte(c.name+": "+fmt.Sprintf(format, args...)))
}
