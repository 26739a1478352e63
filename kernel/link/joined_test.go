package link_test

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/internal/await"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/link"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// far is a machine whose guests are Go functions at the far ends of links, as they are
// in a page: by the text behind the magic number.
type far struct {
	k   *kernel.Kernel
	run map[string]func(p *proc) uint8

	mu     sync.Mutex
	procs  map[uint32]*proc
	joints int // how many pipes have been joined
	open   int // ends of channels that are open
	flags  map[string]chan struct{}
	late   string // Start returns when this flag is there; at once if it is empty
	// lingers is called when a guest is to be ended, before its link hears of that; nil is nothing.
	lingers func()
}

// proc is a guest: its worker, in which the link's messages come one after another.
type proc struct {
	reused atomic.Int32 // messages whose memory was given back

	*sys.Files
	far    *far
	guest  *kernel.Guest
	client *link.Client
	server *link.Server
	ends   []*channelEnd // that it was given
	killed bool
	events *mailbox // the worker's messages
	calls  *mailbox // those to the kernel
	argv   []string
}

// mailbox performs what is put into it, in order, on a goroutine of its own, until it
// is closed.
type mailbox struct {
	mu     sync.Mutex
	cond   *sync.Cond
	list   []func()
	paused bool
	closed bool
	lag    int // how often others go before each of them
}

func newMailbox() *mailbox {
	b := &mailbox{}
	b.cond = sync.NewCond(&b.mu)
	go func() {
		for {
			b.mu.Lock()
			for (len(b.list) == 0 || b.paused) && !b.closed {
				b.cond.Wait()
			}
			if b.closed {
				b.mu.Unlock()
				return
			}
			fn := b.list[0]
			b.list = b.list[1:]
			lag := b.lag
			b.mu.Unlock()
			for range lag {
				runtime.Gosched()
			}
			fn()
		}
	}()
	return b
}

// slow has it perform things late.
func (b *mailbox) slow(lag int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lag = lag
}

// waiting is how much it has yet to perform.
func (b *mailbox) waiting() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.list)
}

func (b *mailbox) put(fn func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.list = append(b.list, fn)
	b.cond.Broadcast()
}

// set changes whether the mailbox is closed, or for a time performs nothing, as the
// messages of a worker whose guest computes.
func (b *mailbox) set(closed, paused bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed, b.paused = b.closed || closed, paused
	b.cond.Broadcast()
}

func bootFar(t testing.TB, hook kernel.Hook) *far {
	t.Helper()
	f := &far{flags: map[string]chan struct{}{}, procs: map[uint32]*proc{}, run: map[string]func(*proc) uint8{}}
	f.k = kernel.New(kernel.Config{Machine: f, Hook: hook})
	t.Cleanup(func() {
		f.k.Close()
		if u := f.k.Usage(); u.Joined != 0 || u.OpenFiles != 0 {
			t.Errorf("left: %+v", u)
		}
		await.Until(t, "all ends of channels are closed", func() bool {
			f.mu.Lock()
			defer f.mu.Unlock()
			return f.open == 0
		})
		for _, p := range f.procs {
			p.calls.set(true, false)
			p.events.set(true, false)
		}
	})
	return f
}

// program makes fn the file /name.
func (f *far) program(name string, fn func(p *proc) uint8) {
	f.mu.Lock()
	f.run[name] = fn
	f.mu.Unlock()
	f.k.Init().Files().WriteFile("/"+name, []byte("\x00asm"+name), 0o755)
}

// spawn starts a program with fds of process 1.
func (f *far) spawn(t testing.TB, name string, fds [][2]uint32, args ...string) int {
	t.Helper()
	pid, err := f.k.Init().Files().Spawn(&sys.SpawnAttr{Path: "/" + name, Argv: append([]string{name}, args...), FDs: fds})
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// wait waits for a child of process 1.
func (f *far) wait(t testing.TB, pid int) sys.WaitStatus {
	t.Helper()
	_, status, err := f.k.Init().Files().Wait(pid, 0)
	if err != nil {
		t.Fatal(err)
	}
	return status
}

func (f *far) Load(_ context.Context, _ kernel.ImageKey, _ string, read func() ([]byte, error)) (kernel.Image, error) {
	code, err := read()
	return strings.TrimPrefix(string(code), "\x00asm"), err
}

func (f *far) Start(g *kernel.Guest) (kernel.Running, error) {
	p := &proc{far: f, guest: g, events: newMailbox(), calls: newMailbox(), argv: g.Info.Argv}
	began := time.Now()
	p.client = link.NewClient(func(b []byte) {
		b = bytes.Clone(b)
		p.calls.put(func() { p.server.Receive(b) })
	}, func() time.Duration { return time.Since(began) })
	p.server = link.NewServer(g.Process, func(b []byte) {
		b = bytes.Clone(b)
		p.events.put(func() { p.client.Receive(b) })
	})
	p.client.Alarm(func() { time.AfterFunc(link.RestTime, p.client.Rests) })
	p.client.Reuse(func(msg []byte) {
		for i := range msg {
			msg[i] = 0xdb // whoever still reads it reads this
		}
		p.reused.Add(1)
	})
	p.client.Begin(&g.Info)
	p.Files = sys.NewFiles(p.client)
	f.mu.Lock()
	f.procs[g.Info.PID] = p
	f.mu.Unlock()
	f.mu.Lock()
	run := f.run[g.Image.(string)]
	f.mu.Unlock()
	go func() { p.client.Exit(run(p)) }()
	if f.late != "" {
		f.await(f.late)
	}
	return p, nil
}

func (f *far) find(pid uint32) *proc {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.procs[pid]
}

// Join implements kernel.Joiner.
func (f *far) Join(writer, reader *kernel.Guest, pipe uint32) bool {
	w, r := f.find(writer.Info.PID), f.find(reader.Info.PID)
	f.mu.Lock()
	f.joints++
	f.open += 2
	f.mu.Unlock()
	a, b := &channelEnd{p: w, pipe: pipe}, &channelEnd{p: r, pipe: pipe}
	a.peer, b.peer = b, a
	w.give(a)
	r.give(b)
	return true
}

// give hands p an end. With a process that is killed its ends go.
func (p *proc) give(e *channelEnd) {
	p.far.mu.Lock()
	killed := p.killed
	p.ends = append(p.ends, e)
	p.far.mu.Unlock()
	if killed {
		e.Close()
		return
	}
	p.events.put(func() { p.client.Joined(e.pipe, e) })
}

func (f *far) joined() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.joints
}

// Kill implements kernel.Running: what the guest still does has no effect.
func (p *proc) Kill() {
	p.server.Close()
	p.calls.set(true, false)
	p.events.set(true, false)
	p.far.mu.Lock()
	p.killed = true
	ends := p.ends
	p.far.mu.Unlock()
	for _, e := range ends {
		e.Close()
	}
}

// Linger implements kernel.Lingerer: all that was sent arrives.
func (p *proc) Linger(gone func()) {
	if p.far.lingers != nil {
		p.far.lingers()
	}
	p.server.Linger()
	p.calls.put(func() { p.server.Idle(gone) })
}

func (p *proc) Stop()     {}
func (p *proc) Continue() {}

// Ask implements kernel.Holder.
func (p *proc) Ask(pipe uint32, reader bool, what sys.PipeAsk) { p.server.Ask(pipe, reader, what) }

// channelEnd is an end of a channel in memory. Messages arrive as a worker's do.
type channelEnd struct {
	p      *proc
	pipe   uint32
	peer   *channelEnd
	mu     sync.Mutex
	got    []byte
	closed bool
}

func (c *channelEnd) Post(data []byte) {
	data = bytes.Clone(data)
	to := c.peer
	to.p.events.put(func() {
		to.mu.Lock()
		closed := to.closed
		to.got = append(to.got, data...)
		to.mu.Unlock()
		if !closed {
			to.p.client.Arrived(to.pipe, len(data))
		}
	})
}

func (c *channelEnd) Take(dst []byte) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := copy(dst, c.got)
	c.got = c.got[n:]
	return n
}

func (c *channelEnd) Credit(n int) {
	to := c.peer
	to.p.events.put(func() { to.p.client.Credited(to.pipe, n) })
}

func (c *channelEnd) Turn() { c.p.events.put(func() { c.p.client.Turned(c.pipe) }) }

func (c *channelEnd) Drain() { c.p.events.put(func() { c.p.client.Drained(c.pipe) }) }

func (c *channelEnd) Close() {
	c.mu.Lock()
	was := c.closed
	c.closed = true
	c.mu.Unlock()
	if !was {
		c.p.far.mu.Lock()
		c.p.far.open--
		c.p.far.mu.Unlock()
	}
}

// pattern is byte i of a stream that shows each gap and each swap.
func pattern(i int) byte { return byte(i*31 ^ i>>8*7 ^ i>>16) }

func fill(p []byte, at int) {
	for i := range p {
		p[i] = pattern(at + i)
	}
}

// firstWrong is the place of the first byte of p that is not the stream's, or -1.
func firstWrong(p []byte, at int) int {
	for i, b := range p {
		if b != pattern(at+i) {
			return at + i
		}
	}
	return -1
}

// send writes n bytes of the stream in pieces of size.
func send(p *proc, fd, n, size int) error {
	buf := make([]byte, size)
	for at := 0; at < n; at += size {
		m := min(size, n-at)
		fill(buf[:m], at)
		if _, err := p.Write(fd, buf[:m]); err != nil {
			return err
		}
	}
	return nil
}

// receive reads until the end and returns how much it was, -1 if a byte was wrong.
func receive(p *proc, fd, size int) int {
	buf := make([]byte, size)
	for at := 0; ; {
		n, err := p.Read(fd, buf)
		if n == 0 || err != nil {
			return at
		}
		if firstWrong(buf[:n], at) >= 0 {
			return -1
		}
		at += n
	}
}

const flood = 4 << 20

// pipeline runs writer and reader with a pipe between them and returns their ends.
func (f *far) pipeline(t testing.TB, writer, reader func(p *proc) uint8) (sys.WaitStatus, sys.WaitStatus) {
	t.Helper()
	f.program("writer", writer)
	f.program("reader", reader)
	init := f.k.Init().Files()
	r, w, err := init.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	wp := f.spawn(t, "writer", [][2]uint32{{uint32(w), 1}})
	rp := f.spawn(t, "reader", [][2]uint32{{uint32(r), 0}})
	init.Close(r)
	init.Close(w)
	return f.wait(t, wp), f.wait(t, rp)
}

func TestJoined_pipeline(t *testing.T) {
	for _, tt := range []struct{ write, read int }{
		{64 << 10, 64 << 10}, {1 << 10, 64 << 10}, {64 << 10, 777}, {100_000, 200_000}, {3333, 10_000}, {1 << 20, 4096},
	} {
		t.Run(fmt.Sprintf("%d to %d", tt.write, tt.read), func(t *testing.T) {
			f := bootFar(t, nil)
			var got int
			ws, rs := f.pipeline(t, func(p *proc) uint8 {
				if err := send(p, 1, flood, tt.write); err != nil {
					t.Error(err)
				}
				return 0
			}, func(p *proc) uint8 {
				got = receive(p, 0, tt.read)
				return 0
			})
			if got != flood || ws != 0 || rs != 0 {
				t.Errorf("%d bytes, writer %#x, reader %#x", got, ws, rs)
			}
			if f.joined() == 0 {
				t.Error("the pipe was not joined")
			}
		})
	}
}

// send2 goes on with the stream at at.
func send2(p *proc, at, n int) error {
	buf := make([]byte, 64<<10)
	for end := at + n; at < end; at += len(buf) {
		buf = buf[:min(len(buf), end-at)]
		fill(buf, at)
		if _, err := p.Write(1, buf); err != nil {
			return err
		}
	}
	return nil
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func itoa(n int) string { return strconv.Itoa(n) }

// flag says that something is so, and await waits for that.
func (f *far) flag(what string) { close(f.flagOf(what)) }

func (f *far) await(what string) { <-f.flagOf(what) }

func (f *far) flagOf(what string) chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.flags[what] == nil {
		f.flags[what] = make(chan struct{})
	}
	return f.flags[what]
}

// state is a process's state as ps shows it.
func (f *far) state(pid int) string {
	for _, i := range f.k.Processes() {
		if int(i.PID) == pid {
			return i.State
		}
	}
	return ""
}
