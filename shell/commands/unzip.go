package commands

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

var unzipSpec = spec{name: "unzip", synopsis: "[OPTION]... ARCHIVE [FILE]...", run: runUnzip, help: `
Unpack a zip archive.
  -l  list it       -p  to standard output     -t  only check
  -d DIR  into DIR  -o  replace what is there  -n  keep what is there
  -j  names without directories    -q  quiet   -x GLOB  without these`}

func runUnzip(c *cmd) int {
	f := c.flags()
	u := unzipper{cmd: c}
	var dir string
	f.bool(&u.list, "l|v")
	f.bool(&u.pipe, "p")
	f.bool(&u.test, "t")
	f.bool(&u.replace, "o")
	f.bool(&u.keep, "n")
	f.bool(&u.junk, "j")
	f.bool(&u.quiet, "q")
	f.str(&dir, "d")
	f.list(&u.exclude, "x")
	args := f.parse()
	c.operands(args, 1, -1)
	u.only = args[1:]
	archive := args[0]
	if _, err := c.fs.Stat(archive); err != nil && !strings.HasSuffix(archive, ".zip") {
		archive += ".zip"
	}
	in, err := c.open(archive)
	if err != nil {
		c.fail(9, "%s: %s", args[0], reason(err))
	}
	members := u.members(in, archive)
	if dir != "" {
		err := c.fs.MkdirAll(dir, 0o777)
		if err == nil {
			err = c.fs.Chdir(dir)
		}
		if err != nil {
			c.fail(9, "%s: %s", dir, reason(err))
		}
	}
	if u.list {
		u.printList(archive, members)
	} else {
		if !u.quiet && !u.pipe {
			fmt.Fprintf(c.out, "Archive:  %s\n", archive)
		}
		for _, m := range members {
			c.tick()
			u.member(m)
		}
	}
	if len(members) == 0 && len(u.only) > 0 {
		c.errorf("caution: filename not matched: %s", strings.Join(u.only, " "))
		return 11
	}
	return c.code
}

// An unzipper unpacks an archive.
type unzipper struct {
	*cmd
	list, pipe, test, replace, keep, junk, quiet bool
	only, exclude                                []string // globs; without only, all members
}

// members is what the archive holds and is asked for.
func (u *unzipper) members(in *input, archive string) (list []*zip.File) {
	var at io.ReaderAt = u.fs.File(in.fd)
	size := int64(0)
	if st, err := u.fs.Fstat(in.fd); err == nil && !in.flush {
		size = int64(st.Size)
	} else {
		data, err := io.ReadAll(in)
		if err != nil {
			u.fail(9, "%s: %s", archive, reason(err))
		}
		at, size = bytes.NewReader(data), int64(len(data))
	}
	r, err := zip.NewReader(at, size)
	if err != nil {
		u.fail(9, "%s: not a zip archive", archive)
	}
	for _, m := range r.File {
		u.tick()
		if (len(u.only) == 0 || anyGlob(u.only, m.Name)) && !anyGlob(u.exclude, m.Name) {
			list = append(list, m)
		}
	}
	return list
}

func (u *unzipper) printList(archive string, members []*zip.File) {
	fmt.Fprintf(u.out, "Archive:  %s\n  Length      Date    Time    Name\n---------  ---------- -----   ----\n", archive)
	total := uint64(0)
	for _, m := range members {
		total += m.UncompressedSize64
		fmt.Fprintf(u.out, "%9d  %s   %s\n", m.UncompressedSize64, m.Modified.Format("2006-01-02 15:04"), m.Name)
	}
	plural := "s"
	if len(members) == 1 {
		plural = ""
	}
	fmt.Fprintf(u.out, "---------                     -------\n%9d                     %d file%s\n", total, len(members), plural)
}

// member unpacks one member, and says why if that fails.
func (u *unzipper) member(m *zip.File) {
	if !strings.HasSuffix(m.Name, "/") {
		if err := u.file(m); err != nil {
			u.errorf("%s: %s", m.Name, reason(err))
			u.code = 2
		}
		return
	}
	if u.pipe || u.test || u.junk {
		return
	}
	if name, err := safePath(m.Name, 0); err == nil && name != "" {
		if err := u.makeBeneath(name); err != nil {
			u.fileError(m.Name, err)
		}
	}
}

// file unpacks a file or a symbolic link.
func (u *unzipper) file(m *zip.File) error {
	if m.Flags&1 != 0 {
		return badArg("it is encrypted, which this command cannot read")
	}
	r, err := m.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	if u.pipe {
		return u.copyTo(u.out, r)
	}
	if u.test {
		err := u.copyTo(io.Discard, r)
		if err == nil && !u.quiet {
			fmt.Fprintf(u.out, "    testing: %-22s   OK\n", m.Name)
		}
		return err
	}
	name, err := safePath(m.Name, 0)
	if err != nil || name == "" {
		return err
	}
	if u.junk {
		name = baseName(name)
	} else if up := dirName(name); up != "." {
		if err := u.makeBeneath(up); err != nil {
			return err
		}
	}
	if _, err := u.fs.Lstat(name); err == nil {
		if u.keep || !u.replace && !u.confirm("replace %s? [y]es, [N]o: ", name) {
			return nil
		}
		if err := u.fs.Unlink(name); err != nil {
			return err
		}
	}
	if m.Mode()&fs.ModeSymlink != 0 {
		target, err := io.ReadAll(io.LimitReader(r, 4096))
		if err != nil {
			return err
		}
		return u.fs.Symlink(string(target), name)
	}
	if !u.quiet {
		fmt.Fprintf(u.out, "  inflating: %s\n", name)
	}
	mode := uint32(m.Mode().Perm())
	if mode == 0 {
		mode = 0o666
	}
	return u.unpack(name, r, mode, m.Modified, false)
}
