package kernel

import (
	"context"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// FSType opens file systems of one type for mount(2). It may wait, until ctx is done.
// A file system that is an io.Closer is closed when it has been unmounted, and at the
// kernel's end. An error should be one sentence, an [errno.Fault].
type FSType func(ctx context.Context, m *Mount) (vfs.FS, error)

// Mount is what a call of mount(2) asks of a type.
type Mount struct {
	// Source is where the file system comes from, in the type's own terms.
	Source string
	// ReadOnly says that nothing will be changed through this mount.
	ReadOnly bool
	// Process is who mounts.
	Process *Process

	fs      *vfs.Namespace
	at      vfs.At
	options []string
	known   map[string]bool
	uses    []vfs.Place
}

// Walk finds path in the tree of who mounts. The mount that it is found in cannot
// be unmounted before this one.
func (m *Mount) Walk(path string) (vfs.Place, error) {
	p, err := m.fs.Walk(m.at, path)
	if err == nil {
		m.uses = append(m.uses, p)
	}
	return p, err
}

// Option is the value of the option name, and whether it was given. Options that
// no type asks for are an error of the call.
func (m *Mount) Option(name string) (value string, ok bool) {
	m.known[name] = true
	for _, o := range m.options {
		if n, v, _ := strings.Cut(o, "="); n == name {
			value, ok = v, true
		}
	}
	return value, ok
}

// File is Walk for a path that must name a regular file.
func (m *Mount) File(path string) (vfs.Place, vfs.File, error) {
	p, err := m.Walk(path)
	if err != nil {
		return p, nil, errno.Faultf(errno.Of(err), "%s: %s", path, err)
	}
	f, ok := p.Node().(vfs.File)
	if !ok {
		return p, nil, errno.Faultf(errno.EINVAL, "%s is no regular file", path)
	}
	return p, f, nil
}

// AddFSType makes a type known to mount(2), in the stead of one of that name.
func (k *Kernel) AddFSType(name string, open FSType) {
	k.lock()
	defer k.unlock()
	k.fsTypes[name] = open
}

// openTmp opens a file system in memory. Its option size bounds it.
func openTmp(_ context.Context, m *Mount) (vfs.FS, error) {
	o := vfs.MemOptions{Type: "tmp"}
	if text, ok := m.Option("size"); ok {
		n, shift := strings.TrimRight(text, "kKmMgG"), 0
		if i := len(n); i < len(text) {
			shift = map[byte]int{'k': 10, 'm': 20, 'g': 30}[text[i]|0x20]
		}
		size, err := strconv.ParseUint(n, 10, 32)
		if err != nil || size == 0 || len(text) > len(n)+1 {
			return nil, errno.Faultf(errno.EINVAL, "size=%s is no size: it is a number, with k, m or g behind it", text)
		}
		o.Limit = size << shift
	}
	return vfs.NewMem(o), nil
}

func sysMount(c *call) verdict {
	attr, err := sys.DecodeMountAttr(c.r.Data)
	if err != nil {
		return c.fail(errno.EINVAL)
	}
	at, _, e := c.p.at(sys.AtCwd, 0)
	if e != 0 {
		return c.fail(e)
	}
	open := c.k.fsTypes[attr.Type]
	if open == nil {
		return c.failErr(errno.Faultf(errno.ENODEV, "%q is no type of file system: there are %s",
			attr.Type, strings.Join(slices.Sorted(maps.Keys(c.k.fsTypes)), ", ")))
	}
	return c.goOutsideToWait(func(c *call) {
		told, err := c.mount(open, &attr, c.look(at))
		c.failErr(err)
		c.reply.Data = append(c.reply.Data, told...)
	})
}

// errNoMounts is the end of mount and umount in a program that is shown a part of the tree.
var errNoMounts = errno.Faultf(errno.EPERM, "a program that is shown some directories only can mount nothing")

// mount opens a file system and puts it over the call's path. told is what it has to say
// of itself.
func (c *call) mount(open FSType, attr *sys.MountAttr, at vfs.At) (told string, err error) {
	fs := c.p.fs
	if fs != c.k.fs {
		return "", errNoMounts
	}
	place, err := fs.Walk(at, c.r.Path)
	switch {
	case err != nil:
		return "", err
	case !place.IsDir():
		return "", errno.ENOTDIR
	case place.Same(fs.Root()):
		return "", errno.Faultf(errno.EBUSY, "nothing can be mounted over the top of the tree")
	}
	m := &Mount{Source: attr.Source, Process: c.p, fs: fs, at: at, known: map[string]bool{}}
	shown := ""
	for _, o := range attr.Options {
		switch o {
		case "", "rw", "defaults":
		case "ro":
			m.ReadOnly = true
		case "remount":
			return "", errno.Faultf(errno.EINVAL, "what is mounted cannot be changed: unmount it, and mount it anew")
		default:
			m.options = append(m.options, o)
			shown = strings.TrimPrefix(shown+","+o, ",")
		}
	}
	f, err := open(c.ctx, m)
	if err != nil {
		return "", err
	}
	for _, o := range m.options {
		if name, _, _ := strings.Cut(o, "="); !m.known[name] {
			closeFS(f)
			return "", errno.Faultf(errno.EINVAL, "type %s has no option %q", attr.Type, name)
		}
	}
	k := c.k
	k.lock()
	closed := k.closed || c.gone
	if !closed {
		k.mounted[f] = m
	}
	k.unlock()
	if closed {
		closeFS(f)
		return "", errno.EINTR
	}
	if err := fs.MountOn(place, f, vfs.MountOptions{ReadOnly: m.ReadOnly, Source: attr.Source, Options: shown}); err != nil {
		k.forgetFS(f)
		return "", err
	}
	k.log.Info("mounted", "module", "mount", "pid", c.p.pid, "path", c.r.Path, "type", attr.Type, "source", attr.Source)
	if r, is := f.(vfs.Repaired); is {
		if told, _ = r.Repairs(); told != "" {
			k.log.Warn(told, "module", "mount", "pid", c.p.pid, "path", c.r.Path, "source", attr.Source)
		}
	}
	return told, nil
}

func sysUnmount(c *call) verdict {
	at, _, e := c.p.at(sys.AtCwd, 0)
	if e != 0 {
		return c.fail(e)
	}
	return c.goOutside(func(c *call) {
		place, err := c.p.fs.Walk(c.look(at), c.r.Path)
		if err == nil {
			err = c.unmount(place)
		}
		if err == nil {
			c.k.log.Info("unmounted", "module", "mount", "pid", c.p.pid, "path", c.r.Path)
		}
		c.failErr(err)
	})
}

// unmount takes away the mount whose top place is.
func (c *call) unmount(place vfs.Place) error {
	switch {
	case c.p.fs != c.k.fs:
		return errNoMounts
	case !place.IsMount():
		return errno.Faultf(errno.EINVAL, "nothing is mounted there")
	case place.Same(c.p.fs.Root()):
		return errno.Faultf(errno.EBUSY, "the top of the tree cannot be unmounted")
	case place.Fixed():
		return errno.Faultf(errno.EBUSY, "the system needs it: it cannot be unmounted")
	}
	k := c.k
	k.lock()
	user := k.userOf(c.p.fs, place)
	k.unlock()
	if user != "" {
		return errno.Faultf(errno.EBUSY, "it is in use by %s", user)
	}
	if err := c.p.fs.UnmountPlace(place); err != nil {
		return err
	}
	k.forgetFS(place.FS())
	return nil
}

// userOf says who uses the mount of place in the tree fs, empty if nobody does. The lock
// is held.
func (k *Kernel) userOf(fs *vfs.Namespace, place vfs.Place) string {
	for _, pid := range slices.Sorted(maps.Keys(k.procs)) {
		p := k.procs[pid]
		name := p.name + ", process " + strconv.Itoa(int(pid))
		if p.fs != fs && p.fs.Has(place.FS()) {
			return name + ", which is shown a part of it"
		}
		if p.cwd.SameMount(place) {
			return name + ", whose working directory is there"
		}
		for _, e := range p.fds {
			if e.f != nil && e.f.place.SameMount(place) {
				return name + ", which has a file of it open"
			}
		}
	}
	for f, m := range k.mounted {
		for _, used := range m.uses {
			if used.SameMount(place) {
				return "the mount of " + m.Source + ", type " + f.Type()
			}
		}
	}
	return ""
}

// forgetFS closes what mount opened.
func (k *Kernel) forgetFS(f vfs.FS) {
	k.lock()
	_, ours := k.mounted[f]
	delete(k.mounted, f)
	k.unlock()
	if ours {
		closeFS(f)
	}
}

func closeFS(f vfs.FS) {
	if c, ok := f.(io.Closer); ok {
		_ = c.Close() // what it held is gone either way
	}
}

func sysMounts(c *call) verdict {
	return c.goOutside(func(c *call) {
		c.ok()
		c.reply.Data = []byte(mountTable(c.p.fs))
	})
}

// mountTable is what is mounted, as Linux's /proc/mounts has it.
func mountTable(fs *vfs.Namespace) string {
	var b strings.Builder
	for _, m := range fs.Mounts() {
		options := "rw"
		if m.ReadOnly {
			options = "ro"
		}
		if m.Options != "" {
			options += "," + m.Options
		}
		for _, s := range [...]string{m.Source, m.Path, m.Type, options} {
			b.WriteString(mountEscape.Replace(s))
			b.WriteByte(' ')
		}
		b.WriteString("0 0\n")
	}
	return b.String()
}

// mountEscape keeps the fields of a mount table apart, as Linux does it.
var mountEscape = strings.NewReplacer(" ", `\040`, "\t", `\011`, "\n", `\012`, `\`, `\134`)
