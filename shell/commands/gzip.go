package commands

import (
	"compress/gzip"
	"io"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

const gzipHelp = `
Compress files to FILE.gz, or expand them; with no FILE, standard input.
  -d, --decompress   expand          -c, --stdout  write to standard output
  -k, --keep         keep FILE       -f, --force   replace what is there
  -1 to -9           fast to small   -t, --test    only check
  -n, --no-name  -q, --quiet  -v, --verbose  -r, --recursive`

var gzipSpec = spec{name: "gzip", synopsis: "[OPTION]... [FILE]...", run: runGzip, help: gzipHelp}
var gunzipSpec = spec{name: "gunzip", synopsis: "[OPTION]... [FILE]...", run: runGzip, help: gzipHelp}
var zcatSpec = spec{name: "zcat", synopsis: "[FILE]...", run: runGzip, help: gzipHelp}

// A gzipper compresses or expands files.
type gzipper struct {
	c                                                *cmd
	expand, stdout, keep, force, test, verbose, tree bool
	level                                            int
}

func runGzip(c *cmd) int {
	z := gzipper{c: c, expand: c.name != "gzip", stdout: c.name == "zcat", level: gzip.DefaultCompression}
	f := c.flags()
	f.bool(&z.expand, "d|decompress|uncompress")
	f.bool(&z.stdout, "c|stdout|to-stdout")
	f.bool(&z.keep, "k|keep")
	f.bool(&z.force, "f|force")
	f.bool(&z.test, "t|test")
	f.bool(&z.verbose, "v|verbose")
	f.bool(&z.tree, "r|recursive")
	f.ignore("n|N|q|no-name|name|quiet")
	for n := '1'; n <= '9'; n++ {
		f.fn(string(n), noArg, func(string) error { z.level = int(n - '0'); return nil })
	}
	f.fn("fast", noArg, func(string) error { z.level = 1; return nil })
	f.fn("best", noArg, func(string) error { z.level = 9; return nil })
	for _, name := range orStdin(f.parse()) {
		z.file(name)
	}
	return 0
}

// file converts a file, or standard input if it is called "-".
func (z *gzipper) file(name string) {
	c := z.c
	if name == "-" {
		in, _ := c.open("-")
		if err := z.convert(c.out, in, ""); err != nil {
			c.fileError("stdin", err)
		}
		return
	}
	st, err := c.fs.Stat(name)
	if err == nil && st.Type == sys.TypeDirectory {
		z.directory(name)
		return
	}
	in, err := c.open(name)
	if isErrno(err, errno.ENOENT) && z.expand && !strings.HasSuffix(name, ".gz") {
		if again, e := c.open(name + ".gz"); e == nil {
			name, in, err = name+".gz", again, nil
		}
	}
	if err != nil {
		c.fileError(name, err)
		return
	}
	defer in.Close()
	if !z.stdout && !z.test {
		z.replace(name, in, st)
		return
	}
	w := io.Writer(c.out)
	if z.test {
		w = io.Discard
	}
	if err := z.convert(w, in, name); err != nil {
		c.fileError(name, err)
	}
}

// directory converts the files of a directory, if that is asked for.
func (z *gzipper) directory(name string) {
	if !z.tree {
		z.warn("%s is a directory -- ignored", name)
		return
	}
	list, err := z.c.fs.ReadDir(name)
	if err != nil {
		z.c.fileError(name, err)
	}
	for _, e := range list {
		z.file(joinPath(name, e.Name))
	}
}

// replace puts what in, the file name, is converted to into another file, in its stead.
func (z *gzipper) replace(name string, in *input, st sys.Stat) {
	c := z.c
	to, ok := z.target(name)
	if !ok {
		return
	}
	if _, err := c.fs.Lstat(to); err == nil && !z.force {
		z.warn("%s already exists; use -f to replace it", to)
		return
	}
	out, err := c.create(to, st.Mode&0o777)
	if err != nil {
		c.fileError(to, err)
		return
	}
	w := newBuffered(out)
	if err := z.convert(w, in, name); err != nil {
		out.Close()
		c.fs.Unlink(to)
		c.fileError(name, err)
		return
	}
	w.Flush()
	out.finish()
	c.fs.Chtimes(to, time.Unix(0, st.Atime), time.Unix(0, st.Mtime))
	if !z.keep {
		if err := c.fs.Unlink(name); err != nil {
			c.fileError(name, err)
		}
	}
	if z.verbose {
		c.errorf("%s -> %s", name, to)
	}
}

// target is the name of the other file; ok is false, with a warning, if name's suffix is none
// to convert.
func (z *gzipper) target(name string) (to string, ok bool) {
	stem, packed := strings.CutSuffix(name, ".gz")
	tar, tgz := strings.CutSuffix(name, ".tgz")
	switch {
	case !z.expand && packed:
		z.warn("%s already has .gz suffix -- unchanged", name)
		return "", false
	case !z.expand:
		return name + ".gz", true
	case packed:
		return stem, true
	case tgz:
		return tar + ".tar", true
	}
	z.warn("%s: unknown suffix -- ignored", name)
	return "", false
}

// warn tells of a file that is left as it is.
func (z *gzipper) warn(format string, args ...any) {
	z.c.errorf(format, args...)
	z.c.code = 2
}

// convert compresses or expands in to w.
func (z *gzipper) convert(w io.Writer, in *input, name string) error {
	if z.expand || z.test {
		r, err := gzip.NewReader(in)
		if err == gzip.ErrHeader || err == io.EOF || err == io.ErrUnexpectedEOF {
			return badArg("not in gzip format")
		}
		if err != nil {
			return err
		}
		if err := z.c.copyTo(w, r); err != nil {
			return gzipError(err)
		}
		return nil
	}
	gz, err := gzip.NewWriterLevel(w, z.level)
	if err != nil {
		return err
	}
	gz.Name = baseName(name)
	if name == "" {
		gz.Name = ""
	}
	if err := z.c.copyTo(z.c.deflating(gz), in); err != nil {
		return err
	}
	return gz.Close()
}

// deflating is w, a compressor, in steps. How long it looks at a byte has no bound to
// speak of: in data that repeats itself nearly, it tries all that it remembers.
func (c *cmd) deflating(w io.Writer) io.Writer {
	return &bySteps{c: c, w: w, size: 1 << 10, units: 16 << 10}
}

// gzipError is an error of expanding in a few words.
func gzipError(err error) error {
	if err == io.ErrUnexpectedEOF {
		return badArg("unexpected end of file")
	}
	return badArg("invalid compressed data: " + strings.TrimPrefix(strings.TrimPrefix(err.Error(), "gzip: "), "flate: "))
}
