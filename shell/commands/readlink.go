package commands

import (
	"strings"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

var readlinkSpec = spec{name: "readlink", synopsis: "[OPTION]... FILE...", run: runReadlink, help: `
Print what a link holds, or with an option the file's canonical path.
  -f, --canonicalize          all parts but the last must exist
  -e, --canonicalize-existing all must   -m, --canonicalize-missing  none must
  -n, --no-newline   -z, --zero   -v, --verbose`}

func runReadlink(c *cmd) int {
	f := c.flags()
	var noNewline, zero, verbose bool
	mode := byte(0)
	for _, o := range []string{"f|canonicalize", "e|canonicalize-existing", "m|canonicalize-missing"} {
		f.fn(o, noArg, func(string) error { mode = o[0]; return nil })
	}
	f.bool(&noNewline, "n|no-newline")
	f.bool(&zero, "z|zero")
	f.bool(&verbose, "v|verbose")
	f.ignore("q|s|quiet|silent")
	args := f.parse()
	c.operands(args, 1, -1)
	for _, name := range args {
		var text string
		var err error
		if mode == 0 {
			text, err = c.fs.Readlink(name)
		} else {
			text, err = c.canonical(name, mode)
		}
		if err != nil {
			if c.code = 1; verbose {
				c.fileError(name, err)
			}
			continue
		}
		if noNewline && len(args) == 1 {
			c.out.WriteString(text)
		} else {
			c.record(text, zero)
		}
	}
	return 0
}

// canonical is the path of name without links, "." and "..". mode 'e' wants all
// parts to exist, 'f' all but the last, 'm' none.
func (c *cmd) canonical(name string, mode byte) (string, error) {
	rest := name
	done := "/"
	if name == "" {
		return "", errno.ENOENT
	}
	if !strings.HasPrefix(name, "/") {
		dir, err := c.fs.Getcwd()
		if err != nil {
			return "", err
		}
		done = dir
	}
	for links := 0; ; {
		rest = strings.TrimLeft(rest, "/")
		if rest == "" {
			return done, nil
		}
		part, after, _ := strings.Cut(rest, "/")
		rest = after
		switch part {
		case ".":
			continue
		case "..":
			done = dirName(done)
			continue
		}
		path := joinPath(done, part)
		st, err := c.fs.Lstat(path)
		switch {
		case err != nil:
			if mode == 'e' || mode == 'f' && (strings.Trim(rest, "/") != "" || !isErrno(err, errno.ENOENT)) {
				return "", err
			}
			done = path
		case st.Type == sys.TypeSymlink:
			if links++; links > 40 {
				return "", errno.ELOOP
			}
			target, err := c.fs.Readlink(path)
			if err != nil {
				return "", err
			}
			if strings.HasPrefix(target, "/") {
				done = "/"
			}
			rest = target + "/" + rest
		default:
			if rest != "" && st.Type != sys.TypeDirectory && mode != 'm' {
				return "", errno.ENOTDIR
			}
			done = path
		}
	}
}

var realpathSpec = spec{name: "realpath", synopsis: "[OPTION]... FILE...", run: runRealpath, help: `
Print the canonical path of each file.
  -e, --canonicalize-existing  all parts must exist
  -m, --canonicalize-missing   none must
  -s, --strip, --no-symlinks   leave links as they are
  --relative-to=DIR  the path from DIR
  -q, --quiet  -z, --zero`}

func runRealpath(c *cmd) int {
	f := c.flags()
	mode := byte('f')
	var plain, zero, quiet bool
	var from string
	f.fn("e|canonicalize-existing", noArg, func(string) error { mode = 'e'; return nil })
	f.fn("m|canonicalize-missing", noArg, func(string) error { mode = 'm'; return nil })
	f.bool(&plain, "s|strip|no-symlinks")
	f.bool(&zero, "z|zero")
	f.bool(&quiet, "q|quiet")
	f.str(&from, "relative-to")
	f.ignore("L|P|logical|physical")
	args := f.parse()
	c.operands(args, 1, -1)
	resolve := func(name string) (string, error) {
		if plain {
			return c.absolute(name), nil
		}
		return c.canonical(name, mode)
	}
	for _, name := range args {
		text, err := resolve(name)
		if err != nil {
			if c.code = 1; !quiet {
				c.fileError(name, err)
			}
			continue
		}
		if from != "" {
			base, err := resolve(from)
			if err != nil {
				c.fail(1, "%s: %s", from, reason(err))
			}
			text = relativePath(base, text)
		}
		c.record(text, zero)
	}
	return 0
}
