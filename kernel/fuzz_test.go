package kernel_test

import (
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// requests reads system calls from b: an op, a byte for each argument that stands for a
// small number, an edge case or a sum of both, and text.
func requests(b []byte) (list []sys.Request) {
	edges := [...]uint64{0, 1, ^uint64(0), 1 << 31, 1<<32 - 1, 1 << 32, 1 << 63, 1<<63 - 1, 4096, 1 << 40, ^uint64(1)}
	for len(b) >= 10 && len(list) < 64 {
		var r sys.Request
		r.Op = sys.Op(b[0])
		for i := range r.Args {
			switch v := b[1+i]; {
			case v < 128:
				r.Args[i] = uint64(v % 16)
			default:
				r.Args[i] = edges[int(v)%len(edges)]
			}
		}
		p, d := int(b[7]%16), int(b[8])
		if b[9]&1 != 0 {
			r.Dst = make([]byte, 32)
		}
		b = b[10:]
		p = min(p, len(b))
		r.Path = string(b[:p])
		d = min(d, len(b)-p)
		r.Data = b[p : p+d]
		b = b[p+d:]
		list = append(list, r)
	}
	return list
}

func FuzzSyscall(f *testing.F) {
	for op := range sys.NumOps {
		f.Add([]byte{byte(op), 0, 0, 0, 0, 0, 0, 5, 0, 0, '/', 't', 'm', 'p', '/'})
		f.Add([]byte{byte(op), 3, 129, 130, 131, 132, 133, 1, 4, 1, '.', 'a', 'b', 'c', 'd'})
		for _, fd := range []byte{0, 1, 2, 3, 4, 5, 6, 130} {
			f.Add([]byte{byte(op), fd, fd, 136, 0, 0, 0, 1, 16, 0, 'x', 1, 0, 0, 0, 3, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9})
		}
	}
	for _, args := range [][]byte{{11, 9, 1, 0}, {11, 130, 1, 130}, {11, 136, 130, 0}, {5, 9, 1, 0}} { // a file that is fed, and one that is not
		feed := append([]byte{byte(sys.OpFeed)}, append(args, 0, 0, 0, 0, 0)...)
		write := append([]byte{byte(sys.OpWrite), 11, 0, 0, 0, 0, 0, 0, 48, 0}, bus.AppendHello(nil, &bus.Hello{Version: bus.Version, MaxFrame: 1 << 20, MaxCalls: 9})...)
		f.Add(append(append(append([]byte(nil), feed...), write...), feed...))
		f.Add(append(append(append([]byte(nil), write...), feed...), byte(sys.OpClose), 11, 0, 0, 0, 0, 0, 0, 0, 0))
	}
	attr := sys.SpawnAttr{Argv: []string{"true"}}
	f.Add(append([]byte{byte(sys.OpSpawn), 0, 0, 0, 0, 0, 0, 0, byte(len(attr.Append(nil))), 0}, attr.Append(nil)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		k := kernel.New(kernel.Config{})
		k.Register("true", quit(0))
		p, err := k.Init().Fork(sleeper, kernel.ForkAttr{Argv: []string{"fuzz"}})
		if err != nil {
			t.Fatal(err)
		}
		files := p.Files()
		files.Pipe()                                                       // 0, 1
		files.PTY(80, 24)                                                  // 2, 3
		files.Open("/", sys.ODirectory, 0)                                 // 4
		files.Open("/file", sys.ORead|sys.OWrite|sys.OCreate, 0o644)       // 5
		files.Open("/dev/zero", sys.ORead|sys.OWrite|sys.ONonblock, 0)     // 6
		files.Open("/proc/self/status", sys.ORead, 0)                      // 7
		files.Open("/appended", sys.OWrite|sys.OCreate|sys.OAppend, 0o644) // 8
		_, port, _ := files.Listen(0, 1)                                   // 9
		files.Connect(port, 0)                                             // 10
		p.Feeds(func(*sys.Request) {})
		files.Open("/dev/bus", sys.ORead|sys.OWrite|sys.ONonblock, 0) // 11
		for _, r := range requests(b) {
			ended := 0
			now := p.Start(&r, func(rep sys.Reply) {
				ended++
				if r.Dst != nil && (r.Op == sys.OpRead || r.Op == sys.OpPRead) && len(rep.Data) > len(r.Dst) {
					t.Errorf("%v: %d bytes for %d", r.Op, len(rep.Data), len(r.Dst))
				}
			})
			if now && ended != 1 {
				t.Errorf("%v: done was called %d times", r.Op, ended)
			}
			if r.Op >= sys.NumOps && !p.Done() && !now && state(k, p.PID()) != "T" {
				t.Errorf("op %d waits", r.Op)
			}
		}
		k.Close()
		if u := k.Usage(); u.OpenFiles != 0 || u.TTYs != 0 {
			t.Errorf("left: %+v", u)
		}
	})
}

func FuzzTTY(f *testing.F) {
	f.Add(uint16(sys.TTYCooked), []byte("ls\r\x7f\x17\x15\x04\x03a\tb\x7f\x7f"))
	f.Add(uint16(0), []byte("\xe6\xbc\xa2\x7f\xff\xfe"))
	f.Add(uint16(sys.TTYCooked), []byte{0, 0x16, 0x16, 0xff, 3, 0x1a, 0x1c, '\n', 0xfe, 0x0d, 0x7f})
	f.Fuzz(func(t *testing.T, mode uint16, in []byte) {
		k := kernel.New(kernel.Config{})
		defer k.Close()
		files := k.Init().Files()
		m, s, _ := files.PTY(80, 24)
		files.SetFDFlags(m, sys.ONonblock)
		files.SetFDFlags(s, sys.ONonblock)
		files.SetTTYMode(s, sys.TTYMode(mode)&sys.TTYCooked)
		buf := make([]byte, 100)
		for i, b := range in {
			files.Write(m, in[i:i+1])
			switch b {
			case 0xff: // change the mode in the middle
				files.SetTTYMode(s, sys.TTYMode(i)&sys.TTYCooked)
			case 0xfe:
				n, err := files.Read(s, buf[:1+i%8])
				if err == nil && n == 0 {
					t.Error("a read of nothing that is no end")
				}
			case 0xfd:
				files.Write(s, in)
			}
		}
		list := []sys.PollFD{{FD: uint32(s), Events: sys.PollIn}}
		files.Poll(list, 0)
		rep := k.Init().Syscall(&sys.Request{Op: sys.OpRead, Args: [6]uint64{uint64(s), 1 << 20}})
		if in := list[0].Revents&sys.PollIn != 0; in != (rep.Errno == 0) || uint64(len(rep.Data)) != list[0].Bytes {
			t.Errorf("poll says %+v, read %d bytes, %v", list[0], len(rep.Data), rep.Errno)
		}
		if len(rep.Data) > len(in)*4+64 {
			t.Errorf("%d bytes were read of %d typed", len(rep.Data), len(in))
		}
	})
}
