package commands

import (
	"archive/zip"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

var downloadSpec = spec{name: "download", synopsis: "[-o NAME] [-q] FILE...", run: runDownload, help: `
Have the browser save a file. Several files, and directories with all in them, become
one zip archive, which keeps symbolic links, modes and times; of a FILE that is a link
it has what that leads to.
  -o NAME  what the browser is to call it
  -q       do not show how far it is`}

// downloadDone is what the page says at the end of a download.
type downloadDone struct{ Error string }

func runDownload(c *cmd) int {
	var name string
	var quiet bool
	f := c.flags()
	f.str(&name, "o|output")
	f.bool(&quiet, "q|quiet")
	args := f.parse()
	c.operands(args, 1, -1)
	single := false
	total := int64(-1)
	for _, arg := range args {
		st, err := c.fs.Stat(arg)
		if err != nil {
			c.fail(1, "%s: %s", arg, reason(err))
		}
		if len(args) == 1 && st.Type != sys.TypeDirectory {
			single = true
			if st.Type == sys.TypeRegular {
				total = int64(st.Size)
			}
		}
	}
	if name == "" {
		name = downloadName(c, args, single)
	}
	t := c.page("download", "files of a shared folder are on your disk already, and cp writes to it")
	defer t.close()
	t.say(map[string]string{"name": name})
	w := &pageWriter{t: t, progress: c.newProgress(quiet), name: name, total: total}
	var err error
	if single {
		err = w.file(args[0])
	} else {
		err = w.zip(args)
	}
	w.progress.clear()
	if err != nil {
		c.fail(1, "%s", reason(err))
	}
	t.say(map[string]bool{"end": true})
	for {
		var m downloadDone
		if kind, _ := t.hear(&m); kind != pageJSON {
			continue
		}
		if m.Error != "" {
			c.fail(1, "%s", m.Error)
		}
		return c.code
	}
}

// downloadName is what the browser is to call what is downloaded.
func downloadName(c *cmd, args []string, single bool) string {
	base := "files"
	if len(args) == 1 {
		if single {
			return path.Base(args[0])
		}
		if own := c.ownName(args[0]); own != "/" {
			base = own
		}
	}
	return base + ".zip"
}

// ownName is the last name of a path, "/" of the root.
func (c *cmd) ownName(name string) string {
	base := path.Base(name)
	if base == "." || base == ".." {
		if full, err := c.canonical(name, 'e'); err == nil {
			return path.Base(full)
		}
	}
	return base
}

// pageWriter sends what is written to the page, in pieces, and not faster than it
// takes them.
type pageWriter struct {
	t        *pageTalk
	progress *progress
	name     string
	total    int64
	buf      []byte
	done     int64
	ahead    int
}

func (w *pageWriter) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		if w.buf == nil {
			w.buf = append(make([]byte, 0, 1+pieceSize), pageData)
		}
		m := min(len(p), 1+pieceSize-len(w.buf))
		w.buf, p = append(w.buf, p[:m]...), p[m:]
		if len(w.buf) > pieceSize {
			w.flush()
		}
	}
	return n, nil
}

// flush sends what is held back. It ends the run if the page refuses.
func (w *pageWriter) flush() {
	if len(w.buf) <= 1 {
		return
	}
	for w.ahead >= piecesAhead {
		var m downloadDone
		if kind, _ := w.t.hear(&m); kind == pageTook {
			w.ahead--
		} else if m.Error != "" {
			w.progress.clear()
			w.t.c.fail(1, "%s", m.Error)
		}
	}
	w.t.conn.Send(w.buf)
	w.ahead++
	w.done += int64(len(w.buf) - 1)
	w.buf = w.buf[:1]
	w.progress.show(w.name, w.done, w.total)
	w.t.c.tick()
}

// file sends the contents of a file.
func (w *pageWriter) file(name string) error {
	fd, err := w.t.c.fs.Open(name, sys.ORead, 0)
	if err != nil {
		return err
	}
	defer w.t.c.fs.Close(fd)
	if err := w.copy(w, fd); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	w.flush()
	return nil
}

// copy copies what can be read from fd.
func (w *pageWriter) copy(to io.Writer, fd int) error {
	buf := make([]byte, 64<<10)
	for {
		n, err := w.t.c.fs.Read(fd, buf)
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				return err
			}
			w.t.c.work(n * 8) // which may be compressed
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// zip sends an archive of files. What cannot be read is reported and left out.
func (w *pageWriter) zip(files []string) error {
	z := zip.NewWriter(w)
	used := map[string]bool{}
	for _, name := range files {
		own := w.t.c.ownName(name)
		if own == "/" {
			own = "root"
		}
		top := own
		for n := 2; used[top]; n++ {
			ext := path.Ext(own)
			top = fmt.Sprintf("%s (%d)%s", strings.TrimSuffix(own, ext), n, ext)
		}
		used[top] = true
		w.add(z, name, top, w.t.c.fs.Stat)
	}
	if err := z.Close(); err != nil {
		return err
	}
	w.flush()
	return nil
}

// add adds the file name, of which stat tells, and all that is in it to an archive.
func (w *pageWriter) add(z *zip.Writer, name, as string, stat func(string) (sys.Stat, error)) {
	c := w.t.c
	c.tick()
	st, err := stat(name)
	if err == nil {
		err = w.addOne(z, name, as, &st)
	}
	if err != nil {
		w.progress.clear()
		c.fileError(name, err)
		return
	}
	if st.Type != sys.TypeDirectory {
		return
	}
	list, err := c.fs.ReadDir(name)
	if err != nil {
		c.fileError(name, err)
	}
	for _, e := range list {
		w.add(z, joinPath(name, e.Name), as+"/"+e.Name, c.fs.Lstat)
	}
}

func (w *pageWriter) addOne(z *zip.Writer, name, as string, st *sys.Stat) error {
	c := w.t.c
	h := &zip.FileHeader{Name: as, Method: zip.Deflate, Modified: time.Unix(0, st.Mtime).UTC()}
	mode := fs.FileMode(st.Mode & 0o777)
	switch st.Type {
	case sys.TypeDirectory:
		h.Name, h.Method = as+"/", zip.Store
		h.SetMode(mode | fs.ModeDir)
		_, err := z.CreateHeader(h)
		return err
	case sys.TypeSymlink:
		target, err := c.fs.Readlink(name)
		if err != nil {
			return err
		}
		h.Method = zip.Store
		h.SetMode(mode | fs.ModeSymlink)
		f, err := z.CreateHeader(h)
		if err == nil {
			_, err = f.Write([]byte(target))
		}
		return err
	case sys.TypeRegular:
		fd, err := c.fs.Open(name, sys.ORead, 0)
		if err != nil {
			return err
		}
		defer c.fs.Close(fd)
		h.SetMode(mode)
		f, err := z.CreateHeader(h)
		if err != nil {
			return err
		}
		return w.copy(f, fd)
	}
	return nil // devices have no contents
}
