package commands

import (
	"io"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

var cpSpec = spec{name: "cp", synopsis: "[OPTION]... SOURCE... DEST", run: runCp, help: `
Copy a file to another, or several into a directory.
  -r, -R, --recursive      directories with what they hold
  -a, --archive            as -dpR
  -d, -P, --no-dereference links as links     -L, --dereference
  -p, --preserve           keep mode and times
  -f, --force              remove DEST if it cannot be opened
  -n, --no-clobber         keep what is there  -u, --update  unless it is older
  -i, --interactive        ask before replacing
  -l, --link  -s, --symbolic-link   links instead of copies
  -t, --target-directory=DIR   -T, --no-target-directory   --parents
  -v, --verbose            print what is done`}

// copier copies trees, for cp, and for mv between file systems.
type copier struct {
	c                                           *cmd
	recursive, links, preserve, force           bool
	noClobber, update, ask, verbose, hard, soft bool
	parents                                     bool
	ok                                          bool
}

// destination are the options of cp, mv and ln that say where to.
type destination struct {
	dir     string
	noDir   bool
	verbose bool
}

func (d *destination) flags(f *flags) {
	f.str(&d.dir, "t|target-directory")
	f.bool(&d.noDir, "T|no-target-directory")
	f.bool(&d.verbose, "v|verbose")
}

// each calls do for every source with the name it is to get.
func (c *cmd) each(d *destination, args []string, do func(from, to string)) {
	if len(args) == 0 {
		c.usageError(1, "missing file operand")
	}
	if d.dir == "" && len(args) == 1 {
		c.usageError(1, "missing destination file operand after '%s'", args[0])
	}
	dir, sources := d.dir, args
	if dir == "" {
		dir, sources = args[len(args)-1], args[:len(args)-1]
	}
	st, err := c.fs.Stat(dir)
	isDir := err == nil && st.Type == sys.TypeDirectory
	if d.noDir {
		if len(sources) > 1 {
			c.usageError(1, "extra operand '%s'", args[2])
		}
		isDir = false
	} else if !isDir && (d.dir != "" || len(sources) > 1 || strings.HasSuffix(dir, "/") && err == nil) {
		if err == nil {
			err = errno.ENOTDIR
		}
		c.fail(1, "target %s: %s", dir, reason(err))
	}
	for _, from := range sources {
		to := dir
		if isDir {
			to = joinPath(dir, baseName(from))
		}
		do(from, to)
	}
}

func runCp(c *cmd) int {
	k := copier{c: c, ok: true}
	f := c.flags()
	var d destination
	d.flags(f)
	follow := false
	f.bool(&k.recursive, "r|R|recursive")
	f.fn("a|archive", noArg, func(string) error { k.recursive, k.links, k.preserve = true, true, true; return nil })
	f.bool(&k.links, "d|P|no-dereference")
	f.bool(&follow, "L|H|dereference")
	f.fn("p", noArg, func(string) error { k.preserve = true; return nil })
	f.fn("preserve", maybeArg, func(string) error { k.preserve = true; return nil })
	f.bool(&k.force, "f|force")
	f.bool(&k.noClobber, "n|no-clobber")
	f.bool(&k.update, "u|update")
	f.bool(&k.ask, "i|interactive")
	f.bool(&k.hard, "l|link")
	f.bool(&k.soft, "s|symbolic-link")
	f.bool(&k.parents, "parents")
	args := f.parse()
	k.verbose = d.verbose
	k.links = (k.links || k.recursive) && !follow
	c.each(&d, args, func(from, to string) {
		if k.parents {
			to = joinPath(dirName(to), from)
			if err := c.fs.MkdirAll(dirName(to), 0o777); err != nil {
				c.fileError(dirName(to), err)
				return
			}
		}
		k.copy(from, to, k.links && k.recursive)
	})
	return 0
}

func (k *copier) failed(name string, err error) {
	k.c.fileError(name, err)
	k.ok = false
}

// copy copies from to the name to. nofollow copies a link as a link.
func (k *copier) copy(from, to string, nofollow bool) {
	k.c.tick()
	stat := k.c.fs.Stat
	if nofollow || k.links {
		stat = k.c.fs.Lstat
	}
	st, err := stat(from)
	if err != nil {
		k.failed(from, err)
		return
	}
	dst, derr := k.c.fs.Stat(to)
	if derr == nil && dst.Dev == st.Dev && dst.Ino == st.Ino {
		if !k.hard {
			k.c.errorf("%s and %s are the same file", from, to)
			k.c.code, k.ok = 1, false
		}
		return
	}
	if st.Type == sys.TypeDirectory {
		if !k.recursive {
			k.c.errorf("-r not specified; omitting directory %s", from)
			k.c.code, k.ok = 1, false
			return
		}
		k.dir(from, to, st, dst, derr)
		return
	}
	if derr == nil && dst.Type == sys.TypeDirectory {
		k.failed(to, errno.EISDIR)
		return
	}
	if derr == nil && (k.noClobber || k.update && dst.Mtime >= st.Mtime || k.ask && !k.c.confirm("overwrite %s? ", to)) {
		return
	}
	switch {
	case k.hard || k.soft || st.Type == sys.TypeSymlink:
		err = k.link(from, to, st.Type == sys.TypeSymlink)
	case st.Type == sys.TypeRegular || !k.recursive || st.Type == sys.TypeUnknown:
		err = k.file(from, to, st)
	default:
		k.c.errorf("%s: omitting a special file", from)
		k.c.code, k.ok = 1, false
		return
	}
	if err != nil {
		k.failed(to, err)
		return
	}
	if k.verbose {
		k.c.out.WriteString("'" + from + "' -> '" + to + "'\n")
	}
}

func (k *copier) link(from, to string, isLink bool) error {
	fs := k.c.fs
	if k.force || isLink {
		if _, err := fs.Lstat(to); err == nil {
			fs.Unlink(to)
		}
	}
	switch {
	case k.hard:
		return fs.Link(from, to)
	case k.soft:
		return fs.Symlink(from, to)
	}
	target, err := fs.Readlink(from)
	if err != nil {
		return err
	}
	return fs.Symlink(target, to)
}

// file copies the bytes of a file. Of one with holes, the copy has holes where there are
// whole chunks of zeros.
func (k *copier) file(from, to string, st sys.Stat) error {
	in, err := k.c.open(from)
	if err != nil {
		k.failed(from, err)
		return nil
	}
	defer in.Close()
	out, err := k.c.create(to, st.Mode&0o777)
	if err != nil && k.force && !isErrno(err, errno.ENOENT) {
		k.c.fs.Unlink(to)
		out, err = k.c.create(to, st.Mode&0o777)
	}
	if err != nil {
		return err
	}
	holes := false
	if st.Holes > 0 {
		made, err := k.c.fs.Fstat(out.fd)
		holes = err == nil && made.Type == sys.TypeRegular
	}
	size := int64(0)
	buf := make([]byte, 256<<10)
	for {
		n, err := in.Read(buf)
		for p := buf[:n]; len(p) > 0; {
			piece := p
			if holes {
				piece = p[:min(chunk, len(p))]
			}
			p, size = p[len(piece):], size+int64(len(piece))
			var werr error
			if holes && isZeros(piece) {
				_, werr = k.c.fs.Seek(out.fd, size, io.SeekStart)
			} else {
				_, werr = k.c.fs.Write(out.fd, piece)
			}
			if werr != nil {
				out.Close()
				return werr
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			out.Close()
			k.failed(from, err)
			return nil
		}
	}
	if holes {
		err = k.c.fs.Ftruncate(out.fd, uint64(size))
	}
	if cerr := out.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return k.keep(to, st)
}

// keep gives a copy the mode and the times of what was copied.
func (k *copier) keep(to string, st sys.Stat) error {
	if !k.preserve {
		return nil
	}
	if err := k.c.fs.Chmod(to, st.Mode); err != nil {
		return err
	}
	return k.c.fs.Chtimes(to, time.Unix(0, st.Atime), time.Unix(0, st.Mtime))
}

func (k *copier) dir(from, to string, st, dst sys.Stat, derr error) {
	if k.inside(st, to) {
		k.c.errorf("cannot copy a directory, %s, into itself, %s", from, to)
		k.c.code, k.ok = 1, false
		return
	}
	switch {
	case derr != nil:
		if err := k.c.fs.Mkdir(to, st.Mode&0o777|0o700); err != nil {
			k.failed(to, err)
			return
		}
		if k.verbose {
			k.c.out.WriteString("'" + from + "' -> '" + to + "'\n")
		}
	case dst.Type != sys.TypeDirectory:
		k.c.errorf("cannot overwrite non-directory %s with directory %s", to, from)
		k.c.code, k.ok = 1, false
		return
	}
	list, err := k.c.fs.ReadDir(from)
	if err != nil {
		k.failed(from, err)
		return
	}
	for _, e := range list {
		k.copy(joinPath(from, e.Name), joinPath(to, e.Name), k.links)
	}
	if err := k.keep(to, st); err != nil {
		k.failed(to, err)
	}
}

// inside reports whether the name to lies in the directory st.
func (k *copier) inside(st sys.Stat, to string) bool {
	for dir := dirName(to); ; dir = joinPath(dir, "..") {
		d, err := k.c.fs.Stat(dir)
		if err != nil {
			return false
		}
		if d.Dev == st.Dev && d.Ino == st.Ino {
			return true
		}
		if up, err := k.c.fs.Stat(joinPath(dir, "..")); err != nil || up.Dev == d.Dev && up.Ino == d.Ino {
			return false
		}
	}
}

// confirm asks on standard error and reads a line from standard input.
func (c *cmd) confirm(format string, args ...any) bool {
	c.out.Flush()
	c.prompt(format, args...)
	var first byte
	buf := make([]byte, 1)
	for {
		n, err := c.fs.Read(0, buf)
		if n == 0 || err != nil || buf[0] == '\n' {
			return first == 'y' || first == 'Y'
		}
		if first == 0 {
			first = buf[0]
		}
	}
}
