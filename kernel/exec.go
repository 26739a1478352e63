package kernel

import (
	"bytes"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

const (
	// maxScripts is how many interpreters may stand one behind another.
	maxScripts = 4
	// headSize is how much of a file is looked at to see what it is.
	headSize = 256
	// defaultPath is where commands are looked for if the environment has no PATH.
	defaultPath = "/bin"
)

var (
	wasmMagic    = []byte("\x00asm")
	scriptMagic  = []byte("#!")
	builtinMagic = "builtin "
)

// target is what a file turned out to be: a program in the kernel, or a guest's file.
type target struct {
	argv []string
	main Main
	file vfs.File
	path string
	key  ImageKey
	held vfs.Holder
	// declared is what the program may use at most, by a file beside its module; nil: nothing is
	// declared.
	declared *narrowing
}

// hold keeps the file's contents until release.
func (t *target) hold() {
	if h, ok := t.file.(vfs.Holder); ok {
		h.Hold()
		t.held = h
	}
}

// release gives the file back, if it is held.
func (t *target) release() {
	if t.held != nil {
		t.held.Release()
		t.held = nil
	}
}

// find finds the program that attr names.
func (k *Kernel) find(fs *vfs.Namespace, at vfs.At, attr *sys.SpawnAttr) (*target, error) {
	path := attr.Path
	if path == "" {
		path = attr.Argv[0]
		if path == "" {
			return nil, errno.ENOENT
		}
		if !strings.Contains(path, "/") {
			return k.findInPath(fs, at, path, attr)
		}
	}
	return k.load(fs, at, path, attr.Argv, 0)
}

// findInPath finds name, or name.wasm, in the directories of the environment's PATH.
// A file that may not be run does not end the search; its error is the result if there
// is no other.
func (k *Kernel) findInPath(fs *vfs.Namespace, at vfs.At, name string, attr *sys.SpawnAttr) (*target, error) {
	list := getenv(attr.Env, "PATH")
	if list == "" {
		list = defaultPath
	}
	var verdict error = errno.ENOENT
	for dir := range strings.SplitSeq(list, ":") {
		if dir == "" {
			dir = "."
		}
		for _, suffix := range [...]string{"", ".wasm"} {
			t, err := k.load(fs, at, dir+"/"+name+suffix, attr.Argv, 0)
			switch e := errno.Of(err); {
			case err == nil:
				return t, nil
			case e == errno.ENOENT || e == errno.ENOTDIR || e == errno.ENAMETOOLONG:
			case e == errno.EACCES:
				verdict = err
			default:
				return nil, err
			}
		}
	}
	return nil, verdict
}

// load looks at the file path and follows it to what runs it.
func (k *Kernel) load(fs *vfs.Namespace, at vfs.At, path string, argv []string, depth int) (*target, error) {
	if depth > maxScripts {
		return nil, errno.ELOOP
	}
	at.Flags = 0
	place, err := fs.Walk(at, path)
	if err != nil {
		return nil, err
	}
	lasting, ok := place.Node().(vfs.File)
	if !ok {
		return nil, errno.EACCES
	}
	file := place.For(at.Context).Node().(vfs.File)
	if _, device := place.Node().(vfs.Device); device {
		return nil, errno.EACCES
	}
	// The key is made before the bytes are read: a change in between makes a key
	// that nothing will have again, and not old bytes under a new key.
	st, err := file.Stat()
	if err != nil {
		return nil, err
	}
	head := make([]byte, headSize)
	n, err := file.ReadAt(head, 0)
	if err != nil && n == 0 {
		return nil, err
	}
	head = head[:n]
	wasm := bytes.HasPrefix(head, wasmMagic)
	switch {
	case st.Mode&0o100 == 0 && !wasm && !strings.HasSuffix(path, ".wasm"):
		return nil, errno.EACCES
	case wasm:
		key := ImageKey{Dev: st.Dev, Ino: st.Ino, Size: st.Size, Mtime: st.Mtime, Gen: uint64(st.Ctime)}
		if v, ok := lasting.(vfs.Versioned); ok {
			key.Gen = v.Version()
		}
		declared, err := k.grants.beside(fs, at, place)
		if err != nil {
			return nil, err
		}
		t := &target{argv: argv, file: lasting, path: path, key: key, declared: declared}
		t.hold()
		return t, nil
	case bytes.HasPrefix(head, scriptMagic):
		return k.loadScript(fs, at, path, argv, head[len(scriptMagic):], depth)
	}
	return nil, errno.ENOEXEC
}

// loadScript follows the first line of a script, without its "#!".
func (k *Kernel) loadScript(fs *vfs.Namespace, at vfs.At, path string, argv []string, head []byte, depth int) (*target, error) {
	line, _, found := bytes.Cut(head, []byte("\n"))
	if !found && len(head) == headSize-len(scriptMagic) {
		return nil, errno.ENOEXEC // a line that long is cut off, and means something else
	}
	text := strings.Trim(string(line), " \t\r")
	if name, ok := strings.CutPrefix(text, builtinMagic); ok {
		k.lock()
		main := k.builtins[strings.TrimSpace(name)]
		k.unlock()
		if main == nil {
			return nil, errno.ENOEXEC
		}
		return &target{argv: argv, main: main, path: path}, nil
	}
	interp, arg := text, ""
	if i := strings.IndexAny(text, " \t"); i >= 0 {
		interp, arg = text[:i], strings.TrimLeft(text[i:], " \t")
	}
	if interp == "" {
		return nil, errno.ENOEXEC
	}
	args := []string{interp}
	if arg != "" {
		args = append(args, arg)
	}
	args = append(args, path)
	return k.load(fs, at, interp, append(args, argv[1:]...), depth+1)
}
