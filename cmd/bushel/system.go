package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/busimpl"
	"github.com/bushel-wasm/bushel/busimpl/buslink"
	"github.com/bushel-wasm/bushel/busimpl/osaudio"
	"github.com/bushel-wasm/bushel/busimpl/oshttp"
	"github.com/bushel-wasm/bushel/busimpl/osws"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/klog"
	"github.com/bushel-wasm/bushel/kernel/machine"
	"github.com/bushel-wasm/bushel/kernel/mounts"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/hostfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/httpfs"
	"github.com/bushel-wasm/bushel/shell"
	"github.com/bushel-wasm/bushel/shell/commands"
)

const home = "/home/user"

// system is a running kernel with what the command line asked for.
type system struct {
	kernel  *kernel.Kernel
	machine *machine.Machine
	files   *sys.Files // of process 1
	tree    *vfs.Namespace
	mounted []*hostfs.FS
	opts    options
}

// newSystem makes a kernel with the shell, the commands and the shared folders.
func newSystem(o options) (*system, error) {
	m, err := machine.New(machine.Config{Interpreter: o.interpreter, Cache: cacheDir()})
	if err != nil {
		return nil, err
	}
	s := &system{machine: m, opts: o, tree: vfs.NewNamespace(vfs.NewMem(vfs.MemOptions{}))}
	shown := klog.Off
	if o.logs {
		shown = o.log
	}
	s.kernel = kernel.New(kernel.Config{
		FS: s.tree, Machine: m, Policy: o.policy, GrantStore: grantFile{}, Console: showEntry, ShowLog: shown,
		Catalog: catalogAt(o.catalog),
	})
	s.files = s.kernel.Init().Files()
	shell.Register(s.kernel)
	commands.Register(s.kernel)
	busimpl.Register(s.kernel, busimpl.Options{HTTP: oshttp.NetHTTP{}, WS: osws.Coder{}, Audio: &osaudio.WAV{Path: o.sound}})
	buslink.Register(s.kernel, osws.Coder{})
	mounts.Register(s.kernel, mounts.Options{Get: httpfs.NetHTTP{}})
	s.kernel.AddFSType("store", s.openStore)
	if err := commands.MakeTree(s.kernel); err != nil {
		s.close()
		return nil, err
	}
	for _, d := range o.dirs {
		if err := s.share(d); err != nil {
			s.close()
			return nil, err
		}
	}
	return s, nil
}

// cacheDir is where compiled modules are kept, empty if the user has no such place.
func cacheDir() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	dir = filepath.Join(dir, "bushel")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return ""
	}
	return dir
}

// share mounts a folder of the host.
func (s *system) share(d shared) error {
	f, err := hostfs.New(d.host, hostfs.Options{ReadOnly: d.readOnly})
	if err != nil {
		return fmt.Errorf("--dir %s: %w", d.host, plain(err))
	}
	s.mounted = append(s.mounted, f)
	at := d.mountPoint()
	if err := s.files.MkdirAll(at, 0o755); err != nil {
		return err
	}
	return s.tree.Mount(at, f, vfs.MountOptions{ReadOnly: d.readOnly, Source: d.host})
}

// mountPoint is where the folder stands in the kernel's tree. The top of the tree is the
// kernel's own, so a folder that is to be a guest's root stands elsewhere, and the
// guest is told that it is its root.
func (d shared) mountPoint() string {
	if d.guest == "/" {
		return "/mnt/root"
	}
	return d.guest
}

// preopens are the directories of a guest, nil for the kernel's whole tree.
func (s *system) preopens() []sys.PreopenDir {
	isRoot := func(d shared) bool { return d.guest == "/" }
	if !slices.ContainsFunc(s.opts.dirs, isRoot) {
		return nil
	}
	var list []sys.PreopenDir
	for _, d := range s.opts.dirs {
		list = append(list, sys.PreopenDir{Path: d.mountPoint(), Name: d.guest, ReadOnly: d.readOnly})
	}
	return list
}

// cwd is the working directory to begin in: the host's, if it is in a shared folder,
// or the first shared folder, or otherwise.
func (s *system) cwd(otherwise string) string {
	dir, err := os.Getwd()
	if err == nil {
		for _, d := range s.opts.dirs {
			if rest, ok := below(guestPath(dir), guestPath(d.host)); ok {
				return path.Join(d.mountPoint(), rest)
			}
		}
	}
	if len(s.opts.dirs) > 0 {
		return s.opts.dirs[0].mountPoint()
	}
	return otherwise
}

// below is the rest of dir below top, if it is there.
func below(dir, top string) (rest string, ok bool) {
	if dir == top {
		return "", true
	}
	return strings.CutPrefix(dir, strings.TrimSuffix(top, "/")+"/")
}

// put makes a file of the kernel's tree that holds data, with the directories above it.
func (s *system) put(name string, data []byte, mode uint32) error {
	if err := s.files.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	return s.files.WriteFile(name, data, mode)
}

// close ends all that runs. A module that is just being compiled cannot be
// interrupted, and is not waited for: the command ends in any case.
func (s *system) close() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		// Nothing that these answer could matter any more.
		_ = s.kernel.Close()
		_ = s.machine.Close()
		for _, f := range s.mounted {
			_ = f.Close()
		}
	}()
	select {
	case <-done:
	case <-time.After(patience / 4):
	}
}

// plain is a host's error without the operation, which the user did not ask for by its name.
func plain(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}
