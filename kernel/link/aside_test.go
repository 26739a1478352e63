package link_test

import (
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/internal/await"
	"github.com/bushel-wasm/bushel/kernel/link"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// TestAside has a process make a read aside, which waits for ever: it is taken to compute until it
// says that it waits, and again when it has said that it goes on.
func TestAside(t *testing.T) {
	for _, tt := range []struct {
		name string
		read func(p *proc, read func(fd int))
	}{
		{"a pipe", func(p *proc, read func(fd int)) {
			r, _, _ := p.Pipe()
			read(r)
		}},
		{"a file that is fed", func(p *proc, read func(fd int)) {
			fd, _ := p.Open(bus.Device, sys.ORead|sys.OWrite, 0)
			hello := bus.Frame{Kind: bus.KindHello, Payload: []byte{1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0}}
			p.Write(fd, hello.Append(nil))
			read(fd)
			buf := make([]byte, 1<<10)
			p.Read(fd, buf) // the kernel's hello: the first read was made before the file was fed
			read(fd)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := bootFar(t, nil)
			is := make(chan string)
			f.program("prog", func(p *proc) uint8 {
				tt.read(p, func(fd int) {
					r := &sys.Request{Op: sys.OpRead, Args: [6]uint64{uint64(fd), 10}, Aside: true}
					p.client.StartLane(link.Unordered, r, func(sys.Reply) {})
				})
				is <- "R"
				for _, state := range []string{"S", "R", "S"} {
					<-is // it has been seen
					r := &sys.Request{Op: sys.OpRest}
					if state == "S" {
						r.Args[0] = 1
					}
					p.client.Start(r, func(sys.Reply) {})
					is <- state
				}
				<-is
				return 0
			})
			pid := f.spawn(t, "prog", nil)
			for range 4 {
				want := <-is
				await.Until(t, "it is "+want, func() bool {
					for _, p := range f.k.Processes() {
						if int(p.PID) == pid {
							return p.State == want
						}
					}
					return false
				})
				is <- ""
			}
			f.wait(t, pid)
		})
	}
}
