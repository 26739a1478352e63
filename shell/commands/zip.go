package commands

import (
	"archive/zip"
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
	z := zipper{cmd: c}
	f.bool(&z.tree, "r|recurse-paths")
	f.bool(&z.junk, "j|junk-paths")
	f.bool(&z.quiet, "q|quiet")
	f.bool(&z.store, "0")
	f.list(&z.exclude, "x|exclude")
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
	if archive == "-" {
		z.quiet = true
	} else {
		out, err := c.create(archive, 0o666)
		if err != nil {
			c.fail(15, "%s: %s", archive, reason(err))
		}
		defer out.finish()
		w := newBuffered(out)
		defer w.Flush()
		base = w
	}
	z.self, _ = c.fs.Stat(archive)
	z.w = zip.NewWriter(base)
	for _, name := range args[1:] {
		z.add(name)
	}
	if err := z.w.Close(); err != nil {
		c.fail(14, "%s: %s", archive, reason(err))
	}
	return 0
}

// A zipper packs files into an archive.
type zipper struct {
	*cmd
	tree, junk, quiet, store bool
	exclude                  []string
	w                        *zip.Writer
	self                     sys.Stat // the archive, which does not pack itself
}

// add packs a file, and a directory with what it holds if that is asked for.
func (z *zipper) add(name string) {
	z.tick()
	st, err := z.fs.Stat(name)
	if err != nil {
		z.failed(name, err)
		return
	}
	entry := z.entry(name)
	if anyGlob(z.exclude, entry) || st.Dev == z.self.Dev && st.Ino == z.self.Ino {
		return
	}
	h := &zip.FileHeader{Name: entry, Method: zip.Deflate, Modified: time.Unix(0, st.Mtime)}
	h.SetMode(fs.FileMode(st.Mode & 0o777))
	isDir := st.Type == sys.TypeDirectory
	if isDir {
		h.Name, h.Method = strings.TrimRight(entry, "/")+"/", zip.Store
		h.SetMode(fs.FileMode(st.Mode&0o777) | fs.ModeDir)
	} else if z.store || st.Size == 0 {
		h.Method = zip.Store
	}
	if (!isDir || !z.junk) && strings.Trim(h.Name, "./") != "" {
		if err := z.pack(name, h, isDir); err != nil {
			z.failed(name, err)
			return
		}
		if !z.quiet {
			fmt.Fprintf(z.out, "  adding: %s\n", h.Name)
		}
	}
	if isDir && z.tree {
		list, err := z.fs.ReadDir(name)
		if err != nil {
			z.fileError(name, err)
		}
		for _, e := range list {
			z.add(joinPath(name, e.Name))
		}
	}
}

// entry is the name of a file in the archive.
func (z *zipper) entry(name string) string {
	if z.junk {
		return baseName(name)
	}
	entry := strings.TrimLeft(name, "/")
	for strings.HasPrefix(entry, "./") {
		entry = strings.TrimLeft(entry[2:], "/")
	}
	return entry
}

// pack writes a head, and the contents of a file behind it.
func (z *zipper) pack(name string, h *zip.FileHeader, isDir bool) error {
	to, err := z.w.CreateHeader(h)
	if err != nil || isDir {
		return err
	}
	in, err := z.open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	return z.copyTo(z.deflating(to), in)
}

func (z *zipper) failed(name string, err error) {
	z.errorf("%s: %s", name, reason(err))
	z.code = 18
}
