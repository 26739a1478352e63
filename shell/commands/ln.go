package commands

import (
	"errors"
	"fmt"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

var lnSpec = spec{name: "ln", synopsis: "[OPTION]... TARGET... LINK", run: runLn, help: `
Make links: further names of a file, or with -s links that hold a path.
  -s, --symbolic       symbolic links
  -f, --force          replace what is there
  -n, --no-dereference a LINK that leads to a directory is no directory
  -r, --relative       with -s: the path from the link to the target
  -t, --target-directory=DIR   -T, --no-target-directory
  -v, --verbose        print what is done`}

func runLn(c *cmd) int {
	f := c.flags()
	var d destination
	d.flags(f)
	var soft, force, nofollow, relative bool
	f.bool(&soft, "s|symbolic")
	f.bool(&force, "f|force")
	f.bool(&nofollow, "n|no-dereference")
	f.bool(&relative, "r|relative")
	f.ignore("P|L|physical|logical")
	args := f.parse()
	if len(args) == 1 && d.dir == "" {
		args = append(args, ".")
	}
	if nofollow && d.dir == "" && len(args) == 2 {
		if st, err := c.fs.Lstat(args[1]); err == nil && st.Type == sys.TypeSymlink {
			d.noDir = true
		}
	}
	c.each(&d, args, func(from, to string) {
		if !soft {
			st, err := c.fs.Lstat(from)
			if err == nil && st.Type == sys.TypeDirectory {
				err = errors.New("hard link not allowed for directory")
			}
			if err != nil {
				c.fileError(from, err)
				return
			}
		}
		if force {
			if a, err := c.fs.Lstat(to); err == nil && a.Type != sys.TypeDirectory {
				if b, err := c.fs.Lstat(from); !soft && err == nil && a.Dev == b.Dev && a.Ino == b.Ino {
					c.errorf("%s and %s are the same file", from, to)
					c.code = 1
					return
				}
				c.fs.Unlink(to)
			}
		}
		var err error
		if soft {
			target := from
			if relative {
				target = relativePath(c.absolute(dirName(to)), c.absolute(from))
			}
			err = c.fs.Symlink(target, to)
		} else {
			err = c.fs.Link(from, to)
		}
		if err != nil {
			c.errorf("failed to create link %s: %s", to, reason(err))
			c.code = 1
		} else if d.verbose {
			fmt.Fprintf(c.out, "'%s' -> '%s'\n", to, from)
		}
	})
	return 0
}

// absolute is name from the root, cleaned, without looking at links.
func (c *cmd) absolute(name string) string {
	if !strings.HasPrefix(name, "/") {
		dir, _ := c.fs.Getcwd()
		name = joinPath(dir, name)
	}
	var parts []string
	for _, p := range strings.Split(name, "/") {
		switch p {
		case "", ".":
		case "..":
			parts = parts[:max(len(parts)-1, 0)]
		default:
			parts = append(parts, p)
		}
	}
	return "/" + strings.Join(parts, "/")
}

// relativePath is the path from the directory from to the file to.
func relativePath(from, to string) string {
	split := func(s string) []string { return strings.FieldsFunc(s, func(r rune) bool { return r == '/' }) }
	a, b := split(from), split(to)
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	parts := append(strings.Split(strings.Repeat("..,", len(a)), ",")[:len(a)], b...)
	if len(parts) == 0 {
		return "."
	}
	return strings.Join(parts, "/")
}
