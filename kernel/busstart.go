package kernel

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// busLogs is where what packages print goes.
const busLogs = "/var/log/bus"

// pathOf is the caller's PATH.
func pathOf(in *bus.Incoming) []string { return strings.Split(peerOf(in).path, ":") }

// module finds the file of the package, in /bin and along the caller's PATH.
func (b *Bus) module(conf *busConf, dirs []string) (string, error) {
	files := b.k.init.Files()
	if conf.Module != "" {
		return conf.Module, nil
	}
	if strings.Contains(conf.Name, "/") {
		return "", errno.ENOENT
	}
	for _, dir := range append([]string{"/bin"}, dirs...) {
		for _, suffix := range [...]string{"", ".wasm"} {
			name := path.Join("/", dir, conf.Name+suffix)
			if dir == "" || !path.IsAbs(dir) || !isModule(files, name) {
				continue
			}
			return name, nil
		}
	}
	return "", errno.ENOENT
}

// isModule reports whether a file begins as a module does. A command of the shell or a
// script is none: it would not know what the argument "bus" means.
func isModule(files *sys.Files, name string) bool {
	fd, err := files.Open(name, sys.ORead, 0)
	if err != nil {
		return false
	}
	defer files.Close(fd)
	head := make([]byte, len(wasmMagic))
	n, err := files.Read(fd, head)
	return err == nil && string(head[:n]) == string(wasmMagic)
}

// start runs a process for the instance, and waits for its end.
func (b *Bus) start(inst *instance, dirs []string) {
	p := inst.pkg
	conf := busConf{Name: p.name}
	for _, c := range b.declared() {
		if c.Name == p.name {
			conf = c
		}
	}
	if conf.wrong != nil {
		b.gone(inst, errStart(p.name, fmt.Errorf("its declaration %s: %w", conf.file, conf.wrong)))
		return
	}
	file, err := b.module(&conf, dirs)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			b.gone(inst, err)
			return
		}
		if !b.elsewhere(inst) {
			b.gone(inst, errNoPackage(p.name))
		}
		b.forget(p)
		return
	}
	conf.Module = file
	b.mu.Lock()
	b.starting++
	b.mu.Unlock()
	pid, err := b.spawn(&conf)
	b.mu.Lock()
	b.starting--
	p.conf = conf
	inst.pid = uint32(pid)
	over := inst.over
	var listens []func()
	if b.starting == 0 {
		listens, b.listens = b.listens, nil
	}
	b.mu.Unlock()
	for _, fn := range listens {
		fn()
	}
	if err != nil {
		b.gone(inst, errStart(p.name, err))
		return
	}
	b.k.log.Info("a package was started", "module", "bus", "pid", pid, "package", p.name, "file", file)
	if over {
		b.stop(uint32(pid))
	}
	b.mu.Lock()
	var late *time.Timer
	late = time.AfterFunc(busReady, func() {
		more := busReady - b.k.ranFor(uint32(pid))
		b.mu.Lock()
		listens := inst.file != nil
		if more > 0 && !listens {
			late.Reset(more)
		}
		b.mu.Unlock()
		if !listens && more <= 0 {
			b.gone(inst, &bus.Error{Code: bus.CodeUnavailable, Crate: bus.CrateAborted, Message: fmt.Sprintf("the package %s does not listen on the bus", p.name)})
		}
	})
	b.mu.Unlock()
	_, status, err := b.k.init.Files().Wait(pid, 0)
	late.Stop()
	if err != nil {
		return // the kernel is closed
	}
	b.k.log.Info("a package has ended", "module", "bus", "pid", pid, "package", p.name, "code", status.Code())
	text := fmt.Sprintf("the package %s ended before it listened on the bus, with code %d", p.name, status.Code())
	b.gone(inst, &bus.Error{Code: bus.CodeUnavailable, Crate: bus.CrateAborted, Message: text})
}

// errStart is why the package name could not be started.
func errStart(name string, err error) error {
	return &bus.Error{Code: bus.CodeUnavailable, Crate: bus.CrateFetchFailed, Message: fmt.Sprintf("the package %s cannot be started: %v", name, err)}
}

// forget drops a package that does not exist.
func (b *Bus) forget(p *busPackage) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.packages[p.name] == p && len(p.instances) == 0 && p.waiting.n == 0 {
		delete(b.packages, p.name)
	}
}

// spawn starts a process of the package, whose output goes to a file.
func (b *Bus) spawn(conf *busConf) (pid int, err error) {
	p := b.k.init
	files := p.Files()
	narrowed, err := b.k.grants.declares(conf)
	if err != nil {
		return 0, err
	}
	if err := conf.present(files); err != nil {
		return 0, err
	}
	in, err := files.Open("/dev/null", sys.ORead|sys.OCloexec, 0)
	if err != nil {
		return 0, err
	}
	defer files.Close(in)
	out, err := b.log(files, conf.Name)
	if err != nil {
		return 0, err
	}
	defer files.Close(out)
	attr := &sys.SpawnAttr{
		Path: conf.Module, Argv: append([]string{conf.Name, "bus"}, conf.Args...), Cwd: "/",
		Env:    append([]string{"PATH=/bin", "HOME=/"}, conf.Env...),
		FDs:    [][2]uint32{{uint32(in), 0}, {uint32(out), 1}, {uint32(out), 2}},
		Engine: conf.Engine, Flags: sys.SpawnSetPGID,
		Dirs: append([]sys.PreopenDir{{Path: "/dev", Name: "/dev"}}, conf.Dirs...),
	}
	r := p.syscall(call{k: b.k, p: p, sync: true, narrowed: narrowed, r: &sys.Request{Op: sys.OpSpawn, Data: attr.Append(nil)}})
	if err := r.Err(); err != nil {
		return 0, fmt.Errorf("%s: %w", conf.Module, err)
	}
	return int(r.Vals[0]), nil
}

// log opens the file for what the package name prints.
func (b *Bus) log(files *sys.Files, name string) (int, error) {
	if err := files.MkdirAll(busLogs, 0o755); err == nil {
		file := path.Join(busLogs, strings.ReplaceAll(name, "/", "_")+".log")
		if fd, err := files.Open(file, sys.OWrite|sys.OCreate|sys.OAppend|sys.OCloexec, 0o644); err == nil {
			return fd, nil
		}
	}
	return files.Open("/dev/null", sys.OWrite|sys.OCloexec, 0)
}

// stop ends a process that the bus started.
func (b *Bus) stop(pid uint32) {
	b.k.init.Files().Kill(int(pid), sys.SIGTERM)
}
