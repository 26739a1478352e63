package commands

import (
	"bytes"
	"fmt"
	"path"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

var uploadSpec = spec{name: "upload", synopsis: "[-f] [-q] [DIRECTORY]", run: runUpload, help: `
Copy files, or a folder with all in it, from the disk to DIRECTORY, or to the working
directory. The page shows a button that opens the browser's own chooser. Files that are
there already are not replaced.
  -f  replace files that are there
  -q  do not show how far it is
Files can also be dropped on the terminal.`}

// uploaded is what the page says of an upload.
type uploaded struct {
	Name      string // a file or directory that begins, with slashes
	Size      int64
	Mtime     int64 // in milliseconds since 1970
	Directory bool
	End       bool   // there is no more
	Cancel    bool   // the user does not want to
	Error     string // a file cannot be read
}

func runUpload(c *cmd) int {
	var force, quiet bool
	f := c.flags()
	f.bool(&force, "f|force")
	f.bool(&quiet, "q|quiet")
	args := f.parse()
	c.operands(args, 0, 1)
	dir := "."
	if len(args) > 0 {
		dir = args[0]
	}
	if st, err := c.fs.Stat(dir); err != nil || st.Type != sys.TypeDirectory {
		if err == nil {
			err = errno.ENOTDIR
		}
		c.fail(1, "%s: %s", dir, reason(err))
	}
	shown, err := c.canonical(dir, 'e')
	if err != nil {
		c.fail(1, "%s: %s", dir, reason(err))
	}
	t := c.page("upload", "the folder that the command was started in is there already, and --dir shares others")
	defer t.close()
	t.say(map[string]string{"directory": shown})
	u := upload{cmd: c, dir: dir, force: force, progress: c.newProgress(quiet)}
	defer u.close()
	for {
		var m uploaded
		switch kind, data := t.hear(&m); {
		case kind == pageData:
			u.write(data)
			t.conn.Send([]byte{pageTook})
		case kind != pageJSON:
		case m.Cancel:
			c.fail(1, "nothing was chosen")
		case m.Error != "":
			u.failed(m.Error)
		default:
			u.close()
			if m.End {
				u.progress.clear()
				fmt.Fprintf(c.out, "%d files, %d bytes\n", u.files, u.bytes)
				return c.code
			}
			u.begin(&m)
		}
	}
}

// upload is a run of upload.
type upload struct {
	*cmd
	dir      string
	force    bool
	progress *progress
	files    int
	bytes    int64

	name  string // of the file under way, if file is not nil
	file  *sys.File
	meta  uploaded
	done  int64
	magic []byte
}

// goodName is the path of name below the directory, empty if the name leads out of it
// or is none.
func (u *upload) goodName(name string) string {
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || part == "." || part == ".." || strings.IndexByte(part, 0) >= 0 {
			return ""
		}
	}
	return path.Join(u.dir, name)
}

// begin opens the file that m describes, or makes the directory.
func (u *upload) begin(m *uploaded) {
	name := u.goodName(m.Name)
	if name == "" {
		u.fileError(m.Name, errno.Faultf(errno.EINVAL, "that is no name for a file here"))
		return
	}
	dir := name
	if !m.Directory {
		dir = path.Dir(name)
	}
	if err := u.fs.MkdirAll(dir, 0o777); err != nil {
		u.fileError(dir, err)
		return
	}
	if m.Directory {
		return
	}
	flags := sys.OWrite | sys.OCreate | sys.OExcl
	if u.force {
		flags = sys.OWrite | sys.OCreate | sys.OTrunc
	}
	fd, err := u.fs.Open(name, flags, 0o666)
	if isErrno(err, errno.EEXIST) {
		err = errno.Faultf(errno.EEXIST, "it is there already: -f replaces it")
	}
	if err != nil {
		u.fileError(name, err)
		return
	}
	u.name, u.meta, u.done, u.magic, u.file = name, *m, 0, nil, u.fs.File(fd)
	u.progress.show(m.Name, 0, m.Size)
}

// write adds to the file under way. What belongs to a file that could not be opened is
// let go.
func (u *upload) write(data []byte) {
	if u.file == nil {
		return
	}
	if _, err := u.file.Write(data); err != nil {
		u.failed(reason(err))
		return
	}
	if len(u.magic) < 4 {
		u.magic = append(u.magic, data[:min(4, len(data))]...)
	}
	u.done += int64(len(data))
	u.progress.show(u.meta.Name, u.done, u.meta.Size)
}

// failed ends the file under way, of which nothing is left.
func (u *upload) failed(why string) {
	u.progress.clear()
	if u.file == nil {
		u.fileError("upload", errno.Faultf(errno.EIO, "%s", why))
		return
	}
	u.file.Close()
	u.file = nil
	u.fs.Unlink(u.name)
	u.fileError(u.name, errno.Faultf(errno.EIO, "%s", why))
}

// close ends the file under way.
func (u *upload) close() {
	if u.file == nil {
		return
	}
	if u.done != u.meta.Size {
		u.failed(fmt.Sprintf("it ended after %d of %d bytes", u.done, u.meta.Size))
		return
	}
	err := u.file.Close()
	u.file = nil
	if err == nil && (bytes.HasPrefix(u.magic, []byte("\x00asm")) || bytes.HasPrefix(u.magic, []byte("#!"))) {
		err = u.fs.Chmod(u.name, 0o777&^u.umask())
	}
	if err == nil && u.meta.Mtime > 0 {
		mtime := u.meta.Mtime * 1e6
		err = u.fs.SetAttr(u.name, sys.SetAttr{Set: sys.AttrAtime | sys.AttrMtime, Atime: mtime, Mtime: mtime}, 0)
	}
	if err != nil {
		u.fileError(u.name, err)
		return
	}
	u.files++
	u.bytes += u.done
}

// umask is the process's, which can only be asked after by being set.
func (u *upload) umask() uint32 {
	old := u.fs.Umask(0)
	u.fs.Umask(old)
	return old
}
