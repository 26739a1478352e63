package commands

import (
	"errors"
	"fmt"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/errno"
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

var mktempSpec = spec{name: "mktemp", synopsis: "[OPTION]... [TEMPLATE]", run: runMktemp, help: `
Make an empty file with a name that nobody else has, and print the name. The last
X's of TEMPLATE (tmp.XXXXXXXXXX) are replaced.
  -d, --directory   a directory          -u, --dry-run  make nothing
  -p, --tmpdir=DIR  in DIR (TMPDIR, /tmp)   -t  TEMPLATE is in that directory
  -q, --quiet       --suffix=S`}

func runMktemp(c *cmd) int {
	f := c.flags()
	var dir, dry, quiet, inTmp bool
	var parent, suffix string
	f.bool(&dir, "d|directory")
	f.bool(&dry, "u|dry-run")
	f.bool(&quiet, "q|quiet")
	f.bool(&inTmp, "t")
	f.str(&suffix, "suffix")
	f.fn("p", needArg, func(s string) error { parent, inTmp = s, true; return nil })
	f.fn("tmpdir", maybeArg, func(s string) error { parent, inTmp = s, true; return nil })
	args := f.parse()
	c.operands(args, 0, 1)
	template := "tmp.XXXXXXXXXX"
	if len(args) == 1 {
		template = args[0]
	} else {
		inTmp = true
	}
	if inTmp {
		if parent == "" {
			parent = c.getenv("TMPDIR")
		}
		if parent == "" {
			parent = "/tmp"
		}
		template = joinPath(parent, template)
	}
	end := strings.LastIndexByte(template, 'X') + 1
	start := end
	for start > 0 && template[start-1] == 'X' {
		start--
	}
	if end-start < 3 {
		c.fail(1, "too few X's in template '%s'", template)
	}
	for try := 0; ; try++ {
		b := []byte(template)
		for i := start; i < end; i++ {
			b[i] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"[randomNumber()%62]
		}
		name := string(b) + suffix
		var err error
		switch {
		case dry:
		case dir:
			err = c.fs.Mkdir(name, 0o700)
		default:
			var fd int
			if fd, err = c.fs.Open(name, sys.OWrite|sys.OCreate|sys.OExcl, 0o600); err == nil {
				c.fs.Close(fd)
			}
		}
		if isErrno(err, errno.EEXIST) && try < 100 {
			continue
		}
		if err != nil {
			if !quiet {
				c.errorf("failed to create %s: %s", template, reason(err))
			}
			return 1
		}
		c.out.WriteString(name + "\n")
		return 0
	}
}

var truncateSpec = spec{name: "truncate", synopsis: "-s [+-]SIZE FILE...", run: runTruncate, help: `
Set the length of files; those that are missing are made.
  -s, --size=SIZE   with + or -: so much longer or shorter; K, M, G are known
  -c, --no-create   make nothing
  -r, --reference=FILE  the size of FILE`}

func runTruncate(c *cmd) int {
	f := c.flags()
	var size, reference string
	noCreate := false
	f.str(&size, "s|size")
	f.bool(&noCreate, "c|no-create")
	f.str(&reference, "r|reference")
	args := f.parse()
	if size == "" && reference == "" {
		c.usageError(1, "you must specify either '--size' or '--reference'")
	}
	c.operands(args, 1, -1)
	n := int64(0)
	if reference != "" {
		st, err := c.fs.Stat(reference)
		if err != nil {
			c.fail(1, "%s: %s", reference, reason(err))
		}
		n = int64(st.Size)
	}
	relative := false
	if size != "" {
		v, err := parseCount(size)
		if err != nil {
			c.fail(1, "invalid number: '%s'", size)
		}
		relative = size[0] == '+' || size[0] == '-'
		n += v
		if !relative {
			n = v
		}
	}
	for _, name := range args {
		flags := sys.OWrite
		if !noCreate {
			flags |= sys.OCreate
		}
		fd, err := c.fs.Open(name, flags, 0o666)
		if err != nil {
			if !(noCreate && isErrno(err, errno.ENOENT)) {
				c.fileError(name, err)
			}
			continue
		}
		want := n
		if st, err := c.fs.Fstat(fd); err == nil && relative && reference == "" {
			want += int64(st.Size)
		}
		if err := c.fs.Ftruncate(fd, uint64(max(want, 0))); err != nil {
			c.fileError(name, err)
		}
		c.fs.Close(fd)
	}
	return 0
}
