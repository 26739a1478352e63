package kernel_test

import (
	"testing"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

func BenchmarkSyscall_writeNull(b *testing.B) {
	k := boot(b)
	fd, _ := k.Init().Files().Open("/dev/null", sys.OWrite, 0)
	r := &sys.Request{Op: sys.OpWrite, Args: [6]uint64{uint64(fd)}, Data: []byte("x")}
	b.ReportAllocs()
	for b.Loop() {
		k.Init().Syscall(r)
	}
}

func BenchmarkSyscall_writeFile(b *testing.B) {
	k := boot(b)
	fd, _ := k.Init().Files().Open("/file", sys.OWrite|sys.OCreate, 0o644)
	r := &sys.Request{Op: sys.OpPWrite, Args: [6]uint64{uint64(fd)}, Data: []byte("x")}
	b.ReportAllocs()
	for b.Loop() {
		k.Init().Syscall(r)
	}
}

func BenchmarkPipe_throughput(b *testing.B) {
	k := boot(b)
	f := k.Init().Files()
	r, w, _ := f.Pipe()
	f.Close(w + 100)
	const size = 64 << 10
	start(b, k, func(p *kernel.Process) int {
		data := make([]byte, size)
		for {
			if _, err := p.Files().Write(w, data); err != nil {
				return 0
			}
		}
	})
	buf := make([]byte, size)
	b.SetBytes(size)
	for b.Loop() {
		for n := 0; n < size; {
			m, err := f.Read(r, buf[:size-n])
			if err != nil {
				b.Fatal(err)
			}
			n += m
		}
	}
}

func BenchmarkSpawn_wait(b *testing.B) {
	k := boot(b)
	k.Register("true", quit(0))
	f := k.Init().Files()
	attr := &sys.SpawnAttr{Argv: []string{"true"}}
	b.ReportAllocs()
	for b.Loop() {
		pid, err := f.Spawn(attr)
		if err != nil {
			b.Fatal(err)
		}
		f.Wait(pid, 0)
	}
}
