package commands

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

var zipSpec = spec{name: "zip", synopsis: "[OPTION]... ARCHIVE FILE...", run: runZip, help: `
Pack files into a zip archive, anew.
  -r, --recurse-paths  directories with what they hold
  -j, --junk-paths     names without directories
  -0 to -9             0: not compressed     -q, --quiet
  -x GLOB              without these; may be repeated`}

func runZip(c *cmd) int {
	f := c.flags()
	var tree, junk, quiet, store bool
	var exclude []string
	f.bool(&tree, "r|recurse-paths")
	f.bool(&junk, "j|junk-paths")
	f.bool(&quiet, "q|quiet")
	f.bool(&store, "0")
	f.list(&exclude, "x|exclude")
	f.ignore("1|2|3|4|5|6|7|8|9|y|X")
	args := f.parse()
	if len(args) < 2 {
		c.usageError(16, "missing operand")
	}
	archive := args[0]
	if !strings.Contains(baseName(archive), ".") && archive != "-" {
		archive += ".zip"
	}
	var base io.Writer = c.out
	if archive != "-" {
		out, err := c.create(archive, 0o666)
		if err != nil {
			c.fail(15, "%s: %s", archive, reason(err))
		}
		defer out.Close()
		w := newBuffered(out)
		defer w.Flush()
		base = w
	}
	self, _ := c.fs.Stat(archive)
	w := zip.NewWriter(base)
	var add func(name string)
	add = func(name string) {
		c.tick()
		st, err := c.fs.Stat(name)
		if err != nil {
			c.errorf("%s: %s", name, reason(err))
			c.code = 18
			return
		}
		entry := strings.TrimLeft(name, "/")
		for strings.HasPrefix(entry, "./") {
			entry = strings.TrimLeft(entry[2:], "/")
		}
		if junk {
			entry = baseName(name)
		}
		if anyGlob(exclude, entry) || st.Dev == self.Dev && st.Ino == self.Ino {
			return
		}
		h := &zip.FileHeader{Name: entry, Method: zip.Deflate, Modified: time.Unix(0, st.Mtime)}
		h.SetMode(fs.FileMode(st.Mode & 0o777))
		isDir := st.Type == sys.TypeDirectory
		if isDir {
			h.Name, h.Method = strings.TrimRight(entry, "/")+"/", zip.Store
			h.SetMode(fs.FileMode(st.Mode&0o777) | fs.ModeDir)
		} else if store || st.Size == 0 {
			h.Method = zip.Store
		}
		if (!isDir || !junk) && strings.Trim(h.Name, "./") != "" {
			to, err := w.CreateHeader(h)
			if err == nil && !isDir {
				var in *input
				if in, err = c.open(name); err == nil {
					err = c.copyTo(c.deflating(to), in)
					in.Close()
				}
			}
			if err != nil {
				c.errorf("%s: %s", name, reason(err))
				c.code = 18
				return
			}
			if !quiet && archive != "-" {
				fmt.Fprintf(c.out, "  adding: %s\n", h.Name)
			}
		}
		if isDir && tree {
			list, err := c.fs.ReadDir(name)
			if err != nil {
				c.fileError(name, err)
			}
			for _, e := range list {
				add(joinPath(name, e.Name))
			}
		}
	}
	for _, name := range args[1:] {
		add(name)
	}
	if err := w.Close(); err != nil {
		c.fail(14, "%s: %s", archive, reason(err))
	}
	return 0
}

var unzipSpec = spec{name: "unzip", synopsis: "[OPTION]... ARCHIVE [FILE]...", run: runUnzip, help: `
Unpack a zip archive.
  -l  list it       -p  to standard output     -t  only check
  -d DIR  into DIR  -o  replace what is there  -n  keep what is there
  -j  names without directories    -q  quiet   -x GLOB  without these`}

func runUnzip(c *cmd) int {
	f := c.flags()
	var list, pipe, test, replace, keep, junk, quiet bool
	var dir string
	var exclude []string
	f.bool(&list, "l|v")
	f.bool(&pipe, "p")
	f.bool(&test, "t")
	f.bool(&replace, "o")
	f.bool(&keep, "n")
	f.bool(&junk, "j")
	f.bool(&quiet, "q")
	f.str(&dir, "d")
	f.list(&exclude, "x")
	args := f.parse()
	c.operands(args, 1, -1)
	archive := args[0]
	if _, err := c.fs.Stat(archive); err != nil && !strings.HasSuffix(archive, ".zip") {
		archive += ".zip"
	}
	in, err := c.open(archive)
	if err != nil {
		c.fail(9, "%s: %s", args[0], reason(err))
	}
	var at io.ReaderAt = c.fs.File(in.fd)
	size := int64(0)
	if st, err := c.fs.Fstat(in.fd); err == nil && !in.flush {
		size = int64(st.Size)
	} else {
		data, err := io.ReadAll(in)
		if err != nil {
			c.fail(9, "%s: %s", args[0], reason(err))
		}
		at, size = bytes.NewReader(data), int64(len(data))
	}
	r, err := zip.NewReader(at, size)
	if err != nil {
		c.fail(9, "%s: not a zip archive", archive)
	}
	if dir != "" {
		err := c.fs.MkdirAll(dir, 0o777)
		if err == nil {
			err = c.fs.Chdir(dir)
		}
		if err != nil {
			c.fail(9, "%s: %s", dir, reason(err))
		}
	}
	if list {
		fmt.Fprintf(c.out, "Archive:  %s\n  Length      Date    Time    Name\n---------  ---------- -----   ----\n", archive)
	} else if !quiet && !pipe {
		fmt.Fprintf(c.out, "Archive:  %s\n", archive)
	}
	total, count := uint64(0), 0
	for _, m := range r.File {
		c.tick()
		if len(args) > 1 && !anyGlob(args[1:], m.Name) || anyGlob(exclude, m.Name) {
			continue
		}
		count++
		total += m.UncompressedSize64
		switch {
		case list:
			fmt.Fprintf(c.out, "%9d  %s   %s\n", m.UncompressedSize64, m.Modified.Format("2006-01-02 15:04"), m.Name)
			continue
		case strings.HasSuffix(m.Name, "/"):
			if !pipe && !test && !junk {
				if name, err := safePath(m.Name, 0); err == nil && name != "" {
					err = c.makeBeneath(name)
					if err != nil {
						c.fileError(m.Name, err)
					}
				}
			}
			continue
		}
		if err := c.unzip(m, pipe, test, junk, replace, keep, quiet); err != nil {
			c.errorf("%s: %s", m.Name, reason(err))
			c.code = 2
		}
	}
	if list {
		fmt.Fprintf(c.out, "---------                     -------\n%9d                     %d file%s\n", total, count, map[bool]string{true: "", false: "s"}[count == 1])
	}
	if count == 0 && len(args) > 1 {
		c.errorf("caution: filename not matched: %s", strings.Join(args[1:], " "))
		return 11
	}
	return c.code
}

func (c *cmd) unzip(m *zip.File, pipe, test, junk, replace, keep, quiet bool) error {
	r, err := m.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	if pipe {
		return c.copyTo(c.out, r)
	}
	if test {
		err := c.copyTo(io.Discard, r)
		if err == nil && !quiet {
			fmt.Fprintf(c.out, "    testing: %-22s   OK\n", m.Name)
		}
		return err
	}
	name, err := safePath(m.Name, 0)
	if err != nil || name == "" {
		return err
	}
	if junk {
		name = baseName(name)
	} else if up := dirName(name); up != "." {
		if err := c.makeBeneath(up); err != nil {
			return err
		}
	}
	if _, err := c.fs.Lstat(name); err == nil {
		if keep || !replace && !c.confirm("replace %s? [y]es, [N]o: ", name) {
			return nil
		}
		if err := c.fs.Unlink(name); err != nil {
			return err
		}
	}
	if m.Mode()&fs.ModeSymlink != 0 {
		target, err := io.ReadAll(io.LimitReader(r, 4096))
		if err != nil {
			return err
		}
		return c.fs.Symlink(string(target), name)
	}
	if !quiet {
		fmt.Fprintf(c.out, "  inflating: %s\n", name)
	}
	mode := uint32(m.Mode().Perm())
	if mode == 0 {
		mode = 0o666
	}
	return c.unpack(name, r, mode, m.Modified)
}
