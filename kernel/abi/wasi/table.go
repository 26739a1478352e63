package wasi

import "github.com/tetratelabs/wazero/api"

// An importable is a function that a guest can import.
type importable struct {
	name   string
	params []api.ValueType
	call   function
	old    function // the same of preview 0, if it is another one
	waits  bool     // may end in a system call
}

var i32 = []api.ValueType{api.ValueTypeI32}

// types reads a signature: an i for each i32, an I for each i64.
func types(s string) []api.ValueType {
	list := make([]api.ValueType, len(s))
	for i := range s {
		list[i] = api.ValueTypeI32
		if s[i] == 'I' {
			list[i] = api.ValueTypeI64
		}
	}
	return list
}

// functions is every function of preview 1 but proc_exit. All return an errno.
var functions = [...]importable{
	{"args_get", types("ii"), argsGet, nil, false},
	{"args_sizes_get", types("ii"), argsSizesGet, nil, false},
	{"environ_get", types("ii"), environGet, nil, false},
	{"environ_sizes_get", types("ii"), environSizesGet, nil, false},
	{"clock_res_get", types("ii"), clockResGet, nil, false},
	{"clock_time_get", types("iIi"), clockTimeGet, nil, false},
	{"fd_advise", types("iIIi"), fdAdvise, nil, false},
	{"fd_allocate", types("iII"), fdAllocate, nil, true},
	{"fd_close", types("i"), fdClose, nil, true},
	{"fd_datasync", types("i"), fdDatasync, nil, true},
	{"fd_fdstat_get", types("ii"), fdFdstatGet, nil, false},
	{"fd_fdstat_set_flags", types("ii"), fdFdstatSetFlags, nil, true},
	{"fd_fdstat_set_rights", types("iII"), fdFdstatSetRights, nil, false},
	{"fd_filestat_get", types("ii"), fdFilestatGet, fdFilestatGetOld, true},
	{"fd_filestat_set_size", types("iI"), fdFilestatSetSize, nil, true},
	{"fd_filestat_set_times", types("iIIi"), fdFilestatSetTimes, nil, true},
	{"fd_pread", types("iiiIi"), fdPread, nil, true},
	{"fd_prestat_get", types("ii"), fdPrestatGet, nil, false},
	{"fd_prestat_dir_name", types("iii"), fdPrestatDirName, nil, false},
	{"fd_pwrite", types("iiiIi"), fdPwrite, nil, true},
	{"fd_read", types("iiii"), fdRead, nil, true},
	{"fd_readdir", types("iiiIi"), fdReaddir, nil, true},
	{"fd_renumber", types("ii"), fdRenumber, nil, true},
	{"fd_seek", types("iIii"), fdSeek, fdSeekOld, true},
	{"fd_sync", types("i"), fdSync, nil, true},
	{"fd_tell", types("ii"), fdTell, nil, true},
	{"fd_write", types("iiii"), fdWrite, nil, true},
	{"path_create_directory", types("iii"), pathCreateDirectory, nil, true},
	{"path_filestat_get", types("iiiii"), pathFilestatGet, pathFilestatGetOld, true},
	{"path_filestat_set_times", types("iiiiIIi"), pathFilestatSetTimes, nil, true},
	{"path_link", types("iiiiiii"), pathLink, nil, true},
	{"path_open", types("iiiiiIIii"), pathOpen, nil, true},
	{"path_readlink", types("iiiiii"), pathReadlink, nil, true},
	{"path_remove_directory", types("iii"), pathRemoveDirectory, nil, true},
	{"path_rename", types("iiiiii"), pathRename, nil, true},
	{"path_symlink", types("iiiii"), pathSymlink, nil, true},
	{"path_unlink_file", types("iii"), pathUnlinkFile, nil, true},
	{"poll_oneoff", types("iiii"), pollOneoff, pollOneoffOld, true},
	{"proc_raise", types("i"), procRaise, nil, true},
	{"random_get", types("ii"), randomGet, nil, false},
	{"sched_yield", types(""), schedYield, nil, false},
	{"sock_accept", types("iii"), sockAccept, nil, true},
	{"sock_recv", types("iiiiii"), sockRecv, nil, true},
	{"sock_send", types("iiiii"), sockSend, nil, true},
	{"sock_shutdown", types("ii"), sockShutdown, nil, true},
}
