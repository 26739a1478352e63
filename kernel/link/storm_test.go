package link_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/link"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// port is one way of a message port: what was posted and has not arrived.
type port struct {
	mu    sync.Mutex
	queue [][]byte
	news  chan struct{} // something was posted, or a call has ended
}

func (p *port) post(b []byte) {
	p.mu.Lock()
	p.queue = append(p.queue, bytes.Clone(b))
	p.mu.Unlock()
	tell(p.news)
}

func (p *port) take() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.queue) == 0 {
		return nil
	}
	msg := p.queue[0]
	p.queue = p.queue[1:]
	return msg
}

func tell(news chan struct{}) {
	select {
	case news <- struct{}{}:
	default:
	}
}

// storm is some processes behind links and, in another kernel, the same processes
// without: whatever one does in both must end alike.
type storm struct {
	t     *testing.T
	rng   *rand.Rand
	now   time.Duration
	ends  []*farEnd
	wild  int // messages of others that arrive between two calls, on average
	steps []string

	news  chan struct{}
	turns int      // how many calls a process makes before another may, on average
	names []string // the paths that are used
	looks int      // how many of the next calls ask after files
}

// farEnd is a process behind a link, and its twin.
type farEnd struct {
	name         string
	caller, twin sys.Caller // a client, or the kernel's process itself
	process      *kernel.Process
	up, down     port
	server       *link.Server
	client       *link.Client
	fds          []uint64
	answers      int // how many messages of the kernel have arrived
}

// sleeper is a process of k that only waits for its end, with fds of process 1.
func sleeper(t *testing.T, k *kernel.Kernel, name string, fds ...uint32) *kernel.Process {
	t.Helper()
	attr := kernel.ForkAttr{Argv: []string{name}, FDs: [][2]uint32{}}
	for i, fd := range fds {
		attr.FDs = append(attr.FDs, [2]uint32{fd, uint32(i)})
	}
	p, err := k.Init().Fork(func(p *kernel.Process) int { <-p.Context().Done(); return 0 }, attr)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// opens opens path, which is made with some bytes if it is not there, for process 1 of k.
func opens(t *testing.T, k *kernel.Kernel, path string) uint32 {
	t.Helper()
	flags := sys.ORead | sys.OWrite | sys.OCreate
	r := k.Init().Syscall(&sys.Request{Op: sys.OpOpen, Args: [6]uint64{sys.AtCwd, uint64(flags), 0o644}, Path: path})
	fd := r.Vals[0]
	if r.Errno == 0 {
		r = k.Init().Syscall(&sys.Request{Op: sys.OpPWrite, Args: [6]uint64{fd}, Data: bytes.Repeat([]byte(inputText), 1000)})
	}
	if r.Errno != 0 {
		t.Fatal(r.Errno)
	}
	return uint32(fd)
}

// closes has process 1 of k have fd no longer.
func closes(k *kernel.Kernel, fd uint32) {
	k.Init().Syscall(&sys.Request{Op: sys.OpClose, Args: [6]uint64{uint64(fd)}})
}

// inherited are fds as a process behind a link is told of them that it begins with.
func inherited(n int) *sys.StartInfo {
	info := &sys.StartInfo{}
	for fd := range n {
		known := sys.FDInfo(sys.TypeRegular) | sys.InfoSeek | sys.InfoBulk
		info.FDs = append(info.FDs, sys.StartFD{FD: uint32(fd), Flags: sys.ORead | sys.OWrite, Info: known})
	}
	return info
}

func newStorm(t *testing.T, seed uint64, links, direct int) *storm {
	return newStormOn(t, nil, seed, links, direct)
}

// newStormOn is newStorm with the files of the processes behind links in tree; nil is one in
// memory, as that of their twins.
func newStormOn(t *testing.T, tree *vfs.Namespace, seed uint64, links, direct int) *storm {
	s := &storm{t: t, rng: rand.New(rand.NewPCG(seed, 1)), now: time.Second, news: make(chan struct{}, 1)}
	k, twin := kernel.New(kernel.Config{FS: tree}), kernel.New(kernel.Config{})
	t.Cleanup(func() { k.Close(); twin.Close() })
	// Each begins with a file that it alone has open so, and one that all have.
	all, allTwins := opens(t, k, "a"), opens(t, twin, "a")
	for i := range links + direct {
		name := fmt.Sprint("p", i)
		own, ownTwin := opens(t, k, "b"), opens(t, twin, "b")
		e := &farEnd{name: name, twin: sleeper(t, twin, name, ownTwin, allTwins), up: port{news: s.news}, down: port{news: s.news}, fds: []uint64{0, 1}}
		p := sleeper(t, k, name, own, all)
		closes(k, own)
		closes(twin, ownTwin)
		e.caller, e.process = p, p
		if i < links {
			e.server = link.NewServer(p, e.down.post)
			e.client = link.NewClient(e.up.post, func() time.Duration { return s.now })
			e.client.Begin(inherited(2))
			e.caller = e.client
		}
		s.ends = append(s.ends, e)
	}
	closes(k, all)
	closes(twin, allTwins)
	s.wild = s.rng.IntN(4)
	s.turns = [...]int{6, 6, 60}[s.rng.IntN(3)]
	s.names = []string{"/a", "/b", "/dir/a", "/dir/b", "/link", "/dir", "/other/c"}
	if s.rng.IntN(3) > 0 {
		s.names = []string{"a", "b", "dir/a", "dir/b", "link", "dir", "dir/c", "d", "e", "f", "dir/../b"}
	}
	return s
}

// arrive has the oldest message of one way arrive.
func (s *storm) arrive(e *farEnd, up bool) bool {
	p := &e.down
	if up {
		p = &e.up
	}
	msg := p.take()
	if msg == nil {
		return false
	}
	var err error
	if up {
		err = e.server.Receive(msg)
	} else {
		e.answers++
		err = e.client.Receive(msg)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return true
}

// drift has messages of anybody arrive, in any order of the ports.
func (s *storm) drift() {
	for range s.wild {
		e := s.ends[s.rng.IntN(len(s.ends))]
		if e.client != nil {
			s.arrive(e, s.rng.IntN(2) == 0)
		}
	}
}

// others has a message of another process arrive, for which e may wait.
func (s *storm) others(e *farEnd) bool {
	for _, o := range s.ends {
		if o != e && o.client != nil && (s.arrive(o, false) || s.arrive(o, true)) {
			return true
		}
	}
	return false
}

// call performs r for e.
func (s *storm) call(e *farEnd, r *sys.Request) sys.Reply {
	end := make(chan sys.Reply, 1)
	// The request's data is borrowed only until the call ends, and a reply's may be.
	e.caller.Start(r, func(got sys.Reply) {
		got.Data = bytes.Clone(got.Data)
		end <- got
		tell(s.news)
	})
	for {
		select {
		case reply := <-end:
			return reply
		default:
		}
		if len(end) == 0 {
			s.drift()
		}
		if len(end) == 0 && !s.arrive(e, s.rng.IntN(2) == 0) && !s.arrive(e, true) && !s.arrive(e, false) && !s.others(e) {
			select {
			case <-s.news:
			case <-time.After(20 * time.Second):
				s.t.Fatalf("%v waits for ever\n%v", r.Op, s.steps)
			}
		}
	}
}

// hand has e tell next, through the kernel, that it is its turn.
func (s *storm) hand(e, next *farEnd) {
	if e == next {
		return
	}
	if e.client != nil {
		s.call(e, &sys.Request{Op: sys.OpGetPID})
	}
	if next.client != nil {
		for s.arrive(next, false) {
		}
	}
}

func (s *storm) data(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('a' + s.rng.IntN(26))
	}
	return b
}

var stormSizes = []int{0, 1, 7, 100, 4096, 5000, 70_000}

// step makes up a call for e, which has the fds in e.fds.
func (s *storm) step(e *farEnd) *sys.Request {
	rng := s.rng
	path := func() string {
		return s.names[rng.IntN(len(s.names))]
	}
	fd := func() uint64 {
		if len(e.fds) == 0 || rng.IntN(40) == 0 {
			return uint64(rng.IntN(6))
		}
		return e.fds[rng.IntN(len(e.fds))]
	}
	size := func() int { return stormSizes[rng.IntN(len(stormSizes))] }
	offset := func() uint64 { return uint64([...]int{0, 0, 3, 4096, 60_000, 140_000}[rng.IntN(6)]) }
	args := func(a ...uint64) (out [6]uint64) { copy(out[:], a); return out }
	cwd := sys.AtCwd
	if s.looks > 0 {
		s.looks--
		return &sys.Request{Op: sys.OpStat, Args: args(cwd, 0, 0, uint64(rng.IntN(2))*uint64(sys.AtNoFollow)), Path: path()}
	}
	switch n := rng.IntN(100); {
	case n < 10 && len(e.fds) < 12 && rng.IntN(2) == 0:
		return &sys.Request{Op: sys.OpOpen, Args: args(cwd, uint64(sys.OWrite|sys.OCreate|sys.OTrunc), 0o644, 0), Path: path()}
	case n < 18 && len(e.fds) < 12:
		flags := [...]sys.OpenFlag{sys.ORead, sys.OWrite, sys.ORead | sys.OWrite}[rng.IntN(3)]
		for _, f := range [...]sys.OpenFlag{sys.OCreate, sys.OCreate, sys.OTrunc, sys.OAppend, sys.OExcl, sys.ONonblock, sys.OSync} {
			if rng.IntN(3) == 0 {
				flags |= f
			}
		}
		return &sys.Request{Op: sys.OpOpen, Args: args(cwd, uint64(flags), 0o644, 0), Path: path()}
	case n < 36:
		return &sys.Request{Op: sys.OpWrite, Args: args(fd()), Data: s.data(size())}
	case n < 54:
		return &sys.Request{Op: sys.OpRead, Args: args(fd(), uint64(size())), Lend: rng.IntN(2) == 0}
	case n < 58:
		return &sys.Request{Op: sys.OpPWrite, Args: args(fd(), 0, offset()), Data: s.data(size())}
	case n < 64:
		n := size()
		return &sys.Request{Op: sys.OpPRead, Args: args(fd(), uint64(n), offset()), Dst: make([]byte, n)}
	case n < 71:
		return &sys.Request{Op: sys.OpSeek, Args: args(fd(), uint64(int64(rng.IntN(9000)-2000)), uint64(rng.IntN(4)))}
	case n < 77:
		return &sys.Request{Op: sys.OpClose, Args: args(fd())}
	case n < 79:
		return &sys.Request{Op: sys.OpFStat, Args: args(fd())}
	case n < 80:
		both := []sys.PollFD{{FD: uint32(fd()), Events: sys.PollIn}, {FD: uint32(fd()), Events: sys.PollIn | sys.PollOut}}
		return &sys.Request{Op: sys.OpPoll, Data: sys.AppendPoll(nil, both)}
	case n < 82:
		s.looks = rng.IntN(30)
		return &sys.Request{Op: sys.OpStat, Args: args(cwd), Path: path()}
	case n < 84:
		attr := sys.SetAttr{Set: sys.AttrSize, Size: offset()}
		return &sys.Request{Op: sys.OpFSetAttr, Args: args(fd()), Data: attr.Append(nil)}
	case n < 86:
		attr := sys.SetAttr{Set: sys.AttrSize, Size: offset()}
		return &sys.Request{Op: sys.OpSetAttr, Args: args(cwd), Path: path(), Data: attr.Append(nil)}
	case n < 88:
		return &sys.Request{Op: sys.OpDup, Args: args(fd(), ^uint64(0), 0)}
	case n < 89:
		return &sys.Request{Op: sys.OpDup, Args: args(fd(), fd(), 0)}
	case n < 90:
		return &sys.Request{Op: sys.OpRenumber, Args: args(fd(), fd())}
	case n < 91:
		return &sys.Request{Op: sys.OpSetFD, Args: args(fd(), uint64([...]sys.OpenFlag{0, sys.OAppend, sys.ONonblock}[rng.IntN(3)]))}
	case n < 92:
		return &sys.Request{Op: sys.OpAllocate, Args: args(fd(), offset(), uint64(size()))}
	case n < 94:
		return &sys.Request{Op: sys.OpUnlink, Args: args(cwd), Path: path()}
	case n < 95:
		return &sys.Request{Op: sys.OpRename, Args: args(cwd, cwd), Path: path(), Data: []byte(path())}
	case n < 96:
		return &sys.Request{Op: sys.OpLink, Args: args(cwd, cwd), Path: path(), Data: []byte(path())}
	case n < 97:
		return &sys.Request{Op: sys.OpMkdir, Args: args(cwd, 0, 0o755), Path: path()}
	case n < 98:
		return &sys.Request{Op: sys.OpSymlink, Args: args(cwd), Path: path(), Data: []byte(path())}
	case n < 99:
		return &sys.Request{Op: sys.OpOpen, Args: args(cwd, uint64(sys.ORead)), Path: fmt.Sprint("/dev/fd/", fd())}
	}
	return &sys.Request{Op: sys.OpRmdir, Args: args(cwd), Path: path()}
}

// same compares two replies of one call; what a clock or an order of times is in is
// left out.
func same(op sys.Op, a, b sys.Reply) bool {
	if a.Errno != b.Errno || a.Vals[0] != b.Vals[0] {
		return false
	}
	if op == sys.OpFStat || op == sys.OpStat {
		x, err := sys.DecodeStat(a.Data)
		y, err2 := sys.DecodeStat(b.Data)
		return (err == nil) == (err2 == nil) && x.Size == y.Size && x.Nlink == y.Nlink && x.Ino == y.Ino && x.Type == y.Type && x.Mode == y.Mode
	}
	return bytes.Equal(a.Data, b.Data)
}

func (s *storm) run(steps int) {
	e := s.ends[0]
	for i := range steps {
		if s.rng.IntN(s.turns) == 0 {
			next := s.ends[s.rng.IntN(len(s.ends))]
			s.hand(e, next)
			e = next
		}
		s.now += time.Duration(s.rng.IntN(3)) * time.Millisecond
		r := s.step(e)
		twin := *r
		if r.Dst != nil {
			twin.Dst = make([]byte, len(r.Dst))
		}
		s.steps = append(s.steps, fmt.Sprintf("%d %s %v %d %q %d", i, e.name, r.Op, r.Args, r.Path, len(r.Data)))
		got, want := s.call(e, r), e.twin.Syscall(&twin)
		if !same(r.Op, got, want) {
			for _, line := range s.steps[max(0, len(s.steps)-100):] {
				s.t.Log(line)
			}
			s.t.Fatalf("step %d, %v %d %q: %v, %d, %d bytes (%.40q), want %v, %d, %d bytes (%.40q)", i, r.Op, r.Args, r.Path,
				got.Errno, got.Vals, len(got.Data), got.Data, want.Errno, want.Vals, len(want.Data), want.Data)
		}
		switch {
		case got.Errno != 0:
		case r.Op == sys.OpOpen || r.Op == sys.OpDup:
			e.fds = append(e.fds, got.Vals[0])
		case r.Op == sys.OpClose:
			e.closed(r.Args[0])
		case r.Op == sys.OpRenumber && r.Args[0] != r.Args[1]:
			e.closed(r.Args[0])
		}
	}
}

func (e *farEnd) closed(fd uint64) {
	kept := e.fds[:0]
	for _, n := range e.fds {
		if n != fd {
			kept = append(kept, n)
		}
	}
	e.fds = kept
}

// Whatever processes behind links do with files, one after another, each having heard
// of the end of what was done before, they see what they would see without links. Seeds
// count from 1: "go test -run Storm_files -seed 7 ./kernel/link" repeats one.
func TestStorm_files(t *testing.T) {
	if *stormSeed != 0 {
		newStorm(t, *stormSeed, 3, 1).run(400)
		return
	}
	for seed := range uint64(5 * *stormRounds) {
		t.Run(fmt.Sprint(seed+1), func(t *testing.T) { newStorm(t, seed+1, 3, 1).run(400) })
	}
}

// The same of files that last.
func TestStorm_store(t *testing.T) {
	for seed := range uint64(2 * *stormRounds) {
		t.Run(fmt.Sprint(seed+1), func(t *testing.T) { newStormOn(t, onStore(t), seed+1, 3, 1).run(400) })
	}
}
