package wasi_test

import (
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/errno"
)

func TestErrors(t *testing.T) {
	const big = 1 << 63
	tests := []struct {
		name string
		call string
		args []uint64
		want errno.Errno
	}{
		{"no such clock", "clock_time_get", []uint64{4, 0, result}, errno.EINVAL},
		{"no such clock", "clock_res_get", []uint64{4, result}, errno.EINVAL},
		{"closed", "fd_close", []uint64{fdClosed}, errno.EBADF},
		{"closed", "fd_fdstat_get", []uint64{fdClosed, result}, errno.EBADF},
		{"closed", "fd_read", []uint64{fdClosed, iovs, 1, result}, errno.EBADF},
		{"huge", "fd_write", []uint64{1<<32 - 1, iovs, 1, result}, errno.EBADF},
		{"no advice", "fd_advise", []uint64{fdFile, 0, 0, 6}, errno.EINVAL},
		{"a pipe", "fd_advise", []uint64{fdOut, 0, 0, 0}, errno.ESPIPE},
		{"nothing", "fd_allocate", []uint64{fdFile, 0, 0}, errno.EINVAL},
		{"too far", "fd_allocate", []uint64{fdFile, big - 1, big - 1}, errno.EFBIG},
		{"a directory", "fd_allocate", []uint64{fdHome, 0, 1}, errno.EBADF},
		{"flags", "fd_fdstat_set_flags", []uint64{fdFile, 32}, errno.EINVAL},
		{"more rights", "fd_fdstat_set_rights", []uint64{fdFile, ^uint64(0), 0}, errno.ENOTCAPABLE},
		{"negative", "fd_filestat_set_size", []uint64{fdFile, big}, errno.EINVAL},
		{"read only", "fd_filestat_set_size", []uint64{fdReadOnly, 1}, errno.EINVAL},
		{"a time and now", "fd_filestat_set_times", []uint64{fdFile, 0, 0, 3}, errno.EINVAL},
		{"a time and now", "fd_filestat_set_times", []uint64{fdFile, 0, 0, 12}, errno.EINVAL},
		{"flags", "fd_filestat_set_times", []uint64{fdFile, 0, 0, 16}, errno.EINVAL},
		{"no preopen", "fd_prestat_get", []uint64{fdFile, result}, errno.EBADF},
		{"short", "fd_prestat_dir_name", []uint64{fdHome, result, 3}, errno.ENAMETOOLONG},
		{"not writable", "fd_write", []uint64{fdReadOnly, iovs, 1, result}, errno.EBADF},
		{"not readable", "fd_read", []uint64{fdOut, iovs, 1, result}, errno.EBADF},
		{"a directory", "fd_read", []uint64{fdHome, iovs, 1, result}, errno.EISDIR},
		{"a directory", "fd_write", []uint64{fdHome, iovs, 1, result}, errno.EBADF},
		{"a terminal", "fd_pread", []uint64{fdTTY, iovs, 1, 0, result}, errno.ESPIPE},
		{"negative", "fd_pwrite", []uint64{fdFile, iovs, 1, big, result}, errno.EINVAL},
		{"many buffers", "fd_write", []uint64{fdOut, 0, 1025, result}, errno.EINVAL},
		{"very many buffers", "fd_write", []uint64{fdOut, 0, 1<<32 - 1, result}, errno.EFAULT},
		{"no directory", "fd_readdir", []uint64{fdFile, result, 10, 0, bufs}, errno.ENOTDIR},
		{"to a closed one", "fd_renumber", []uint64{fdFile, fdClosed}, errno.EBADF},
		{"whence", "fd_seek", []uint64{fdFile, 0, 3, result}, errno.EINVAL},
		{"a pipe", "fd_seek", []uint64{fdOut, 0, 0, result}, errno.ESPIPE},
		{"a directory", "fd_tell", []uint64{fdHome, result}, errno.EBADF},
		{"not below a file", "path_create_directory", []uint64{fdFile, path1, pathLen}, errno.ENOTDIR},
		{"no path", "path_unlink_file", []uint64{fdHome, path1, 0}, errno.ENOENT},
		{"a zero byte", "path_unlink_file", []uint64{fdHome, path1, pathLen + 1}, errno.EINVAL},
		{"a long path", "path_unlink_file", []uint64{fdHome, 0x3000, 4097}, errno.ENAMETOOLONG},
		{"not UTF-8", "path_unlink_file", []uint64{fdHome, 0x2000, 2}, errno.EILSEQ},
		{"flags", "path_filestat_get", []uint64{fdHome, 2, path1, pathLen, result}, errno.EINVAL},
		{"flags", "path_open", []uint64{fdHome, 0, path1, pathLen, 16, 0, 0, 0, result}, errno.EINVAL},
		{"a directory that is made", "path_open", []uint64{fdHome, 0, path1, pathLen, 3, 0, 0, 0, result}, errno.EINVAL},
		{"an absolute target", "path_symlink", []uint64{0x2010, 2, fdHome, path1, pathLen}, errno.EPERM},
		{"nothing to wait for", "poll_oneoff", []uint64{subs, result, 0, bufs}, errno.EINVAL},
		{"many to wait for", "poll_oneoff", []uint64{subs, result, 1<<32 - 1, bufs}, errno.EFAULT},
		{"no signal", "proc_raise", []uint64{31}, errno.EINVAL},
		{"a signal the kernel does not have", "proc_raise", []uint64{25}, errno.ENOTSUP},
		{"the signal of no signal", "proc_raise", []uint64{0}, 0},
		{"closed", "sock_shutdown", []uint64{fdClosed, 1}, errno.EBADF},
		{"a file", "sock_accept", []uint64{fdFile, 0, result}, errno.ENOTSOCK},
		{"a file", "sock_recv", []uint64{fdFile, iovs, 1, 0, result, result}, errno.ENOTSOCK},
		{"a pipe", "sock_send", []uint64{fdOut, iovs, 1, 0, result}, errno.ENOTSOCK},
		{"a directory", "sock_shutdown", []uint64{fdRoot, 1}, errno.EBADF},
		{"a terminal", "sock_shutdown", []uint64{fdTTY, 1}, errno.ENOTSOCK},
		{"no direction", "sock_shutdown", []uint64{fdSock, 0}, errno.EINVAL},
		{"a third direction", "sock_shutdown", []uint64{fdSock, 4}, errno.EINVAL},
		{"flags", "sock_accept", []uint64{fdSock, 1, result}, errno.EINVAL},
		{"flags", "sock_recv", []uint64{fdSock, iovs, 1, 4, result, result}, errno.EINVAL},
		{"flags", "sock_send", []uint64{fdSock, iovs, 1, 1, result}, errno.EINVAL},
	}
	for _, test := range tests {
		t.Run(test.call+" "+test.name, func(t *testing.T) {
			g := prepare()
			g.put(0x2000, []byte{0xff, 0xfe})
			g.put(0x2010, []byte("/x"))
			g.put(0x3000, []byte(strings.Repeat("x", 5000)))
			if e := g.call(test.call, test.args...); e != test.want {
				t.Errorf("%v, want %v", e.Name(), test.want.Name())
			}
			if len(g.kernel.requests) != 0 {
				t.Errorf("the kernel was asked: %v", g.kernel.requests)
			}
		})
	}
}
