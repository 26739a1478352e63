package kernel

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// mountOwn mounts /dev and /proc.
func (k *Kernel) mountOwn() {
	clock := func() int64 { return time.Now().UnixNano() }
	f := k.init.Files()
	for _, m := range [...]struct {
		path, typ string
		top       vfs.StaticEntry
	}{
		{"/dev", "dev", k.devTree()},
		{"/proc", "proc", k.procTree()},
	} {
		err := f.MkdirAll(m.path, 0o755)
		if err == nil {
			err = k.fs.Mount(m.path, vfs.NewStatic(m.typ, m.top, clock), vfs.MountOptions{Fixed: true})
		}
		if err != nil {
			k.log.Error("a tree of the kernel cannot be mounted", "path", m.path, "err", err)
		}
	}
}

func (k *Kernel) devTree() vfs.StaticEntry {
	list := []vfs.StaticEntry{
		{Name: "fd", Link: fixedLink("/proc/self/fd")},
		{Name: "stdin", Device: "fd/0"},
		{Name: "stdout", Device: "fd/1"},
		{Name: "stderr", Device: "fd/2"},
		{Name: "urandom", Device: "random"},
		tcpTree(),
	}
	for _, name := range [...]string{"null", "zero", "full", "random", "tty", "bus"} {
		list = append(list, vfs.StaticEntry{Name: name, Device: name})
	}
	return vfs.StaticEntry{Entries: list}
}

func fixedLink(target string) func(any) (string, error) {
	return func(any) (string, error) { return target, nil }
}

func (k *Kernel) procTree() vfs.StaticEntry {
	text := func(name string, fn func() string) vfs.StaticEntry {
		return vfs.StaticEntry{Name: name, Text: func() ([]byte, error) { return []byte(fn()), nil }}
	}
	return vfs.StaticEntry{
		Entries: []vfs.StaticEntry{
			{Name: "self", Link: func(caller any) (string, error) {
				if p, ok := caller.(*Process); ok {
					return strconv.Itoa(p.PID()), nil
				}
				return "", errno.ENOENT
			}},
			text("uptime", func() string { return fmt.Sprintf("%.2f\n", time.Since(k.started).Seconds()) }),
			text("version", func() string {
				return fmt.Sprintf("Bushel (%s %s/%s)\n", runtime.Version(), runtime.GOOS, runtime.GOARCH)
			}),
			{Name: "mounts", Link: fixedLink("self/mounts")},
			text("meminfo", memInfo),
			text("joined", k.joinedPipes),
		},
		List: k.procDirs,
	}
}

// memInfo is what the Go runtime has from its system and uses of it.
func memInfo() string {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	used := m.HeapInuse + m.StackInuse
	return fmt.Sprintf("MemTotal: %12d kB\nMemFree:  %12d kB\n", m.Sys>>10, (m.Sys-min(m.Sys, used))>>10)
}

// procDirs are the directories of the processes.
func (k *Kernel) procDirs() []vfs.StaticEntry {
	k.lock()
	defer k.unlock()
	var list []vfs.StaticEntry
	for _, pid := range slices.Sorted(maps.Keys(k.procs)) {
		list = append(list, k.procs[pid].procDir())
	}
	return list
}

func (p *Process) procDir() vfs.StaticEntry {
	text := func(name string, fn func() string) vfs.StaticEntry {
		return vfs.StaticEntry{Name: name, Text: func() ([]byte, error) {
			p.k.lock()
			defer p.k.unlock()
			return []byte(fn()), nil
		}}
	}
	return vfs.StaticEntry{
		Name: strconv.Itoa(p.PID()),
		Entries: []vfs.StaticEntry{
			text("status", p.procStatus),
			text("cmdline", func() string { return strings.Join(append(slices.Clone(p.argv), ""), "\x00") }),
			text("limits", p.procLimits),
			{Name: "mounts", Text: func() ([]byte, error) { return []byte(mountTable(p.fs)), nil }},
			{Name: "cwd", Link: func(any) (string, error) {
				p.k.lock()
				cwd := p.cwd
				p.k.unlock()
				return p.fs.Path(cwd)
			}},
			{Name: "fd", Mode: 0o500, List: p.procFDs},
		},
	}
}

func (p *Process) procStatus() string {
	i := p.info()
	state := map[string]string{"R": "running", "S": "sleeping", "T": "stopped", "Z": "zombie"}[i.State]
	open := 0
	for _, e := range p.fds {
		if e.f != nil {
			open++
		}
	}
	return fmt.Sprintf("Name:\t%s\nUmask:\t%04o\nState:\t%s (%s)\nPid:\t%d\nPPid:\t%d\nPGid:\t%d\nSid:\t%d\nTTY:\t%s\nEngine:\t%s\nFDs:\t%d\nCPU:\t%.3f s\nOutput:\t%d\n",
		p.name, p.umask, i.State, state, i.PID, i.PPID, i.PGID, i.SID, i.TTY, i.Engine, open, p.cpuTime().Seconds(), p.written)
}

func (p *Process) procLimits() string {
	var b strings.Builder
	line := func(name string, value uint64, unit string) {
		v := "unlimited"
		if value != 0 {
			v = strconv.FormatUint(value, 10)
		}
		fmt.Fprintf(&b, "%-20s %-12s %s\n", name, v, unit)
	}
	l := p.limits
	line("Max open files", uint64(l.OpenFiles), "files")
	line("Max processes", uint64(l.Processes), "processes")
	line("Max file size", l.FileSize, "bytes")
	line("Max memory", l.Memory, "bytes")
	line("Max output", l.Output, "bytes")
	line("Max cpu time", uint64(l.CPU/time.Second), "seconds")
	line("Max pipe size", uint64(l.pipeBytes()), "bytes")
	return b.String()
}

// procFDs are the process's fds. One on a file is a link to its path; what else
// there is, such as a pipe, has none, and is a device that opens as what the fd is.
func (p *Process) procFDs() []vfs.StaticEntry {
	p.k.lock()
	defer p.k.unlock()
	var list []vfs.StaticEntry
	for n, e := range p.fds {
		switch {
		case e.f == nil:
		case e.f.stream == nil:
			place := e.f.place
			list = append(list, vfs.StaticEntry{Name: strconv.Itoa(n), Link: func(any) (string, error) { return p.fs.Path(place) }})
		default:
			list = append(list, vfs.StaticEntry{Name: strconv.Itoa(n), Device: fmt.Sprintf("proc/%d/%d", p.pid, n)})
		}
	}
	return list
}

var _ sys.Caller = (*Process)(nil)
