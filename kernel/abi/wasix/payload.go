package wasix

import (
	"context"
	"slices"
	"sync"

	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/kernel/abi/busport"
	"github.com/bushel-wasm/bushel/kernel/engine"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// firstFD is the number of the first descriptor of a payload: far above the kernel's.
const firstFD = 1 << 30

// maxIovecs is the longest list of buffers, as POSIX's IOV_MAX.
const maxIovecs = 1024

// payloads are the bodies of events as read-only descriptors, which the guest reads to the
// end and closes.
type payloads struct {
	mu   sync.Mutex
	last uint32
	open map[uint32][]byte // what is left to be read
}

// add makes a descriptor of b.
func (p *payloads) add(b []byte) uint32 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open == nil {
		p.open = make(map[uint32][]byte)
	}
	for {
		fd := firstFD + p.last%firstFD
		p.last++
		if _, taken := p.open[fd]; !taken {
			p.open[fd] = b
			return fd
		}
	}
}

// full reports whether the guest has left as many of them open as it may.
func (p *payloads) full() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return busport.Full(len(p.open), 0)
}

// of are the functions that payloads have. All others say of them what they say of
// descriptors that are not open.
var of = map[string]func(p *payloads, mod api.Module, s []uint64) errno.Errno{
	"fd_read":         (*payloads).read,
	"fd_close":        (*payloads).close,
	"fd_filestat_get": (*payloads).filestat,
	"fd_seek":         func(*payloads, api.Module, []uint64) errno.Errno { return errno.ESPIPE },
}

// wrap makes the functions of list know the payloads.
func (p *payloads) wrap(list []engine.HostFunc) []engine.HostFunc {
	list = slices.Clone(list)
	for i := range list {
		f := &list[i]
		own, ok := of[f.Name]
		if !ok {
			continue
		}
		rest := f.Fn
		f.Fn = api.GoModuleFunc(func(ctx context.Context, mod api.Module, s []uint64) {
			if uint32(s[0]) < firstFD {
				rest(ctx, mod, s)
				return
			}
			s[0] = uint64(own(p, mod, s))
		})
	}
	return list
}

// has reports whether a descriptor is open, and what is left of it.
func (p *payloads) has(fd uint64) (rest []byte, ok bool) {
	rest, ok = p.open[uint32(fd)]
	return rest, ok
}

func (p *payloads) close(_ api.Module, s []uint64) errno.Errno {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.has(s[0]); !ok {
		return errno.EBADF
	}
	delete(p.open, uint32(s[0]))
	return 0
}

// read is fd_read: the fd, the list of buffers and its length, where to put the count.
func (p *payloads) read(mod api.Module, s []uint64) errno.Errno {
	p.mu.Lock()
	defer p.mu.Unlock()
	rest, ok := p.has(s[0])
	if !ok {
		return errno.EBADF
	}
	if uint32(s[2]) > maxIovecs {
		return errno.EINVAL
	}
	mem := mod.Memory()
	total := uint32(0)
	for i := range uint32(s[2]) {
		at, good := mem.ReadUint32Le(uint32(s[1]) + 8*i)
		size, too := mem.ReadUint32Le(uint32(s[1]) + 8*i + 4)
		if !good || !too {
			return errno.EFAULT
		}
		n := min(size, uint32(len(rest)))
		if n == 0 {
			continue
		}
		if !mem.Write(at, rest[:n]) {
			return errno.EFAULT
		}
		rest = rest[n:]
		total += n
	}
	if !mem.WriteUint32Le(uint32(s[3]), total) {
		return errno.EFAULT
	}
	p.open[uint32(s[0])] = rest
	return 0
}

// filestat is fd_filestat_get: the fd and where to put the record of 64 bytes, in which
// the size of what is left to be read is the one thing of interest.
func (p *payloads) filestat(mod api.Module, s []uint64) errno.Errno {
	p.mu.Lock()
	defer p.mu.Unlock()
	rest, ok := p.has(s[0])
	if !ok {
		return errno.EBADF
	}
	var b [64]byte
	b[16] = byte(sys.TypeRegular)
	le.PutUint64(b[24:], 1)
	le.PutUint64(b[32:], uint64(len(rest)))
	if !mod.Memory().Write(uint32(s[1]), b[:]) {
		return errno.EFAULT
	}
	return 0
}
