package link_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// lender is a pipe whose end to read process 1 keeps, and which holds size bytes of the
// stream.
type lender struct {
	*far
	t    *testing.T
	init *sys.Files
	r, w int
}

func lending(t *testing.T, f *far, size int) *lender {
	t.Helper()
	init := f.k.Init().Files()
	r, w, err := init.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	l := &lender{f, t, init, r, w}
	data := make([]byte, size)
	fill(data, 0)
	if _, err := init.Write(w, data); err != nil {
		t.Fatal(err)
	}
	return l
}

// starts runs fn as a process whose standard input is the pipe.
func (l *lender) starts(name string, fn func(p *proc) uint8, fds ...[2]uint32) int {
	l.t.Helper()
	l.program(name, fn)
	return l.spawn(l.t, name, append(fds, [2]uint32{uint32(l.r), 0}))
}

// rest closes the end to write and reads what is left, which is to be the stream from at on.
func (l *lender) rest(at, size int) {
	l.t.Helper()
	if got := l.drain(); len(got) != size-at || firstWrong(got, at) >= 0 {
		l.t.Errorf("%d bytes were left of %d from %d on, the first wrong one is %d", len(got), size-at, at, firstWrong(got, at))
	}
}

func (l *lender) drain() (got []byte) {
	l.t.Helper()
	l.init.Close(l.w)
	defer l.init.Close(l.r)
	buf := make([]byte, 100_000)
	for {
		n, err := l.init.Read(l.r, buf)
		if n == 0 {
			if err != io.EOF {
				l.t.Error(err)
			}
			return got
		}
		got = append(got, buf[:n]...)
	}
}

// takes reads n bytes of the stream from at on, in pieces of size at most.
func (p *proc) takes(t *testing.T, fd, at, n, size int) {
	buf := make([]byte, size)
	for end := at + n; at < end; {
		m, err := p.Read(fd, buf[:min(size, end-at)])
		if err != nil || firstWrong(buf[:m], at) >= 0 {
			t.Errorf("at %d: %d bytes, %v, the first wrong one is %d", at, m, err, firstWrong(buf[:m], at))
			return
		}
		at += m
	}
}

// What a process has read of a pipe that others hold too is gone, and all else is there for the
// next, however the process lets go of it.
func TestLoan_theRestIsThere(t *testing.T) {
	const size = 50_000
	for _, tt := range []struct {
		name string
		then func(t *testing.T, l *lender, p *proc)
	}{
		{"it ends", func(*testing.T, *lender, *proc) {}},
		{"it closes it", func(t *testing.T, l *lender, p *proc) {
			p.Close(0)
			l.flag("read")
			l.await("checked")
		}},
		{"it waits for something else", func(t *testing.T, l *lender, p *proc) {
			r, _, _ := p.Pipe()
			l.flag("read")
			p.Read(r, make([]byte, 1))
		}},
		{"it asks for it to be ready", func(t *testing.T, l *lender, p *proc) {
			list := []sys.PollFD{{FD: 0, Events: sys.PollIn}}
			if n, err := p.Poll(list, 0); n != 1 || err != nil || list[0].Bytes == 0 {
				t.Errorf("poll: %d, %v, %+v", n, err, list)
			}
		}},
		{"it has a second number for it", func(t *testing.T, l *lender, p *proc) {
			if _, err := p.Dup(0); err != nil {
				t.Error(err)
			}
			l.flag("read")
			l.await("checked")
		}},
		{"it puts another file there", func(t *testing.T, l *lender, p *proc) {
			r, _, _ := p.Pipe()
			if err := p.Dup2(r, 0); err != nil {
				t.Error(err)
			}
			l.flag("read")
			l.await("checked")
		}},
		{"it gives it another number", func(t *testing.T, l *lender, p *proc) {
			r, _, _ := p.Pipe()
			if err := p.Renumber(0, r); err != nil {
				t.Error(err)
			}
			l.flag("read")
			l.await("checked")
		}},
		{"it is not to wait", func(t *testing.T, l *lender, p *proc) {
			if err := p.SetFDFlags(0, sys.ONonblock); err != nil {
				t.Error(err)
			}
			l.flag("read")
			l.await("checked")
		}},
		{"its child takes nothing", func(t *testing.T, l *lender, p *proc) {
			l.program("child", func(*proc) uint8 { return 0 })
			pid, err := p.Spawn(&sys.SpawnAttr{Path: "/child", Argv: []string{"child"}, FDs: [][2]uint32{{0, 0}}})
			if err != nil {
				t.Error(err)
				return
			}
			p.Wait(pid, 0)
		}},
	} {
		for _, read := range []int{1, 4096, 30_000, size - 1} {
			t.Run(fmt.Sprintf("%s after %d", tt.name, read), func(t *testing.T) {
				l := lending(t, bootFar(t, nil), size)
				l.starts("reader", func(p *proc) uint8 {
					p.takes(t, 0, 0, read, 777)
					tt.then(t, l, p)
					l.flag("over")
					return 0
				})
				select {
				case <-l.flagOf("read"):
				case <-l.flagOf("over"):
				}
				l.rest(read, size)
				l.flag("checked")
			})
		}
	}
}

// A child goes on where its parent is, and the parent where the child was.
func TestLoan_child(t *testing.T) {
	const size = 60_000
	l := lending(t, bootFar(t, nil), size)
	l.program("child", func(p *proc) uint8 { p.takes(t, 0, 1000, 1000, 10); return 0 })
	pid := l.starts("parent", func(p *proc) uint8 {
		p.takes(t, 0, 0, 1000, 10)
		child, err := p.Spawn(&sys.SpawnAttr{Path: "/child", Argv: []string{"child"}, FDs: [][2]uint32{{0, 0}}})
		if err != nil {
			t.Error(err)
			return 1
		}
		p.Wait(child, 0)
		p.takes(t, 0, 2000, 1000, 10)
		return 0
	})
	l.wait(t, pid)
	l.rest(3000, size)
}

// Processes read in turns, each from where the one before was.
func TestLoan_inTurns(t *testing.T) {
	const size, rounds = 60_000, 300
	for _, piece := range []int{1, 100} {
		t.Run(fmt.Sprint(piece), func(t *testing.T) {
			l := lending(t, bootFar(t, nil), size)
			var goOn, done [2]int // process 1's ends
			var pids [2]int
			for i := range pids {
				r, w, _ := l.init.Pipe()
				r2, w2, _ := l.init.Pipe()
				goOn[i], done[i] = w, r2
				pids[i] = l.starts(fmt.Sprint("reader", i), func(p *proc) uint8 {
					at, buf := make([]byte, 8), make([]byte, piece)
					for {
						if n, _ := p.Read(3, at); n == 0 {
							return 0
						}
						p.takes(t, 0, int(binary.LittleEndian.Uint64(at)), piece, piece)
						p.Write(4, buf[:1])
					}
				}, [2]uint32{uint32(r), 3}, [2]uint32{uint32(w2), 4})
				l.init.Close(r)
				l.init.Close(w2)
			}
			for i := range rounds {
				who := i / 3 % 3
				if who == 2 { // process 1 itself
					buf := make([]byte, piece)
					if n, err := l.init.Read(l.r, buf); n != piece || err != nil || firstWrong(buf, i*piece) >= 0 {
						t.Fatalf("round %d: %d, %v", i, n, err)
					}
					continue
				}
				l.init.Write(goOn[who], binary.LittleEndian.AppendUint64(nil, uint64(i*piece)))
				l.init.Read(done[who], make([]byte, 1))
			}
			for i, pid := range pids {
				l.init.Close(goOn[i])
				l.wait(t, pid)
				l.init.Close(done[i])
			}
			l.rest(rounds*piece, size)
		})
	}
}

// Processes that read as they like have each record once.
func TestLoan_atOnce(t *testing.T) {
	const records, readers = 100_000, 3
	l := lending(t, bootFar(t, nil), 0)
	var mu sync.Mutex
	var all []uint32
	note := func(b []byte) {
		mu.Lock()
		defer mu.Unlock()
		for ; len(b) > 0; b = b[4:] {
			all = append(all, binary.LittleEndian.Uint32(b))
		}
	}
	var pids []int
	for i := range readers {
		pids = append(pids, l.starts(fmt.Sprint("reader", i), func(p *proc) uint8 {
			for n := 4; ; n = n%(1000*(i+1)) + 4 {
				buf := make([]byte, n)
				m, err := p.Read(0, buf)
				if err != nil {
					return 0
				}
				note(buf[:m])
				if n%40 == 0 {
					p.Poll([]sys.PollFD{{FD: 0, Events: sys.PollIn}}, 0)
				}
			}
		}))
	}
	go func() {
		defer l.init.Close(l.w)
		var data []byte
		for i := range uint32(records) {
			if data = binary.LittleEndian.AppendUint32(data, i); i%977 == 0 || i == records-1 {
				l.init.Write(l.w, data)
				data = data[:0]
			}
		}
	}()
	for n := 4; ; n = n%3000 + 4 {
		buf := make([]byte, n)
		m, err := l.init.Read(l.r, buf)
		note(buf[:m])
		if err != nil {
			break
		}
	}
	for _, pid := range pids {
		l.wait(t, pid)
	}
	l.init.Close(l.r)
	slices.Sort(all)
	for i, got := range all {
		if got != uint32(i) {
			t.Fatalf("record %d comes as %d", i, got)
		}
	}
	if len(all) != records {
		t.Errorf("%d records of %d", len(all), records)
	}
}

// A process that is killed has read what it has told. What it read in a flood just before that
// is there again, but only if nothing is known that it did afterwards.
func TestLoan_killed(t *testing.T) {
	const size = 60_000
	for _, tt := range []struct {
		name        string
		read, piece int
		least       int // how much is gone then, if nothing was seen of it
	}{{"after few reads", 30, 10, 30}, {"after many", 40_000, 10, 40_000 - 32<<10}} {
		for _, way := range []string{"computing", "waiting", "stopped"} {
			t.Run(tt.name+", "+way, func(t *testing.T) {
				l := lending(t, bootFar(t, nil), size)
				r, w, _ := l.init.Pipe()
				pid := l.starts("reader", func(p *proc) uint8 {
					p.takes(t, 0, 0, tt.read, tt.piece)
					p.Write(1, []byte{1})
					if way == "computing" {
						p.events.set(false, true)
						l.flag("read")
						<-p.guest.Process.Context().Done()
						return 0
					}
					r, _, _ := p.Pipe()
					l.flag("read")
					p.Read(r, make([]byte, 1))
					return 0
				}, [2]uint32{uint32(w), 1})
				l.await("read")
				if way == "stopped" {
					l.init.Kill(pid, sys.SIGSTOP)
				}
				l.init.Kill(pid, sys.SIGKILL)
				l.wait(t, pid)
				least := tt.least
				if n, _ := l.init.Poll([]sys.PollFD{{FD: uint32(r), Events: sys.PollIn}}, 0); n == 1 {
					least = tt.read // it wrote when it had read all that
				} else if way != "computing" {
					t.Error("what it wrote before its last call is not there")
				}
				left := l.drain()
				if at := size - len(left); at < least || at > tt.read || firstWrong(left, at) >= 0 {
					t.Errorf("%d bytes are gone, the first wrong one is %d", at, firstWrong(left, at))
				}
				l.init.Close(r)
				l.init.Close(w)
			})
		}
	}
}

// Who computes and does not listen is waited for, and so is who has not even been told.
func TestLoan_isWaitedFor(t *testing.T) {
	const size = 60_000
	l := lending(t, bootFar(t, nil), size)
	pid := l.starts("reader", func(p *proc) uint8 {
		p.takes(t, 0, 0, 10, 10)
		p.events.set(false, true)
		l.flag("read")
		l.await("tried")
		p.takes(t, 0, 10, 10, 10)
		p.events.set(false, false)
		return 0
	})
	l.await("read")
	poll := []sys.PollFD{{FD: uint32(l.r), Events: sys.PollIn}}
	if n, err := l.init.Poll(poll, 0); n != 0 || err != nil {
		t.Errorf("poll: %d, %v", n, err)
	}
	fd, err := l.init.Dup(l.r)
	if err != nil || l.init.SetFDFlags(fd, sys.ONonblock) != nil {
		t.Fatal(err)
	}
	if _, err := l.init.Read(fd, make([]byte, 1)); !errors.Is(err, errno.EAGAIN) {
		t.Errorf("read: %v", err)
	}
	l.init.Close(fd)
	l.flag("tried")
	if n, err := l.init.Poll(poll, time.Minute); n != 1 || err != nil || poll[0].Bytes != size-20 {
		t.Errorf("poll: %d, %v, %+v", n, err, poll)
	}
	l.wait(t, pid)
	l.rest(20, size)
}

// A process that is stopped keeps nothing from the others.
func TestLoan_stopped(t *testing.T) {
	const size = 60_000
	l := lending(t, bootFar(t, nil), size)
	pid := l.starts("reader", func(p *proc) uint8 {
		p.takes(t, 0, 0, 100, 10)
		r, _, _ := p.Pipe()
		l.flag("read")
		p.Read(r, make([]byte, 1))
		return 0
	})
	l.await("read")
	l.init.Kill(pid, sys.SIGSTOP)
	l.rest(100, size)
	l.init.Kill(pid, sys.SIGKILL)
	l.wait(t, pid)
}

// The writer has as much room as if nothing was lent, and hears when nobody reads any more.
func TestLoan_writer(t *testing.T) {
	const size = 64 << 10
	l := lending(t, bootFar(t, nil), size)
	pid := l.starts("reader", func(p *proc) uint8 {
		p.takes(t, 0, 0, 10, 10)
		l.flag("read")
		l.await("full")
		p.takes(t, 0, 10, 20_000, 4096)
		l.flag("read on")
		l.await("over")
		return 0
	})
	l.await("read")
	poll := []sys.PollFD{{FD: uint32(l.w), Events: sys.PollOut}}
	if n, err := l.init.Poll(poll, 0); n != 0 || err != nil {
		t.Errorf("the pipe is full: %d, %v", n, err)
	}
	l.flag("full")
	l.await("read on")
	if n, err := l.init.Poll(poll, time.Minute); n != 1 || err != nil {
		t.Errorf("the pipe is not full: %d, %v", n, err)
	}
	data := make([]byte, 20_000)
	fill(data, size)
	if n, err := l.init.Write(l.w, data); n != len(data) || err != nil {
		t.Errorf("write: %d, %v", n, err)
	}
	l.flag("over")
	l.wait(t, pid)
	l.rest(20_010, size+len(data))

	l = lending(t, l.far, size)
	pid = l.starts("leaver", func(p *proc) uint8 { p.takes(t, 0, 0, 10, 10); return 0 })
	l.wait(t, pid)
	l.init.Close(l.r)
	if _, err := l.init.Write(l.w, data); !errors.Is(err, errno.EPIPE) {
		t.Errorf("write: %v", err)
	}
	l.init.Close(l.w)
}

// What a process that dies of a write to nobody read after that write was never read.
func TestLoan_brokenPipe(t *testing.T) {
	const size = 60_000
	l := lending(t, bootFar(t, nil), size)
	r, w, _ := l.init.Pipe()
	pid := l.starts("relay", func(p *proc) uint8 {
		p.takes(t, 0, 0, 100, 10)
		l.flag("read")
		l.await("gone")
		p.Write(1, []byte{1})
		p.takes(t, 0, 100, 1000, 10)
		p.Read(1, nil)
		return 0
	}, [2]uint32{uint32(w), 1})
	l.init.Close(w)
	l.await("read")
	l.init.Close(r)
	l.flag("gone")
	if s := l.wait(t, pid); s.Signal() != sys.SIGPIPE {
		t.Errorf("status %#x", s)
	}
	l.rest(100, size)
}

// Most reads ask nobody, also of a pipe that was once read by several.
func TestLoan_asksSeldom(t *testing.T) {
	const size = 60_000
	for _, disturbed := range []bool{false, true} {
		t.Run(fmt.Sprint(disturbed), func(t *testing.T) {
			c := &tally{of: map[string]int{}}
			l := lending(t, bootFar(t, c.hook), size)
			at := 0
			if disturbed {
				pid := l.starts("first", func(p *proc) uint8 {
					p.takes(t, 0, 0, 10, 10)
					r, _, _ := p.Pipe()
					l.flag("read")
					p.Read(r, make([]byte, 1))
					return 0
				})
				l.await("read")
				if n, err := l.init.Read(l.r, make([]byte, 10)); n != 10 || err != nil {
					t.Fatal(n, err)
				}
				l.init.Kill(pid, sys.SIGKILL)
				l.wait(t, pid)
				at = 20
			}
			before := c.count(sys.OpRead)
			pid := l.starts("reader", func(p *proc) uint8 { p.takes(t, 0, at, 50_000, 10); return 0 })
			l.wait(t, pid)
			if n := c.count(sys.OpRead) - before; n > 100 {
				t.Errorf("%d reads came to the kernel", n)
			}
			l.rest(50_000+at, size)
		})
	}
}
