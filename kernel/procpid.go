package kernel

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// procDir is the directory of a process.
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
			text("stat", p.procStat),
			text("comm", func() string { return p.comm() + "\n" }),
			text("cmdline", func() string { return strings.Join(append(slices.Clone(p.argv), ""), "\x00") }),
			text("environ", func() string { return strings.Join(append(slices.Clone(p.env), ""), "\x00") }),
			text("limits", p.procLimits),
			{Name: "mounts", Text: func() ([]byte, error) { return []byte(mountTable(p.fs)), nil }},
			{Name: "root", Link: fixedLink("/")},
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

// comm is the program's name as Linux keeps it: up to 15 bytes of the file's.
func (p *Process) comm() string {
	name := path.Base(p.name)
	return name[:min(len(name), 15)]
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
	var unheard, caught uint64
	for s, how := range p.sig.how {
		switch {
		case s == 0:
		case p.sig.to[s] != nil:
			caught |= 1 << (s - 1)
		case how == ignored:
			unheard |= 1 << (s - 1)
		}
	}
	var b strings.Builder
	for _, line := range [...][2]any{
		{"Name", p.comm()}, {"Umask", fmt.Sprintf("%04o", p.umask)}, {"State", i.State + " (" + state + ")"},
		{"Tgid", i.PID}, {"Pid", i.PID}, {"PPid", i.PPID}, {"PGid", i.PGID}, {"Sid", i.SID}, {"TTY", i.TTY},
		{"Uid", fmt.Sprintf("%d\t%[1]d\t%[1]d\t%[1]d", sys.UserID)}, {"Gid", fmt.Sprintf("%d\t%[1]d\t%[1]d\t%[1]d", sys.UserID)},
		{"FDSize", len(p.fds)}, {"FDs", open}, {"Threads", 1},
		{"SigIgn", fmt.Sprintf("%016x", unheard)}, {"SigCgt", fmt.Sprintf("%016x", caught)},
		{"Engine", i.Engine}, {"CPU", fmt.Sprintf("%.3f s", p.cpuTime().Seconds())}, {"Output", p.written},
	} {
		fmt.Fprintf(&b, "%v:\t%v\n", line[0], line[1])
	}
	return b.String()
}

// procStat is the one line of proc(5) with 52 fields; what is not known here is 0.
func (p *Process) procStat() string {
	i := p.info()
	foreground, terminal := -1, 0
	if p.session != nil && p.session.tty != nil {
		foreground = int(p.session.tty.group)
		n, _ := strconv.Atoi(strings.TrimPrefix(p.session.tty.name, "pts/")) // 0 for another name
		terminal = 136<<8 | n
	}
	tick := func(d time.Duration) int64 { return int64(d * ticks / time.Second) }
	fields := make([]any, 0, 52)
	fields = append(fields, i.PID, "("+p.comm()+")", i.State, i.PPID, i.PGID, i.SID, terminal, foreground, 0,
		0, 0, 0, 0, // faults
		tick(p.cpuTime()), 0, tick(p.cpu.children), 0,
		20, 0, 1, 0, // priority, nice, threads
		tick(p.began.Sub(p.k.started)))
	for len(fields) < cap(fields) {
		fields = append(fields, 0)
	}
	return fmt.Sprintln(fields...)
}

func (p *Process) procLimits() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit", "Hard Limit", "Units")
	line := func(name string, value uint64, unit string) {
		v := "unlimited"
		if value != 0 {
			v = strconv.FormatUint(value, 10)
		}
		fmt.Fprintf(&b, "%-25s %-20s %-20s %-10s\n", name, v, v, unit)
	}
	l := p.limits
	line("Max cpu time", uint64(l.CPU/time.Second), "seconds")
	line("Max file size", l.FileSize, "bytes")
	line("Max processes", uint64(l.Processes), "processes")
	line("Max open files", uint64(l.OpenFiles), "files")
	line("Max address space", l.Memory, "bytes")
	line("Max output", l.Output, "bytes")
	line("Max instructions", l.Instructions, "instructions")
	line("Max pipe size", uint64(l.pipeBytes(0)), "bytes")
	return b.String()
}

// procFDs are the process's fds. One on a file is a link to its path; what else there
// is, such as a pipe, has none, and its link leads to what opens as the fd. The one by which
// the process reads this directory is left out: it would be gone when it is looked at.
func (p *Process) procFDs() []vfs.StaticEntry {
	p.k.lock()
	places := map[int]vfs.Place{}
	var list []vfs.StaticEntry
	for n, e := range p.fds {
		switch {
		case e.f == nil:
		case e.f.stream == nil:
			places[n] = e.f.place
		default:
			list = append(list, vfs.StaticEntry{
				Name: strconv.Itoa(n), Link: fixedLink(e.f.streamName()), Device: fmt.Sprintf("proc/%d/%d", p.pid, n),
			})
		}
	}
	own := fmt.Sprintf("/proc/%d/fd", p.pid)
	p.k.unlock()
	for n, place := range places {
		if place.IsDir() {
			if at, err := p.fs.Path(place); err == nil && at == own {
				continue
			}
		}
		list = append(list, vfs.StaticEntry{Name: strconv.Itoa(n), Link: func(any) (string, error) { return p.fs.Path(place) }})
	}
	return list
}

var _ sys.Caller = (*Process)(nil)
