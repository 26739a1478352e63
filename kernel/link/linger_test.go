package link_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/bushel-wasm/bushel/internal/await"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// A guest whose worker is busy is killed when its writes have returned to it, but none
// of their messages has arrived.
func TestLinger_writesThatReturnedAreNotLost(t *testing.T) {
	for _, tt := range []struct {
		name  string
		sig   sys.Signal
		n     int  // how much it writes to a file, by 1,000 bytes
		piped int  // and then to a pipe that nobody reads yet
		after int  // and then to the file again
		stop  bool // it is stopped before it is killed
		late  bool // the kernel does not know yet that it has begun
	}{
		{name: "nothing", sig: sys.SIGKILL},
		{name: "a file", sig: sys.SIGKILL, n: 3000},
		{name: "a long file", sig: sys.SIGTERM, n: 2_000_000},
		{name: "a pipe that is full", sig: sys.SIGINT, piped: 120_000, after: 10_000},
		{name: "a file, while it is being started", sig: sys.SIGKILL, n: 4, late: true},
		{name: "all, while it is stopped", sig: sys.SIGKILL, n: 5000, piped: 120_000, after: 5000, stop: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := bootFar(t, nil)
			if tt.late {
				f.late = "killed"
			}
			data := make([]byte, max(tt.n+tt.after, tt.piped))
			fill(data, 0)
			never := make(chan struct{})
			t.Cleanup(func() { close(never) })
			f.program("writer", func(p *proc) uint8 {
				fd, err := p.Open("/file", sys.OWrite|sys.OCreate, 0o644)
				if err != nil {
					t.Error(err)
				}
				p.calls.set(false, true)
				put := func(fd int, data []byte) {
					for len(data) > 0 {
						n, err := p.Write(fd, data[:min(len(data), 1000)])
						if err != nil {
							t.Error(err)
							return
						}
						data = data[n:]
					}
				}
				put(fd, data[:tt.n])
				put(1, data[:tt.piped])
				put(fd, data[tt.n:tt.n+tt.after])
				p.client.Flush() // as a guest does that has written for some milliseconds
				f.flag("written")
				<-never
				return 0
			})
			files := f.k.Init().Files()
			r, w, err := files.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			pid := f.spawn(t, "writer", [][2]uint32{{uint32(w), 1}})
			if err := files.Close(w); err != nil {
				t.Fatal(err)
			}
			f.await("written")
			if tt.stop {
				if err := files.Kill(pid, sys.SIGSTOP); err != nil {
					t.Fatal(err)
				}
			}
			if err := files.Kill(pid, tt.sig); err != nil {
				t.Fatal(err)
			}
			f.flag("killed")
			f.find(uint32(pid)).calls.set(false, false)
			if status := f.wait(t, pid); status.Signal() != tt.sig {
				t.Errorf("ended with %v", status)
			}
			if got, err := files.ReadFile("/file"); err != nil || !bytes.Equal(got, data[:tt.n+tt.after]) {
				t.Errorf("the file has %d bytes of %d, %v", len(got), tt.n+tt.after, err)
			}
			if got, err := io.ReadAll(files.File(r)); err != nil || !bytes.Equal(got, data[:tt.piped]) {
				t.Errorf("the pipe has %d bytes of %d, %v", len(got), tt.piped, err)
			}
		})
	}
}

// What a killed guest waits for does not hold up its end.
func TestLinger_callsThatWaitAreGivenUp(t *testing.T) {
	f := bootFar(t, nil)
	f.program("reader", func(p *proc) uint8 {
		f.flag("reads")
		if _, err := p.Read(0, make([]byte, 1)); err != nil {
			t.Error("it heard of", errno.Of(err))
		}
		return 0
	})
	files := f.k.Init().Files()
	r, w, err := files.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	pid := f.spawn(t, "reader", [][2]uint32{{uint32(r), 0}})
	f.await("reads")
	await.Until(t, "it waits", func() bool { return f.state(pid) == "S" })
	if err := files.Kill(pid, sys.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if status := f.wait(t, pid); status.Signal() != sys.SIGKILL {
		t.Errorf("ended with %v", status)
	}
	if _, err := files.Write(w, []byte("x")); err != nil {
		t.Error(err) // this process has the other end still
	}
}

// A guest that is killed while it waits does not hear that its call has ended: replies are handed
// out by whoever is at it, so perhaps before the guest's link is told that there are to be no more.
func TestLinger_nobodyHearsOfTheKill(t *testing.T) {
	f := bootFar(t, nil)
	heard := make(chan struct{})
	f.program("waits", func(p *proc) uint8 {
		p.Poll(nil, -1)
		close(heard)
		return 0
	})
	pid := f.spawn(t, "waits", nil)
	await.Until(t, "it waits", func() bool { return f.state(pid) == "S" })
	// Replies are handed out while the link is about to be told.
	begun, told := make(chan struct{}), make(chan struct{})
	sleep := func(done func(sys.Reply)) {
		f.k.Init().Start(&sys.Request{Op: sys.OpPoll, Args: [6]uint64{1}, Data: sys.AppendPoll(nil, nil)}, done)
	}
	f.lingers = func() {
		close(told)
		behind := make(chan struct{})
		sleep(func(sys.Reply) { close(behind) })
		<-behind
	}
	sleep(func(sys.Reply) {
		close(begun)
		<-told
	})
	<-begun
	if err := f.k.Init().Files().Kill(pid, sys.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if status := f.wait(t, pid); status.Signal() != sys.SIGKILL {
		t.Errorf("ended with %v", status)
	}
	select {
	case <-heard:
		t.Error("it heard of its end")
	default:
	}
}

// A guest that exits when it has been killed has been killed.
func TestLinger_exitIsTooLate(t *testing.T) {
	f := bootFar(t, nil)
	f.program("exits", func(p *proc) uint8 {
		p.calls.set(false, true)
		p.far.flag("exits")
		return 0
	})
	pid := f.spawn(t, "exits", nil)
	f.await("exits")
	p := f.find(uint32(pid))
	await.Until(t, "its exit is on its way", func() bool { return p.calls.waiting() > 0 })
	if err := f.k.Init().Files().Kill(pid, sys.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.calls.set(false, false)
	if status := f.wait(t, pid); status.Signal() != sys.SIGTERM {
		t.Errorf("ended with %v", status)
	}
}
