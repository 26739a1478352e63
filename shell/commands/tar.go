package commands

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
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
		defer out.Close()
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
	if err := w.WriteHeader(h); err != nil {
		t.failed(name, err)
		return
	}
	if t.verbose {
		fmt.Fprintln(t.talk(), h.Name)
	}
	if h.Typeflag == tar.TypeReg {
		t.pack(w, name, h.Size)
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
func (t *tarrer) pack(w io.Writer, name string, size int64) {
	in, err := t.c.open(name)
	n := int64(0)
	if err == nil {
		err = t.c.copyTo(writerFunc(func(p []byte) {
			w.Write(p)
			n += int64(len(p))
		}), io.LimitReader(in, size))
		in.Close()
	}
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

func (t *tarrer) read(archive, dir string, extract bool, files []string) {
	c := t.c
	in, err := c.open(archive)
	if err != nil {
		c.fail(2, "%s: %s", archive, reason(err))
	}
	t.chdir(dir)
	buffered := bufio.NewReaderSize(in, chunk)
	var r io.Reader = buffered
	if head, _ := buffered.Peek(2); string(head) == "\x1f\x8b" {
		if r, err = gzip.NewReader(buffered); err != nil {
			c.fail(2, "%s: %s", archive, gzipError(err))
		}
	}
	found := make([]bool, len(files))
	tr := tar.NewReader(r)
	for n := 0; ; n++ {
		h, err := tr.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			word := "this does not look like a tar archive"
			if n > 0 {
				word = "unexpected end or damage: " + err.Error()
			}
			c.fail(2, "%s: %s", archive, word)
		}
		c.tick()
		if !t.wanted(h.Name, files, found) {
			continue
		}
		if !extract {
			t.list(h)
			continue
		}
		if t.verbose {
			c.out.WriteString(h.Name + "\n")
		}
		if err := t.extract(tr, h); err != nil {
			t.failed(h.Name, err)
		}
	}
	// The times and modes of directories last, when nothing more is put into them.
	for i := len(t.dirs) - 1; i >= 0; i-- {
		d := t.dirs[i]
		if !t.touch {
			c.fs.Chtimes(d.Name, d.ModTime, d.ModTime)
		}
		if err := c.fs.Chmod(d.Name, uint32(d.Mode)&0o7777); err != nil {
			t.failed(d.Name, err)
		}
	}
	for i, ok := range found {
		if !ok {
			c.errorf("%s: not found in archive", files[i])
			c.code = 2
		}
	}
}

func (t *tarrer) wanted(name string, files []string, found []bool) bool {
	if anyGlob(t.exclude, name) || anyGlob(t.exclude, baseName(name)) {
		return false
	}
	ok := len(files) == 0
	for i, f := range files {
		f = strings.TrimRight(f, "/")
		if strings.TrimRight(name, "/") == f || strings.HasPrefix(name, f+"/") {
			ok, found[i] = true, true
		}
	}
	return ok
}

func (t *tarrer) list(h *tar.Header) {
	if !t.verbose {
		t.c.out.WriteString(h.Name + "\n")
		return
	}
	kind := map[byte]sys.FileType{tar.TypeDir: sys.TypeDirectory, tar.TypeSymlink: sys.TypeSymlink}[h.Typeflag]
	if kind == 0 {
		kind = sys.TypeRegular
	}
	link := ""
	switch h.Typeflag {
	case tar.TypeSymlink:
		link = " -> " + h.Linkname
	case tar.TypeLink:
		link = " link to " + h.Linkname
	}
	owner := h.Uname + "/" + h.Gname
	fmt.Fprintf(t.c.out, "%s %s %*d %s %s%s\n", modeText(kind, uint32(h.Mode)), owner, max(18-len(owner), 1), h.Size,
		h.ModTime.In(t.c.zone()).Format("2006-01-02 15:04"), h.Name, link)
}

// safePath is a name of an archive below the working directory: without a slash in
// front, without the first strip parts, and refused if it leads upwards.
func safePath(name string, strip int) (string, error) {
	var parts []string
	for _, p := range strings.Split(name, "/") {
		if p == ".." {
			return "", badArg("member name contains '..'")
		}
		if p != "" && p != "." {
			parts = append(parts, p)
		}
	}
	if len(parts) <= strip {
		return "", nil
	}
	return strings.Join(parts[strip:], "/"), nil
}

func (t *tarrer) extract(r io.Reader, h *tar.Header) error {
	c := t.c
	if t.toStdout {
		if h.Typeflag == tar.TypeReg {
			return c.copyTo(c.out, r)
		}
		return nil
	}
	name, err := safePath(h.Name, t.strip)
	if err != nil || name == "" {
		return err
	}
	if up := dirName(name); up != "." {
		if err := c.makeBeneath(up); err != nil {
			return err
		}
	}
	if h.Typeflag == tar.TypeDir {
		err := c.makeBeneath(name)
		if err == nil {
			err = c.fs.Chmod(name, uint32(h.Mode)&0o7777|0o700)
		}
		if err == nil {
			dir := *h
			dir.Name = name
			t.dirs = append(t.dirs, &dir)
		}
		return err
	}
	if _, err := c.fs.Lstat(name); err == nil {
		if t.keep {
			return errno.EEXIST
		}
		if err := c.fs.Unlink(name); err != nil {
			return err
		}
	}
	switch h.Typeflag {
	case tar.TypeSymlink:
		err := c.fs.Symlink(h.Linkname, name)
		if err == nil && !t.touch {
			at := h.ModTime.UnixNano()
			err = c.fs.SetAttr(name, sys.SetAttr{Set: sys.AttrAtime | sys.AttrMtime, Atime: at, Mtime: at}, sys.AtNoFollow)
		}
		return err
	case tar.TypeLink:
		from, err := safePath(h.Linkname, t.strip)
		if err != nil {
			return err
		}
		return c.fs.Link(from, name)
	case tar.TypeReg:
	default:
		return badArg("a member of this type is not unpacked")
	}
	when := h.ModTime
	if t.touch {
		when = time.Time{}
	}
	return c.unpack(name, r, uint32(h.Mode)&0o777, when)
}

// makeBeneath makes a directory and those above it. What an archive put there as a
// link is no way for what comes after it.
func (c *cmd) makeBeneath(dir string) error {
	for i := 0; i <= len(dir); i++ {
		if i < len(dir) && dir[i] != '/' || i == 0 {
			continue
		}
		st, err := c.fs.Lstat(dir[:i])
		switch {
		case isErrno(err, errno.ENOENT):
			err = c.fs.Mkdir(dir[:i], 0o777)
		case err == nil && st.Type == sys.TypeSymlink:
			err = badArg("leads through a symbolic link")
		case err == nil && st.Type != sys.TypeDirectory:
			err = errno.ENOTDIR
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// unpack writes a new file, with its time unless that is zero.
func (c *cmd) unpack(name string, r io.Reader, mode uint32, when time.Time) error {
	out, err := c.create(name, mode)
	if err != nil {
		return err
	}
	err = c.copyTo(out, r)
	if cerr := out.Close(); err == nil {
		err = cerr
	}
	if err == nil && !when.IsZero() {
		err = c.fs.Chtimes(name, when, when)
	}
	return err
}
