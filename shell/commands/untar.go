package commands

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// read goes through an archive, to list or to unpack it.
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

// extract makes the file of a head.
func (t *tarrer) extract(r io.Reader, h *tar.Header) error {
	c := t.c
	if t.toStdout {
		if h.Typeflag == tar.TypeReg || h.Typeflag == tar.TypeGNUSparse {
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
	case tar.TypeReg, tar.TypeGNUSparse:
	default:
		return badArg("a member of this type is not unpacked")
	}
	when := h.ModTime
	if t.touch {
		when = time.Time{}
	}
	return c.unpack(name, r, uint32(h.Mode)&0o777, when, isSparse(h))
}

// isSparse reports whether a file has holes, which the archive leaves out.
func isSparse(h *tar.Header) bool {
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return h.Typeflag == tar.TypeGNUSparse
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

// unpack writes a new file, with its time unless that is zero, and if holes is set
// with holes where it has many zeros.
func (c *cmd) unpack(name string, r io.Reader, mode uint32, when time.Time, holes bool) error {
	out, err := c.create(name, mode)
	if err != nil {
		return err
	}
	if holes {
		err = c.copySparse(out, r)
	} else {
		err = c.copyTo(out, r)
	}
	if cerr := out.Close(); err == nil {
		err = cerr
	}
	if err == nil && !when.IsZero() {
		err = c.fs.Chtimes(name, when, when)
	}
	return err
}

// copySparse is copyTo for a new file, which it does not write where a whole chunk is
// zeros.
func (c *cmd) copySparse(out *outFile, r io.Reader) error {
	size := int64(0)
	err := c.copyTo(writerFunc(func(p []byte) {
		if size += int64(len(p)); !isZeros(p) {
			out.Write(p)
		} else if _, err := c.fs.Seek(out.fd, size, io.SeekStart); err != nil {
			c.writeFailed(out.name, err)
		}
	}), r)
	if terr := c.fs.Ftruncate(out.fd, uint64(size)); err == nil {
		err = terr
	}
	return err
}

func isZeros(p []byte) bool { return len(bytes.TrimLeft(p, "\x00")) == 0 }
