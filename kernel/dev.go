package kernel

import (
	"crypto/rand"
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// charDevice is a device without a state, by its name.
type charDevice string

const (
	devNull   charDevice = "null"
	devZero   charDevice = "zero"
	devFull   charDevice = "full"
	devRandom charDevice = "random"
)

const (
	// devBytes is the most that one read of a device gives, since it is made with
	// the kernel's lock held.
	devBytes = 256 << 10
	// randomBytes is the same for random bytes, which take longer.
	randomBytes = 32 << 10
)

// openDevice opens the device name for p, which the tree found. The lock is held.
func (p *Process) openDevice(name string, flags sys.OpenFlag) (*openFile, errno.Errno) {
	k := p.k
	switch name {
	case "null", "zero", "full", "random":
		info := sys.FDInfo(sys.TypeCharDevice) | sys.InfoSeek
		if name != "full" && flags&sys.OWrite != 0 {
			info |= sys.InfoBulk
		}
		return k.newStream(charDevice(name), flags, info), 0
	case "tty":
		if p.session == nil || p.session.tty == nil {
			return nil, errno.ENXIO
		}
		return p.session.tty.open(flags), 0
	case "bus":
		return p.openBus(flags), 0
	}
	if port, ok := strings.CutPrefix(name, "tcp/"); ok {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			return nil, errno.ENXIO
		}
		return p.openPort(uint16(n), flags)
	}
	if t := k.terminal(name); t != nil {
		return t.open(flags), 0
	}
	f, e := p.deviceFile(name)
	switch {
	case e != 0:
		return nil, e
	case flags&sys.OAccess&^f.flags != 0:
		return nil, errno.EACCES
	}
	if f.copy.Load() != nil || f.owner != nil {
		return k.reopen(f, flags), 0
	}
	f.share()
	return f, 0
}

// deviceFile is the open file that a device stands for: "fd/N" is fd N of p,
// "proc/PID/N" that of another process. The lock is held.
func (p *Process) deviceFile(name string) (*openFile, errno.Errno) {
	owner, number := p, ""
	if rest, ok := strings.CutPrefix(name, "proc/"); ok {
		pid, n, _ := strings.Cut(rest, "/")
		id, err := strconv.ParseUint(pid, 10, 32)
		if err != nil {
			return nil, errno.ENXIO
		}
		if owner = p.k.procs[uint32(id)]; owner == nil {
			return nil, errno.ENOENT
		}
		number = n
	} else if number, ok = strings.CutPrefix(name, "fd/"); !ok {
		return nil, errno.ENXIO
	}
	n, err := strconv.ParseUint(number, 10, 32)
	if err != nil {
		return nil, errno.ENXIO
	}
	f, open := owner.fd(n)
	if !open {
		return nil, errno.ENOENT
	}
	return f, 0
}

// deviceStat is st, of the device name, with the type of what it stands for.
func (p *Process) deviceStat(name string, st sys.Stat) sys.Stat {
	p.k.lock()
	defer p.k.unlock()
	if f, e := p.deviceFile(name); e == 0 && f.stream != nil {
		is := f.stream.stat()
		st.Type, st.Mode, st.Size = is.Type, is.Mode, is.Size
		if is.Ino != 0 {
			st.Ino = is.Ino
		}
	}
	return st
}

// terminal is the controlling terminal of that name of a session, nil if there is none.
func (k *Kernel) terminal(name string) *tty {
	for _, s := range k.sessions {
		if s.tty != nil && s.tty.name == name {
			return s.tty
		}
	}
	return nil
}

// ptsTree is /dev/pts, with the terminals that sessions have.
func (k *Kernel) ptsTree() vfs.StaticEntry {
	return vfs.StaticEntry{Name: "pts", List: func() (list []vfs.StaticEntry) {
		k.lock()
		defer k.unlock()
		for _, s := range k.sessions {
			if s.tty != nil {
				list = append(list, vfs.StaticEntry{Name: strings.TrimPrefix(s.tty.name, "pts/"), Device: s.tty.name, Mode: 0o620})
			}
		}
		return list
	}}
}

// streamName is what the link of an fd on a stream says.
func (f *openFile) streamName() string {
	switch s := f.stream.(type) {
	case charDevice:
		return "/dev/" + string(s)
	case *tty:
		return "/dev/" + s.name
	case ptyMaster:
		return "/dev/ptmx"
	}
	kind := "anon_inode"
	switch f.info.Type() {
	case sys.TypeFIFO:
		kind = "pipe"
	case sys.TypeSocket:
		kind = "socket"
	}
	return kind + ":[" + strconv.FormatUint(f.stream.stat().Ino, 10) + "]"
}

// tcpTree is /dev/tcp, where HOST/PORT opens as a connection, as bash has it.
func tcpTree() vfs.StaticEntry {
	ports := func(port string) (vfs.StaticEntry, bool) {
		n, err := strconv.ParseUint(port, 10, 16)
		return vfs.StaticEntry{Name: port, Device: "tcp/" + port}, err == nil && n > 0
	}
	return vfs.StaticEntry{Name: "tcp", Find: func(host string) (vfs.StaticEntry, bool) {
		return vfs.StaticEntry{Name: host, Find: ports}, sys.IsLoopback(host)
	}}
}

// reopen is a new open file description of what f is on. It is for files whose offset
// the process that opened them may keep by itself, so that it cannot be shared.
func (k *Kernel) reopen(f *openFile, flags sys.OpenFlag) *openFile {
	again := k.newFile(flags, f.info)
	again.place, again.held, again.readOnly = f.place, f.held, f.readOnly
	if again.held != nil {
		again.held.Hold()
	}
	return again
}

func (d charDevice) read(c *call, n int) verdict {
	c.ok()
	switch d {
	case devZero, devFull:
		c.reply.Data = c.buffer(min(n, devBytes))
		clear(c.reply.Data)
	case devRandom:
		c.reply.Data = c.buffer(min(n, randomBytes))
		rand.Read(c.reply.Data) // never fails
	}
	return ended
}

func (d charDevice) write(c *call, data []byte) verdict {
	if d == devFull && len(data) > 0 {
		return c.fail(errno.ENOSPC)
	}
	return c.ok(uint64(len(data)))
}

func (d charDevice) poll() (sys.PollEvent, uint64) { return sys.PollIn | sys.PollOut, 0 }

// await has nothing to wait for: a device is always ready.
func (d charDevice) await(*call, sys.PollEvent) {}

func (d charDevice) stat() sys.Stat {
	return sys.Stat{Type: sys.TypeCharDevice, Mode: 0o666, Nlink: 1}
}

func (d charDevice) closed() {}
