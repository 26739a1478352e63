package commands

import (
	"errors"
	"io/fs"
	"strconv"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

var user = strconv.Itoa(sys.UserID)

// system is the text of the files of /etc that programs on Unix count on: who the user
// is, and that localhost is the machine itself. It says what id and hostname say.
var system = [...]struct{ name, text string }{
	{"passwd", "root:x:0:0:root:/root:/bin/sh\nuser:x:" + user + ":" + user + ":user:/home/user:/bin/sh\n"},
	{"group", "root:x:0:\nuser:x:" + user + ":\n"},
	{"hosts", "127.0.0.1\tlocalhost bushel\n::1\tlocalhost\n"},
	{"shells", "/bin/sh\n"},
}

// MakeTree makes the directories and files that programs find on every Unix: a home with
// its bin, /tmp, /etc, and /usr/bin with a link for each program of /bin, where the first
// line of a script looks for env. What is there already is left as it is.
func MakeTree(k *kernel.Kernel) error {
	f := k.Init().Files()
	for _, dir := range []string{"/home/user/bin", "/etc", "/usr/bin"} {
		if err := f.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	if err := f.Mkdir("/tmp", 0o777); err == nil {
		if err := f.Chmod("/tmp", 0o1777); err != nil {
			return err
		}
	} else if !errors.Is(err, fs.ErrExist) {
		return err
	}
	for _, name := range k.Builtins() {
		if err := f.Symlink("/bin/"+name, "/usr/bin/"+name); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	for _, file := range system {
		fd, err := f.Open("/etc/"+file.name, sys.OWrite|sys.OCreate|sys.OExcl, 0o644)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return err
		}
		_, err = f.Write(fd, []byte(file.text))
		if err := errors.Join(err, f.Close(fd)); err != nil {
			return err
		}
	}
	return nil
}
