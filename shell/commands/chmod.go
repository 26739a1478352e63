package commands

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/sys"
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
	change, err := parseMode(mode, mask)
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

// parseMode reads chmod's MODE; the result makes a new mode of an old one. Where
// nobody is named, the bits of mask stay as they are.
func parseMode(s string, mask uint32) (func(old uint32, dir bool) uint32, error) {
	wrong := badArg("invalid mode: '" + s + "'")
	if n, err := strconv.ParseUint(s, 8, 32); err == nil {
		if n > 0o7777 {
			return nil, wrong
		}
		return func(uint32, bool) uint32 { return uint32(n) }, nil
	}
	type step struct {
		who   uint32
		any   bool // nobody was named
		op    byte
		perms string
	}
	var steps []step
	for _, clause := range strings.Split(s, ",") {
		i := 0
		st := step{}
		for ; i < len(clause) && strings.IndexByte("ugoa", clause[i]) >= 0; i++ {
			st.who |= map[byte]uint32{'u': 0o4700, 'g': 0o2070, 'o': 0o1007, 'a': 0o7777}[clause[i]]
		}
		if st.who == 0 {
			st.who, st.any = 0o7777, true
		}
		if i == len(clause) {
			return nil, wrong
		}
		for i < len(clause) {
			if st.op = clause[i]; strings.IndexByte("+-=", st.op) < 0 {
				return nil, wrong
			}
			start := i + 1
			for i++; i < len(clause) && strings.IndexByte("rwxXstugo", clause[i]) >= 0; i++ {
			}
			st.perms = clause[start:i]
			steps = append(steps, st)
		}
	}
	return func(mode uint32, dir bool) uint32 {
		for _, st := range steps {
			bits := uint32(0)
			for _, p := range st.perms {
				switch p {
				case 'r':
					bits |= 0o444
				case 'w':
					bits |= 0o222
				case 'x':
					bits |= 0o111
				case 'X':
					if dir || mode&0o111 != 0 {
						bits |= 0o111
					}
				case 's':
					bits |= 0o6000
				case 't':
					bits |= 0o1000
				case 'u':
					bits |= (mode >> 6 & 7) * 0o111
				case 'g':
					bits |= (mode >> 3 & 7) * 0o111
				case 'o':
					bits |= (mode & 7) * 0o111
				}
			}
			who := st.who
			if st.any {
				who &^= mask
			}
			bits &= who
			switch st.op {
			case '+':
				mode |= bits
			case '-':
				mode &^= bits
			default:
				clear := st.who & 0o777
				if !dir {
					clear = st.who
				}
				mode = mode&^clear | bits
			}
		}
		return mode
	}, nil
}
