package wasi_test

import (
	"math/rand/v2"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/abi/wasi"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// Where the tests keep things in the guest's memory.
const (
	path1   = 0x100 // "dir/one"
	path2   = 0x120 // "two"
	iovs    = 0x200
	bufs    = 0x300
	result  = 0x800
	subs    = 0x1000
	wild    = 0xfffffff0
	pathLen = 7
)

// prepare makes a guest whose memory holds what the calls below point at.
func prepare() *guest {
	g := newGuest(wasi.Options{})
	g.put(path1, []byte("dir/one"))
	g.put(path2, []byte("two"))
	g.put(bufs, []byte("some bytes"))
	g.iovecs(iovs, bufs, 4, bufs+5, 5)
	sub := make([]byte, 48) // waits for fdOut to be written to
	sub[8], sub[16] = 2, fdOut
	g.put(subs, sub)
	stat := sys.Stat{Type: sys.TypeRegular}
	g.kernel.answer = func(r *sys.Request) sys.Reply {
		switch r.Op {
		case sys.OpFStat, sys.OpStat:
			return sys.Reply{Data: stat.Append(nil)}
		case sys.OpOpen:
			return sys.Reply{Vals: [3]uint64{9, uint64(sys.TypeRegular) | uint64(sys.InfoSeek)}}
		}
		return sys.Reply{}
	}
	return g
}

func attr(a sys.SetAttr) []byte { return a.Append(nil) }

// calls has a good call of every function; ptrs are those of its arguments that are
// addresses. A call without an operation is answered by the process itself.
var calls = []struct {
	name string
	args []uint64
	ptrs []int
	want sys.Request
}{
	{"args_get", []uint64{result, bufs}, []int{0, 1}, sys.Request{}},
	{"args_sizes_get", []uint64{result, result + 8}, []int{0, 1}, sys.Request{}},
	{"environ_get", []uint64{result, bufs}, []int{0, 1}, sys.Request{}},
	{"environ_sizes_get", []uint64{result, result + 8}, []int{0, 1}, sys.Request{}},
	{"clock_res_get", []uint64{0, result}, []int{1}, sys.Request{}},
	{"clock_time_get", []uint64{1, 0, result}, []int{2}, sys.Request{}},
	{"fd_advise", []uint64{fdFile, 0, 10, 3}, nil, sys.Request{}},
	{"fd_allocate", []uint64{fdFile, 10, 20}, nil, sys.Request{Op: sys.OpAllocate, Args: [6]uint64{fdFile, 10, 20}}},
	{"fd_close", []uint64{fdFile}, nil, sys.Request{Op: sys.OpClose, Args: [6]uint64{fdFile}}},
	{"fd_datasync", []uint64{fdFile}, nil, sys.Request{Op: sys.OpSync, Args: [6]uint64{fdFile}}},
	{"fd_fdstat_get", []uint64{fdFile, result}, []int{1}, sys.Request{}},
	{"fd_fdstat_set_flags", []uint64{fdFile, 4}, nil, sys.Request{Op: sys.OpSetFD, Args: [6]uint64{fdFile, uint64(sys.ONonblock)}}},
	{"fd_fdstat_set_rights", []uint64{fdFile, 2, 0}, nil, sys.Request{}},
	{"fd_filestat_get", []uint64{fdFile, result}, []int{1}, sys.Request{Op: sys.OpFStat, Args: [6]uint64{fdFile}}},
	{"fd_filestat_set_size", []uint64{fdFile, 77}, nil, sys.Request{Op: sys.OpFSetAttr, Args: [6]uint64{fdFile},
		Data: attr(sys.SetAttr{Set: sys.AttrSize, Size: 77})}},
	{"fd_filestat_set_times", []uint64{fdFile, 5, 6, 1 | 8}, nil, sys.Request{Op: sys.OpFSetAttr, Args: [6]uint64{fdFile},
		Data: attr(sys.SetAttr{Set: sys.AttrAtime | sys.AttrMtimeNow, Atime: 5, Mtime: 6})}},
	{"fd_pread", []uint64{fdFile, iovs, 2, 100, result}, []int{1, 4}, sys.Request{Op: sys.OpPRead, Args: [6]uint64{fdFile, 9, 100}}},
	{"fd_prestat_get", []uint64{fdHome, result}, []int{1}, sys.Request{}},
	{"fd_prestat_dir_name", []uint64{fdHome, result, 4}, []int{1}, sys.Request{}},
	{"fd_pwrite", []uint64{fdFile, iovs, 2, 100, result}, []int{1, 4}, sys.Request{Op: sys.OpPWrite, Args: [6]uint64{fdFile, 0, 100}, Data: []byte("somebytes")}},
	{"fd_read", []uint64{fdTTY, iovs, 2, result}, []int{1, 3}, sys.Request{Op: sys.OpRead, Args: [6]uint64{fdTTY, 9}}},
	{"fd_readdir", []uint64{fdHome, result, 100, 7, bufs}, []int{1, 4}, sys.Request{Op: sys.OpReadDir, Args: [6]uint64{fdHome, 7, 375}}},
	{"fd_renumber", []uint64{fdFile, fdOut}, nil, sys.Request{Op: sys.OpRenumber, Args: [6]uint64{fdFile, fdOut}}},
	{"fd_seek", []uint64{fdFile, ^uint64(9), 2, result}, []int{3}, sys.Request{Op: sys.OpSeek, Args: [6]uint64{fdFile, ^uint64(9), uint64(sys.SeekEnd)}}},
	{"fd_sync", []uint64{fdFile}, nil, sys.Request{Op: sys.OpSync, Args: [6]uint64{fdFile}}},
	{"sock_accept", []uint64{fdSock, 4, result}, []int{2}, sys.Request{Op: sys.OpAccept, Args: [6]uint64{fdSock, uint64(sys.ONonblock | sys.OCloexec)}}},
	{"sock_recv", []uint64{fdSock, iovs, 2, 3, result, bufs}, []int{1, 4, 5}, sys.Request{Op: sys.OpRecv, Args: [6]uint64{fdSock, 9, 3}}},
	{"sock_send", []uint64{fdSock, iovs, 2, 0, result}, []int{1, 4}, sys.Request{Op: sys.OpWrite, Args: [6]uint64{fdSock}, Data: []byte("somebytes")}},
	{"sock_shutdown", []uint64{fdSock, 2}, nil, sys.Request{Op: sys.OpShutdown, Args: [6]uint64{fdSock, 2}}},
	{"fd_tell", []uint64{fdFile, result}, []int{1}, sys.Request{Op: sys.OpSeek, Args: [6]uint64{fdFile, 0, uint64(sys.SeekCur)}}},
	{"fd_write", []uint64{fdOut, iovs, 2, result}, []int{1, 3}, sys.Request{Op: sys.OpWrite, Args: [6]uint64{fdOut}, Data: []byte("somebytes")}},
	{"path_create_directory", []uint64{fdRoot, path1, pathLen}, []int{1}, sys.Request{Op: sys.OpMkdir,
		Args: [6]uint64{fdRoot, 0, 0o777, uint64(sys.AtGuest | sys.AtNoFollow)}, Path: "dir/one"}},
	{"path_filestat_get", []uint64{fdHome, 1, path1, pathLen, result}, []int{2, 4}, sys.Request{Op: sys.OpStat,
		Args: [6]uint64{fdHome, 0, 0, uint64(sys.AtBeneath)}, Path: "dir/one"}},
	{"path_filestat_set_times", []uint64{fdHome, 0, path1, pathLen, 1, 2, 2 | 4}, []int{2}, sys.Request{Op: sys.OpSetAttr,
		Args: [6]uint64{fdHome, 0, 0, uint64(sys.AtBeneath | sys.AtNoFollow)}, Path: "dir/one",
		Data: attr(sys.SetAttr{Set: sys.AttrAtimeNow | sys.AttrMtime, Atime: 1, Mtime: 2})}},
	{"path_link", []uint64{fdHome, 0, path1, pathLen, fdHome, path2, 3}, []int{2, 5}, sys.Request{Op: sys.OpLink,
		Args: [6]uint64{fdHome, fdHome, 0, uint64(sys.AtBeneath | sys.AtNoFollow)}, Path: "dir/one", Data: []byte("two")}},
	{"path_open", []uint64{fdRoot, 1, path1, pathLen, 1 | 8, 2 | 64, 0, 1, result}, []int{2, 8}, sys.Request{Op: sys.OpOpen,
		Args: [6]uint64{fdRoot, uint64(sys.ORead | sys.OWrite | sys.OCreate | sys.OTrunc | sys.OAppend | sys.OCloexec), 0o666, uint64(sys.AtGuest)}, Path: "dir/one"}},
	{"path_readlink", []uint64{fdHome, path1, pathLen, bufs, 10, result}, []int{1, 3, 5}, sys.Request{Op: sys.OpReadlink,
		Args: [6]uint64{fdHome, 0, 0, uint64(sys.AtBeneath | sys.AtNoFollow)}, Path: "dir/one"}},
	{"path_remove_directory", []uint64{fdHome, path1, pathLen}, []int{1}, sys.Request{Op: sys.OpRmdir,
		Args: [6]uint64{fdHome, 0, 0, uint64(sys.AtBeneath | sys.AtNoFollow)}, Path: "dir/one"}},
	{"path_rename", []uint64{fdHome, path1, pathLen, fdRoot, path2, 3}, []int{1, 4}, sys.Request{Op: sys.OpRename,
		Args: [6]uint64{fdHome, fdRoot, 0, uint64(sys.AtGuest | sys.AtNoFollow)}, Path: "dir/one", Data: []byte("two")}},
	{"path_symlink", []uint64{path2, 3, fdHome, path1, pathLen}, []int{0, 3}, sys.Request{Op: sys.OpSymlink,
		Args: [6]uint64{fdHome, 0, 0, uint64(sys.AtBeneath | sys.AtNoFollow)}, Path: "dir/one", Data: []byte("two")}},
	{"path_unlink_file", []uint64{fdHome, path1, pathLen}, []int{1}, sys.Request{Op: sys.OpUnlink,
		Args: [6]uint64{fdHome, 0, 0, uint64(sys.AtBeneath | sys.AtNoFollow)}, Path: "dir/one"}},
	{"poll_oneoff", []uint64{subs, result, 1, bufs}, []int{0, 1, 3}, sys.Request{Op: sys.OpPoll, Args: [6]uint64{^uint64(0)},
		Data: sys.AppendPoll(nil, []sys.PollFD{{FD: fdOut, Events: sys.PollOut}})}},
	{"proc_raise", []uint64{16}, nil, sys.Request{Op: sys.OpKill, Args: [6]uint64{42, uint64(sys.SIGCHLD)}}},
	{"random_get", []uint64{bufs, 100}, []int{0}, sys.Request{}},
	{"sched_yield", nil, nil, sys.Request{}},
}

// TestCalls checks that each function is the system call that it should be, ended at
// once or later.
func TestCalls(t *testing.T) {
	for _, later := range []bool{false, true} {
		for _, c := range calls {
			t.Run(c.name, func(t *testing.T) {
				g := prepare()
				g.kernel.later = later
				if e := g.call(c.name, c.args...); e != 0 {
					t.Fatalf("%v", e.Name())
				}
				if c.want.Op == 0 {
					if len(g.kernel.requests) != 0 {
						t.Errorf("asks the kernel: %v", g.kernel.requests)
					}
					return
				}
				if len(g.kernel.requests) != 1 {
					t.Fatalf("%d system calls, want 1", len(g.kernel.requests))
				}
				sameRequest(t, g.kernel.requests[0], c.want)
			})
		}
	}
}

// TestWild checks that every address is looked at before anything is done.
func TestWild(t *testing.T) {
	for _, c := range calls {
		for _, i := range c.ptrs {
			t.Run(c.name, func(t *testing.T) {
				for _, noMemory := range []bool{false, true} {
					g := prepare()
					args := append([]uint64(nil), c.args...)
					args[i] = wild
					if noMemory {
						g.mem.b = nil
					}
					if e := g.call(c.name, args...); e != errno.EFAULT {
						t.Errorf("argument %d: %v, want EFAULT", i, e.Name())
					}
					if len(g.kernel.requests) != 0 {
						t.Errorf("argument %d: the kernel was asked: %v", i, g.kernel.requests)
					}
				}
			})
		}
	}
}

// TestKernelErrors checks that the kernel's error numbers get through.
func TestKernelErrors(t *testing.T) {
	for _, c := range calls {
		if c.want.Op == 0 {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			g := prepare()
			g.kernel.answer = func(*sys.Request) sys.Reply { return sys.Reply{Errno: errno.EDQUOT} }
			if e := g.call(c.name, c.args...); e != errno.EDQUOT {
				t.Errorf("%v, want EDQUOT", e.Name())
			}
		})
	}
}

// TestHostile calls everything with arguments that mean no good. Which error that is does
// not matter, but there has to be an answer, and one that WASI has.
func TestHostile(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	values := []uint64{0, 1, 2, 3, 4, 5, 8, 100, path1, iovs, result, subs, 1<<16 - 1, 1 << 16, wild, 1<<31 - 1, 1 << 31,
		1<<32 - 1, 1 << 40, 1<<63 - 1, 1 << 63, ^uint64(0)}
	for range 200 {
		g := prepare()
		for i := range 1 << 12 {
			g.mem.b[iovs+i%0x2000] = byte(r.Uint32() & r.Uint32())
		}
		for _, f := range g.host {
			if f.Name == "proc_exit" {
				continue
			}
			for range 5 {
				args := make([]uint64, len(f.Params))
				for i := range args {
					args[i] = values[r.IntN(len(values))]
				}
				e := g.call(f.Module+"."+f.Name, args...)
				if e > errno.ENOTCAPABLE && f.Name != "thread-spawn" { // which has numbers of threads, or below 0
					t.Fatalf("%s%v is the error %d, which WASI has not", f.Name, args, e)
				}
			}
		}
	}
}

func TestExit(t *testing.T) {
	for _, module := range []string{wasi.Preview1, wasi.Preview0} {
		g := prepare()
		g.call(module+".proc_exit", 33)
		if g.exit == nil || *g.exit != 33 {
			t.Errorf("%s: exit code %v, want 33", module, g.exit)
		}
	}
}
