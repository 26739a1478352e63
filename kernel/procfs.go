package kernel

import (
	"fmt"
	"maps"
	"math"
	"runtime"
	"slices"
	"strconv"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
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
			k.log.Error("a tree of the kernel cannot be mounted", "module", "kernel", "path", m.path, "err", err)
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
		k.ptsTree(),
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
			text("uptime", k.procUptime),
			text("version", func() string {
				return fmt.Sprintf("Bushel version %s (%s %s/%s)\n", release, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			}),
			text("loadavg", k.procLoad),
			text("stat", k.procStat),
			text("cpuinfo", cpuInfo),
			text("filesystems", k.procTypes),
			{Name: "net", Entries: []vfs.StaticEntry{text("tcp", k.procTCP)}},
			{Name: "sys", Entries: []vfs.StaticEntry{{Name: "fs", Entries: []vfs.StaticEntry{
				text("file-nr", func() string { return fmt.Sprintf("%d\t0\t%d\n", k.Usage().OpenFiles, math.MaxInt64) }),
			}}, {Name: "kernel", Entries: []vfs.StaticEntry{
				text("hostname", func() string { return "bushel\n" }),
				text("ostype", func() string { return "Bushel\n" }),
				text("osrelease", func() string { return release + "\n" }),
				text("pid_max", func() string { return fmt.Sprintln(maxPID) }),
				{Name: "random", Entries: []vfs.StaticEntry{text("uuid", randomUUID)}},
			}}}},
			{Name: "mounts", Link: fixedLink("self/mounts")},
			text("meminfo", memInfo),
			text("joined", k.joinedPipes),
		},
		List: k.procDirs,
	}
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
