package commands

import (
	"archive/tar"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

var tarSpec = spec{name: "tar", synopsis: "{c|x|t}[OPTION]... [FILE]...", run: runTar, help: `
Pack files into an archive, or unpack or list one.
  -c, --create    -x, --extract    -t, --list
  -f, --file=ARCHIVE   "-" or none: standard input or output
  -z, --gzip           compressed; when reading, that is seen without it
  -C, --directory=DIR  in DIR
  -v, --verbose        -O, --to-stdout     -k, --keep-old-files
  -m, --touch          -p  keep modes      --strip-components=N
  --exclude=GLOB       -T, --files-from=FILE   -h, --dereference`}

// tarrer is a run of tar.
type tarrer struct {
	c                                     *cmd
	verbose, toStdout, keep, touch, deref bool
	strip                                 int
	exclude                               []string
	links                                 map[[2]uint64]string // files with several names, packed already
	dirs                                  []*tar.Header        // whose times are set at the end
}

func runTar(c *cmd) int {
	// The old form: letters without a dash, their arguments in turn after them.
	if len(c.args) > 0 && c.args[0] != "" && c.args[0][0] != '-' {
		letters, rest := c.args[0], c.args[1:]
		var args []string
		for _, l := range letters {
			args = append(args, "-"+string(l))
			if strings.ContainsRune("fCTX", l) && len(rest) > 0 {
				args[len(args)-1] += rest[0]
				rest = rest[1:]
			}
		}
		c.args = append(args, rest...)
	}
	t := tarrer{c: c, links: map[[2]uint64]string{}}
	f := c.flags()
	f.bad = 2
	mode, archive, dir, from := byte(0), "-", "", ""
	compress := false
	for _, o := range []string{"c|create", "x|extract|get", "t|list"} {
		f.fn(o, noArg, func(string) error {
			if mode != 0 && mode != o[0] {
				return badArg("you may not specify more than one of -c, -x and -t")
			}
			mode = o[0]
			return nil
		})
	}
	f.str(&archive, "f|file")
	f.bool(&compress, "z|gzip|gunzip")
	f.str(&dir, "C|directory")
	f.bool(&t.verbose, "v|verbose")
	f.bool(&t.toStdout, "O|to-stdout")
	f.bool(&t.keep, "k|keep-old-files")
	f.bool(&t.touch, "m|touch")
	f.bool(&t.deref, "h|dereference")
	f.int(&t.strip, "strip-components")
	f.list(&t.exclude, "exclude")
	f.str(&from, "T|files-from")
	f.ignore("p|preserve-permissions|no-same-owner|same-owner|a|auto-compress|overwrite|numeric-owner|B|no-same-permissions")
	var unused string
	f.str(&unused, "format|owner|group|sort|mtime")
	files := f.parse()
	if from != "" {
		c.eachLine(from, '\n', func(line []byte, _ bool) bool {
			files = append(files, string(line))
			return true
		})
	}
	switch mode {
	case 'c':
		if len(files) == 0 {
			c.fail(2, "cowardly refusing to create an empty archive")
		}
		compress = compress || strings.HasSuffix(archive, ".tgz") || strings.HasSuffix(archive, ".tar.gz")
		t.create(archive, dir, compress, files)
	case 'x', 't':
		t.read(archive, dir, mode == 'x', files)
	default:
		c.usageError(2, "you must specify one of -c, -x and -t")
	}
	return c.code
}

func (t *tarrer) chdir(dir string) {
	if dir != "" {
		if err := t.c.fs.Chdir(dir); err != nil {
			t.c.fail(2, "%s: %s", dir, reason(err))
		}
	}
}

func (t *tarrer) failed(name string, err error) {
	t.c.errorf("%s: %s", name, reason(err))
	t.c.code = 2
}

func (t *tarrer) create(archive, dir string, compress bool, files []string) {
	c := t.c
	var base io.Writer = c.out
	if archive != "-" {
		out, err := c.create(archive, 0o666)
		if err != nil {
			c.fail(2, "%s: %s", archive, reason(err))
		}
		defer out.finish()
		w := newBuffered(out)
		defer w.Flush()
		base = w
	} else if c.fs.IsTTY(1) {
		c.fail(2, "refusing to write archive contents to terminal (missing -f option?)")
	}
	self, _ := c.fs.Stat(archive)
	t.chdir(dir)
	if compress {
		gz := gzip.NewWriter(base)
		defer gz.Close()
		base = c.deflating(gz)
	}
	w := tar.NewWriter(base)
	for _, name := range files {
		t.add(w, name, self)
	}
	if err := w.Close(); err != nil {
		c.fail(2, "%s", reason(err))
	}
}

// add packs name, and what is below it.
func (t *tarrer) add(w *tar.Writer, name string, self sys.Stat) {
	c := t.c
	c.tick()
	if anyGlob(t.exclude, name) || anyGlob(t.exclude, baseName(name)) {
		return
	}
	stat := c.fs.Lstat
	if t.deref {
		stat = c.fs.Stat
	}
	st, err := stat(name)
	if err != nil {
		t.failed(name, err)
		return
	}
	if self.Ino != 0 && st.Dev == self.Dev && st.Ino == self.Ino {
		c.errorf("%s: file is the archive; not dumped", name)
		return
	}
	h := &tar.Header{Name: strings.TrimLeft(name, "/"), Mode: int64(st.Mode), ModTime: time.Unix(0, st.Mtime).Truncate(time.Second),
		Uid: sys.UserID, Gid: sys.UserID, Uname: "user", Gname: "user"}
	switch st.Type {
	case sys.TypeRegular:
		h.Typeflag, h.Size = tar.TypeReg, int64(st.Size)
		if key := [2]uint64{st.Dev, st.Ino}; st.Nlink > 1 {
			if first, ok := t.links[key]; ok {
				h.Typeflag, h.Size, h.Linkname = tar.TypeLink, 0, first
			} else {
				t.links[key] = h.Name
			}
		}
	case sys.TypeDirectory:
		h.Typeflag = tar.TypeDir
		if h.Name = strings.TrimRight(h.Name, "/") + "/"; h.Name == "/" {
			h.Name = "./"
		}
	case sys.TypeSymlink:
		h.Typeflag = tar.TypeSymlink
		h.Linkname, _ = c.fs.Readlink(name)
	default:
		c.errorf("%s: special file ignored", name)
		return
	}
	// What cannot be read does not come into the archive.
	var in *input
	if h.Typeflag == tar.TypeReg {
		if in, err = c.open(name); err != nil {
			delete(t.links, [2]uint64{st.Dev, st.Ino})
			t.failed(name, err)
			return
		}
		defer in.Close()
	}
	if err := w.WriteHeader(h); err != nil {
		t.failed(name, err)
		return
	}
	if t.verbose {
		fmt.Fprintln(t.talk(), h.Name)
	}
	if h.Typeflag == tar.TypeReg {
		t.pack(w, name, in, h.Size)
	}
	if st.Type != sys.TypeDirectory {
		return
	}
	list, err := c.fs.ReadDir(name)
	if err != nil {
		t.failed(name, err)
	}
	for _, e := range list {
		t.add(w, joinPath(name, e.Name), self)
	}
}

// pack writes the bytes of a file, of which there must be size.
func (t *tarrer) pack(w io.Writer, name string, in io.Reader, size int64) {
	n := int64(0)
	err := t.c.copyTo(writerFunc(func(p []byte) {
		w.Write(p)
		n += int64(len(p))
	}), io.LimitReader(in, size))
	if err == nil && n < size {
		err = badArg("file shrank; padding with zeros")
	}
	if err != nil {
		t.failed(name, err)
		io.CopyN(w, zeros{}, size-n)
	}
}

// zeros is a reader of zeros without end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// talk is where -v prints: not where an archive goes.
func (t *tarrer) talk() io.Writer {
	return &fdWriter{c: t.c, fd: 2, name: "standard error"}
}
