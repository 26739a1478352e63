package link_test

import (
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/internal/await"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// A pipeCase is something that a pipe does, once its bytes go past the kernel as well as
// before: the writer first writes, and the reader reads, so much that it is joined.
type pipeCase struct {
	name           string
	writer, reader func(t *testing.T, p *proc) uint8
	// meddle is what process 1 does meanwhile. It may be nil.
	meddle func(t *testing.T, f *far, writer, reader int)
	w, r   sys.WaitStatus
}

// warm is enough to be written for a pipe to be joined.
const warm = 4 << 20

// warmUp writes that much and waits until the pipe is joined, or is not to be.
func warmUp(t *testing.T, p *proc) {
	if err := send(p, 1, warm, 64<<10); err != nil {
		t.Error(err)
	}
}

// readN reads exactly n bytes of the stream from at on.
func readN(t *testing.T, p *proc, at, n int) {
	t.Helper()
	buf := make([]byte, 10_000)
	for n > 0 {
		m, err := p.Read(0, buf[:min(len(buf), n)])
		if err != nil {
			t.Errorf("read at %d: %v", at, err)
			return
		}
		if bad := firstWrong(buf[:m], at); bad >= 0 {
			t.Errorf("byte %d is another's", bad)
		}
		at, n = at+m, n-m
	}
}

func writeN(t *testing.T, p *proc, at, n int) {
	t.Helper()
	buf := make([]byte, n)
	fill(buf, at)
	if m, err := p.Write(1, buf); m != n || err != nil {
		t.Errorf("wrote %d bytes of %d, %v", m, n, err)
	}
}

func atEnd(t *testing.T, p *proc) {
	t.Helper()
	if n, err := p.Read(0, make([]byte, 10)); n != 0 {
		t.Errorf("%d bytes more, %v", n, err)
	}
}

// swiftly has calls on fd not wait.
func swiftly(t *testing.T, p *proc, fd int) {
	t.Helper()
	if err := p.SetFDFlags(fd, sys.ONonblock); err != nil {
		t.Error(err)
	}
}

// pollOne waits for fd, and wants to hear of what.
func pollOne(t *testing.T, p *proc, fd int, what sys.PollEvent) {
	t.Helper()
	list := []sys.PollFD{{FD: uint32(fd), Events: what}}
	if _, err := p.Poll(list, -1); err != nil || what == sys.PollHup && list[0].Revents&what == 0 {
		t.Errorf("poll for %v: %+v, %v", what, list, err)
	}
}

var pipeCases = []pipeCase{
	{
		name:   "the end comes after all bytes",
		writer: func(t *testing.T, p *proc) uint8 { warmUp(t, p); writeN(t, p, warm, 10); return 0 },
		reader: func(t *testing.T, p *proc) uint8 { readN(t, p, 0, warm+10); atEnd(t, p); atEnd(t, p); return 0 },
	},
	{
		name: "a close is the end, though the writer lives on",
		writer: func(t *testing.T, p *proc) uint8 {
			warmUp(t, p)
			if err := p.Close(1); err != nil {
				t.Error(err)
			}
			p.Poll(nil, -1)
			return 0
		},
		reader: func(t *testing.T, p *proc) uint8 { readN(t, p, 0, warm); atEnd(t, p); return 0 },
		meddle: func(t *testing.T, f *far, writer, reader int) {
			await.Until(t, "the reader has ended", func() bool { return f.state(reader) == "Z" })
			f.k.Init().Files().Kill(writer, sys.SIGTERM)
		},
		w: sys.Signaled(sys.SIGTERM),
	},
	{
		name: "a reader that leaves ends the writer",
		writer: func(t *testing.T, p *proc) uint8 {
			for at := 0; ; at += 64 << 10 {
				writeN(t, p, at, 64<<10)
			}
		},
		reader: func(t *testing.T, p *proc) uint8 { readN(t, p, 0, warm); return 3 },
		w:      sys.Signaled(sys.SIGPIPE), r: sys.Exited(3),
	},
	{
		name: "a reader that closes ends the writer",
		writer: func(t *testing.T, p *proc) uint8 {
			for at := 0; ; at += 64 << 10 {
				writeN(t, p, at, 64<<10)
			}
		},
		reader: func(t *testing.T, p *proc) uint8 {
			readN(t, p, 0, warm)
			p.Close(0)
			p.Poll(nil, -1)
			return 0
		},
		meddle: func(t *testing.T, f *far, writer, reader int) {
			await.Until(t, "the writer has ended", func() bool { return f.state(writer) == "Z" })
			f.k.Init().Files().Kill(reader, sys.SIGKILL)
		},
		w: sys.Signaled(sys.SIGPIPE), r: sys.Signaled(sys.SIGKILL),
	},
	{
		name: "who ignores the signal has the error",
		writer: func(t *testing.T, p *proc) uint8 {
			p.guest.Process.Ignore(sys.SIGPIPE)
			warmUp(t, p)
			for at := warm; ; at += 64 << 10 {
				buf := make([]byte, 64<<10)
				fill(buf, at)
				if _, err := p.Write(1, buf); err != nil {
					if err != errno.EPIPE {
						t.Error(err)
					}
					return 4
				}
			}
		},
		reader: func(t *testing.T, p *proc) uint8 { readN(t, p, 0, warm); return 0 },
		w:      sys.Exited(4),
	},
	{
		name: "a duplicate reads on where the first was",
		writer: func(t *testing.T, p *proc) uint8 {
			warmUp(t, p)
			return uint8(min(1, len(errText(send2(p, warm, warm)))))
		},
		reader: func(t *testing.T, p *proc) uint8 {
			readN(t, p, 0, warm)
			fd, err := p.Dup(0)
			if err != nil {
				t.Error(err)
			}
			for at, turn := warm, 0; at < 2*warm; turn++ {
				buf := make([]byte, 1+turn%4000)
				n, err := p.Read([]int{0, fd}[turn%2], buf)
				if err != nil || firstWrong(buf[:n], at) >= 0 {
					t.Errorf("at %d: %d bytes, %v", at, n, err)
					return 1
				}
				at += n
			}
			atEnd(t, p)
			return 0
		},
	},
	{
		name: "what is moved to another number is the same pipe",
		writer: func(t *testing.T, p *proc) uint8 {
			warmUp(t, p)
			if err := p.Dup2(1, 9); err != nil {
				t.Error(err)
			}
			p.Close(1)
			buf := make([]byte, warm)
			fill(buf, warm)
			if n, err := p.Write(9, buf); n != warm || err != nil {
				t.Errorf("%d, %v", n, err)
			}
			return 0
		},
		reader: func(t *testing.T, p *proc) uint8 { readN(t, p, 0, 2*warm); atEnd(t, p); return 0 },
	},
	{
		name: "a poll waits for bytes and for the end",
		writer: func(t *testing.T, p *proc) uint8 {
			warmUp(t, p)
			writeN(t, p, warm, 100)
			return 0
		},
		reader: func(t *testing.T, p *proc) uint8 {
			readN(t, p, 0, warm)
			for {
				list := []sys.PollFD{{FD: 0, Events: sys.PollIn}}
				if _, err := p.Poll(list, -1); err != nil {
					t.Error(err)
				}
				if list[0].Revents&sys.PollIn == 0 {
					if list[0].Revents != sys.PollHup {
						t.Errorf("%+v", list)
					}
					break
				}
				readN(t, p, warm, int(list[0].Bytes))
				if list[0].Bytes != 100 {
					t.Errorf("%d bytes of a write in one piece", list[0].Bytes)
				}
			}
			atEnd(t, p)
			return 0
		},
	},
	{
		name: "a poll of the writer's end waits for room",
		writer: func(t *testing.T, p *proc) uint8 {
			for at := 0; at < 4*warm; at += 1000 {
				list := []sys.PollFD{{FD: 1, Events: sys.PollOut}}
				if _, err := p.Poll(list, -1); err != nil || list[0].Revents != sys.PollOut {
					t.Errorf("%+v, %v", list, err)
				}
				writeN(t, p, at, min(1000, 4*warm-at))
			}
			return 0
		},
		reader: func(t *testing.T, p *proc) uint8 { readN(t, p, 0, 4*warm); atEnd(t, p); return 0 },
	},
	{
		name: "who must not wait does not",
		writer: func(t *testing.T, p *proc) uint8 {
			warmUp(t, p)
			p.Poll(nil, -1)
			return 0
		},
		reader: func(t *testing.T, p *proc) uint8 {
			readN(t, p, 0, warm)
			if err := p.SetFDFlags(0, sys.ONonblock); err != nil {
				t.Error(err)
			}
			if _, err := p.Read(0, make([]byte, 1)); err != errno.EAGAIN {
				t.Errorf("a read of nothing: %v", err)
			}
			return 0
		},
		meddle: func(t *testing.T, f *far, writer, reader int) {
			await.Until(t, "the reader has ended", func() bool { return f.state(reader) == "Z" })
			f.k.Init().Files().Kill(writer, sys.SIGKILL)
		},
		w: sys.Signaled(sys.SIGKILL),
	},
	{
		name: "who must not wait polls, as Go's programs do",
		writer: func(t *testing.T, p *proc) uint8 {
			swiftly(t, p, 1)
			for at := 0; at < 8*warm; {
				buf := make([]byte, min(8*warm-at, 1+at%100_000))
				fill(buf, at)
				n, err := p.Write(1, buf)
				if at += n; err != nil && err != errno.EAGAIN {
					t.Errorf("at %d: %v", at, err)
					return 1
				}
				if err != nil {
					pollOne(t, p, 1, sys.PollOut)
				}
			}
			return 0
		},
		reader: func(t *testing.T, p *proc) uint8 {
			swiftly(t, p, 0)
			buf := make([]byte, 50_000)
			for at := 0; at < 8*warm; {
				n, err := p.Read(0, buf)
				if err == errno.EAGAIN {
					pollOne(t, p, 0, sys.PollIn)
					continue
				}
				if err != nil || firstWrong(buf[:n], at) >= 0 {
					t.Errorf("at %d: %d, %v", at, n, err)
					return 1
				}
				at += n
			}
			pollOne(t, p, 0, sys.PollHup)
			atEnd(t, p)
			return 0
		},
	},
	{
		name: "who must not wait may ask again and again",
		writer: func(t *testing.T, p *proc) uint8 {
			swiftly(t, p, 1)
			for at := 0; at < 4*warm; {
				buf := make([]byte, min(4*warm-at, 3000))
				fill(buf, at)
				n, err := p.Write(1, buf)
				if n != 0 && n != len(buf) || err != nil && err != errno.EAGAIN {
					t.Errorf("%d bytes of %d, %v", n, len(buf), err)
				}
				at += n
			}
			return 0
		},
		reader: func(t *testing.T, p *proc) uint8 {
			swiftly(t, p, 0)
			buf := make([]byte, 50_000)
			for at := 0; at < 4*warm; {
				n, err := p.Read(0, buf)
				if firstWrong(buf[:n], at) >= 0 || err != nil && err != errno.EAGAIN {
					t.Errorf("at %d: %v", at, err)
					return 1
				}
				at += n
			}
			return 0
		},
	},
	{
		name: "of a writer that is killed comes what it had sent",
		writer: func(t *testing.T, p *proc) uint8 {
			warmUp(t, p)
			writeN(t, p, warm, 12345)
			p.Getcwd() // all before has been sent
			p.far.flag("written")
			<-p.guest.Process.Context().Done() // it computes
			return 0
		},
		reader: func(t *testing.T, p *proc) uint8 {
			readN(t, p, 0, warm)
			p.far.await("killed")
			readN(t, p, warm, 12345)
			atEnd(t, p)
			return 0
		},
		meddle: func(t *testing.T, f *far, writer, reader int) {
			f.await("written")
			f.k.Init().Files().Kill(writer, sys.SIGKILL)
			f.flag("killed")
		},
		w: sys.Signaled(sys.SIGKILL),
	},
	{
		name: "a third process reads on",
		writer: func(t *testing.T, p *proc) uint8 {
			warmUp(t, p)
			writeN(t, p, warm, 300<<10)
			return 0
		},
		reader: func(t *testing.T, p *proc) uint8 {
			readN(t, p, 0, warm)
			p.far.flag("shared please")
			p.far.await("shared")
			return 0
		},
		meddle: func(t *testing.T, f *far, writer, reader int) {
			f.await("shared please")
			files := f.k.Init().Files()
			fd, err := files.Open("/proc/"+itoa(reader)+"/fd/0", sys.ORead, 0)
			if err != nil {
				t.Fatal(err)
			}
			buf := make([]byte, 7000)
			for at := warm; ; {
				n, err := files.Read(fd, buf)
				if n == 0 {
					if at != warm+300<<10 {
						t.Errorf("the end comes at %d, %v", at, err)
					}
					break
				}
				if bad := firstWrong(buf[:n], at); bad >= 0 {
					t.Errorf("byte %d is another's", bad)
				}
				at += n
			}
			files.Close(fd)
			f.flag("shared")
		},
	},
	{
		name: "what is stopped neither reads nor writes",
		writer: func(t *testing.T, p *proc) uint8 {
			return uint8(len(errText(send(p, 1, 8*warm, 64<<10))))
		},
		reader: func(t *testing.T, p *proc) uint8 {
			readN(t, p, 0, warm)
			p.far.flag("flows")
			readN(t, p, warm, 7*warm)
			atEnd(t, p)
			return 0
		},
		meddle: func(t *testing.T, f *far, writer, reader int) {
			f.await("flows")
			files := f.k.Init().Files()
			for _, pid := range []int{reader, writer} {
				files.Kill(pid, sys.SIGSTOP)
				await.Until(t, "nothing moves", func() bool {
					return f.k.Usage().Joined == 0 && f.state(pid) == "T"
				})
				files.Kill(pid, sys.SIGCONT)
			}
		},
	},
	{
		name: "a process that waits is asleep",
		writer: func(t *testing.T, p *proc) uint8 {
			warmUp(t, p)
			p.far.await("asleep")
			return 0
		},
		reader: func(t *testing.T, p *proc) uint8 { readN(t, p, 0, warm); atEnd(t, p); return 0 },
		meddle: func(t *testing.T, f *far, writer, reader int) {
			await.Until(t, "ps shows it", func() bool { return f.state(reader) == "S" })
			f.flag("asleep")
		},
	},
}

func TestJoined_behavesAsAPipe(t *testing.T) {
	for _, tt := range pipeCases {
		t.Run(tt.name, func(t *testing.T) {
			f := bootFar(t, nil)
			f.program("writer", func(p *proc) uint8 { return tt.writer(t, p) })
			f.program("reader", func(p *proc) uint8 { return tt.reader(t, p) })
			init := f.k.Init().Files()
			r, w, err := init.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			wp := f.spawn(t, "writer", [][2]uint32{{uint32(w), 1}})
			rp := f.spawn(t, "reader", [][2]uint32{{uint32(r), 0}})
			init.Close(r)
			init.Close(w)
			if tt.meddle != nil {
				tt.meddle(t, f, wp, rp)
			}
			if ws := f.wait(t, wp); ws != tt.w {
				t.Errorf("the writer's status is %#x, want %#x", ws, tt.w)
			}
			if rs := f.wait(t, rp); rs != tt.r {
				t.Errorf("the reader's status is %#x, want %#x", rs, tt.r)
			}
			if f.joined() == 0 {
				t.Error("the pipe was not joined")
			}
		})
	}
}

// TestJoined_limits are those under which the kernel has to see every byte.
func TestJoined_limits(t *testing.T) {
	f := bootFar(t, nil)
	l := f.k.Init().Limits()
	l.Output = 2 * warm
	f.k.Init().SetLimits(l)
	ws, _ := f.pipeline(t, func(p *proc) uint8 {
		send(p, 1, 4*warm, 64<<10)
		return 0
	}, func(p *proc) uint8 {
		if n := receive(p, 0, 64<<10); n < 0 || n > 2*warm {
			t.Errorf("%d bytes came", n)
		}
		return 0
	})
	if ws != sys.Signaled(sys.SIGXFSZ) {
		t.Errorf("the writer's status is %#x", ws)
	}
	if f.joined() != 0 {
		t.Error("a pipe was joined whose bytes are to be counted")
	}
}

func TestJoined_limitSetLater(t *testing.T) {
	f := bootFar(t, nil)
	ws, _ := f.pipeline(t, func(p *proc) uint8 {
		send(p, 1, 4*warm, 64<<10)
		await.Until(t, "it is joined", func() bool { return f.joined() > 0 })
		l := p.guest.Process.Limits()
		l.Output = 8 * warm
		p.guest.Process.SetLimits(l)
		send2(p, 4*warm, 16*warm)
		return 0
	}, func(p *proc) uint8 {
		if n := receive(p, 0, 64<<10); n < 4*warm || n > 8*warm {
			t.Errorf("%d bytes came", n)
		}
		return 0
	})
	if ws != sys.Signaled(sys.SIGXFSZ) {
		t.Errorf("the writer's status is %#x", ws)
	}
}

// The hook sees that a pipe is joined, and that it is given back.
func TestJoined_isSeen(t *testing.T) {
	seen := make(chan sys.Op, 1<<16)
	f := bootFar(t, func(_ *kernel.Process, r *sys.Request, reply *sys.Reply) errno.Errno {
		if reply == nil && (r.Op == sys.OpPipeJoin || r.Op == sys.OpPipeReturn) {
			seen <- r.Op
		}
		return 0
	})
	f.pipeline(t, func(p *proc) uint8 { warmUp(t, p); return 0 }, func(p *proc) uint8 { receive(p, 0, 4096); return 0 })
	close(seen)
	count := map[sys.Op]int{}
	for op := range seen {
		count[op]++
	}
	if count[sys.OpPipeJoin] == 0 || count[sys.OpPipeReturn] < 2 {
		t.Errorf("%v", count)
	}
}

// A pipe whose both ends are one process's goes through the kernel.
func TestJoined_notWithItself(t *testing.T) {
	f := bootFar(t, nil)
	f.program("self", func(p *proc) uint8 {
		r, w, err := p.Pipe()
		if err != nil {
			t.Error(err)
			return 1
		}
		buf, back := make([]byte, 60_000), make([]byte, 60_000)
		for at := 0; at < 2*warm; at += len(buf) {
			fill(buf, at)
			if _, err := p.Write(w, buf); err != nil {
				t.Error(err)
				return 1
			}
			for got := 0; got < len(back); {
				n, err := p.Read(r, back[got:])
				if err != nil || firstWrong(back[got:got+n], at+got) >= 0 {
					t.Errorf("at %d: %d, %v", at+got, n, err)
					return 1
				}
				got += n
			}
		}
		return 0
	})
	if s := f.wait(t, f.spawn(t, "self", nil)); s != 0 || f.joined() != 0 {
		t.Errorf("status %#x, joined %d times", s, f.joined())
	}
}

// Time spent waiting for a joined pipe is not processor time.
func TestJoined_processorTime(t *testing.T) {
	f := bootFar(t, nil)
	began := time.Now()
	var used time.Duration
	f.pipeline(t, func(p *proc) uint8 {
		warmUp(t, p)
		for range 20 {
			p.Poll(nil, 10*time.Millisecond)
			writeN(t, p, 0, 1)
			p.Getcwd()
		}
		return 0
	}, func(p *proc) uint8 {
		buf := make([]byte, 64<<10)
		for {
			if n, _ := p.Read(0, buf); n == 0 {
				break
			}
		}
		p.Getcwd()
		used, _ = p.guest.Process.Times()
		return 0
	})
	if wall := time.Since(began); used > wall/2 {
		t.Errorf("a reader that waited for most of %v has used %v", wall, used)
	}
}
