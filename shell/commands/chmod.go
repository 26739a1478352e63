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
	m := moder{cmd: c}
	var reference string
	f.bool(&m.recursive, "R|recursive")
	f.bool(&m.verbose, "v|verbose")
	f.bool(&m.changes, "c|changes")
	f.bool(&m.silent, "f|silent|quiet")
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
	var err error
	if m.change, err = filemode.Parse(mode, mask); err != nil {
		c.usageError(1, "%s", err)
	}
	for _, name := range args {
		m.apply(name, true)
	}
	return 0
}

// A moder changes the modes of files.
type moder struct {
	*cmd
	change                              filemode.Change
	recursive, verbose, changes, silent bool
}

// apply changes the mode of a file. A link is followed if it was named by the user: top says so.
func (m *moder) apply(name string, top bool) {
	m.tick()
	st, err := m.fs.Lstat(name)
	if err == nil && st.Type == sys.TypeSymlink {
		if !top {
			return
		}
		st, err = m.fs.Stat(name)
	}
	want := uint32(0)
	if err == nil {
		want = m.change(st.Mode, st.Type == sys.TypeDirectory)
		err = m.fs.Chmod(name, want)
	}
	if err != nil {
		if m.code = 1; !m.silent {
			m.fileError(name, err)
		}
		return
	}
	if m.verbose || m.changes && want != st.Mode {
		fmt.Fprintf(m.out, "mode of '%s' changed from %04o (%s) to %04o (%s)\n", name,
			st.Mode, modeText(0, st.Mode)[1:], want, modeText(0, want)[1:])
	}
	if !m.recursive || st.Type != sys.TypeDirectory {
		return
	}
	list, err := m.fs.ReadDir(name)
	if err != nil {
		m.fileError(name, err)
	}
	for _, e := range list {
		m.apply(joinPath(name, e.Name), false)
	}
}
