package kernel_test

import (
	"sync/atomic"
	"testing"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

func TestWork_yieldsOncePerSlice(t *testing.T) {
	var yields atomic.Int64
	k := kernel.New(kernel.Config{Yield: func() { yields.Add(1) }})
	defer k.Close()
	p := start(t, k, func(p *kernel.Process) int {
		turns := 0
		for range 100 {
			if p.Work(kernel.WorkSlice / 10) {
				turns++
			}
		}
		if turns != 9 && turns != 10 { // a tenth of a slice is rounded down
			return turns
		}
		return 0
	})
	if s := wait(t, k, p.PID()); s != sys.Exited(0) {
		t.Errorf("status %#x", s)
	}
	if n := yields.Load(); n < 9 || n > 10 {
		t.Errorf("%d yields for 10 slices", n)
	}
}

func TestWork_endsWithTheProcess(t *testing.T) {
	k := kernel.New(kernel.Config{})
	defer k.Close()
	begun := make(chan bool)
	p := start(t, k, func(p *kernel.Process) int {
		close(begun)
		for {
			p.Work(1 << 10)
		}
	})
	<-begun
	if err := k.Init().Files().Kill(p.PID(), sys.SIGINT); err != nil {
		t.Fatal(err)
	}
	if s := wait(t, k, p.PID()); s != sys.Signaled(sys.SIGINT) {
		t.Errorf("status %#x", s)
	}
}
