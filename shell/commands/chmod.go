package commands

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/shell/filemode"
)

var chmodSpec = spec{name: "chmod", synopsis: "[OPTION]... MODE[,MODE]... FILE...", run: runChmod, help: `
Change permissions. MODE is octal, or [ugoa]*[-+=][rwxXst]*.
The owner's bits bind: one user, who is not root, owns every file.
  -R, --recursive   directories with all they hold
  -v, --verbose     print each
  -c, --changes     print those that change
  -f, --silent      say nothing of what fails
  --reference=FILE  FILE's mode instead of MODE`}

func runChmod(c *cmd) int {
	// A mode such as -x looks like an option.
	mode := ""
	for i, a := range c.args {
		if a == "--" {
			break
		}
		if len(a) > 1 && a[0] == '-' && strings.IndexByte("rwxXst", a[1]) >= 0 && strings.Trim(a[1:], "rwxXst,+-=ugoa") == "" {
			mode = a
			c.args = append(append([]string(nil), c.args[:i]...), c.args[i+1:]...)
			break
		}
	}
	f := c.flags()
	var recursive, verbose, changes, silent bool
	var reference string
	f.bool(&recursive, "R|recursive")
	f.bool(&verbose, "v|verbose")
	f.bool(&changes, "c|changes")
	f.bool(&silent, "f|silent|quiet")
	f.str(&reference, "reference")
	args := f.parse()
	if reference != "" {
		st, err := c.fs.Stat(reference)
		if err != nil {
			c.fail(1, "%s: %s", reference, reason(err))
		}
		mode = strconv.FormatUint(uint64(st.Mode), 8)
	} else if mode == "" {
		c.operands(args, 1, -1)
		mode, args = args[0], args[1:]
	}
	if len(args) == 0 {
		c.usageError(1, "missing operand after '%s'", mode)
	}
	mask := c.fs.Umask(0)
	c.fs.Umask(mask)
	change, err := filemode.Parse(mode, mask)
	if err != nil {
		c.usageError(1, "%s", err)
	}
	var one func(name string, top bool)
	one = func(name string, top bool) {
		c.tick()
		st, err := c.fs.Lstat(name)
		if err == nil && st.Type == sys.TypeSymlink {
			if !top {
				return
			}
			st, err = c.fs.Stat(name)
		}
		want := uint32(0)
		if err == nil {
			want = change(st.Mode, st.Type == sys.TypeDirectory)
			err = c.fs.Chmod(name, want)
		}
		if err != nil {
			if c.code = 1; !silent {
				c.fileError(name, err)
			}
			return
		}
		if verbose || changes && want != st.Mode {
			fmt.Fprintf(c.out, "mode of '%s' changed from %04o (%s) to %04o (%s)\n", name,
				st.Mode, modeText(0, st.Mode)[1:], want, modeText(0, want)[1:])
		}
		if recursive && st.Type == sys.TypeDirectory {
			list, err := c.fs.ReadDir(name)
			if err != nil {
				c.fileError(name, err)
			}
			for _, e := range list {
				one(joinPath(name, e.Name), false)
			}
		}
	}
	for _, name := range args {
		one(name, true)
	}
	return 0
}
