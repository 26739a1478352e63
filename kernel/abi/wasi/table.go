package wasi

import "github.com/bushel-wasm/bushel/kernel/engine"

// An importable is a function that a guest can import.
type importable struct {
	name   string
	params string // as [engine.Types] reads them
	call   function
	old    function // the same of preview 0, if it is another one
	waits  bool     // may end in a system call
}

var i32 = engine.Types("i")

// functions is every function of preview 1 but proc_exit. All return an errno.
var functions = [...]importable{
	{"args_get", "ii", argsGet, nil, false},
	{"args_sizes_get", "ii", argsSizesGet, nil, false},
	{"environ_get", "ii", environGet, nil, false},
	{"environ_sizes_get", "ii", environSizesGet, nil, false},
	{"clock_res_get", "ii", clockResGet, nil, false},
	{"clock_time_get", "iIi", clockTimeGet, nil, false},
	{"fd_advise", "iIIi", fdAdvise, nil, false},
	{"fd_allocate", "iII", fdAllocate, nil, true},
	{"fd_close", "i", fdClose, nil, true},
	{"fd_datasync", "i", fdDatasync, nil, true},
	{"fd_fdstat_get", "ii", fdFdstatGet, nil, false},
	{"fd_fdstat_set_flags", "ii", fdFdstatSetFlags, nil, true},
	{"fd_fdstat_set_rights", "iII", fdFdstatSetRights, nil, false},
	{"fd_filestat_get", "ii", fdFilestatGet, fdFilestatGetOld, true},
	{"fd_filestat_set_size", "iI", fdFilestatSetSize, nil, true},
	{"fd_filestat_set_times", "iIIi", fdFilestatSetTimes, nil, true},
	{"fd_pread", "iiiIi", fdPread, nil, true},
	{"fd_prestat_get", "ii", fdPrestatGet, nil, false},
	{"fd_prestat_dir_name", "iii", fdPrestatDirName, nil, false},
	{"fd_pwrite", "iiiIi", fdPwrite, nil, true},
	{"fd_read", "iiii", fdRead, nil, true},
	{"fd_readdir", "iiiIi", fdReaddir, nil, true},
	{"fd_renumber", "ii", fdRenumber, nil, true},
	{"fd_seek", "iIii", fdSeek, fdSeekOld, true},
	{"fd_sync", "i", fdSync, nil, true},
	{"fd_tell", "ii", fdTell, nil, true},
	{"fd_write", "iiii", fdWrite, nil, true},
	{"path_create_directory", "iii", pathCreateDirectory, nil, true},
	{"path_filestat_get", "iiiii", pathFilestatGet, pathFilestatGetOld, true},
	{"path_filestat_set_times", "iiiiIIi", pathFilestatSetTimes, nil, true},
	{"path_link", "iiiiiii", pathLink, nil, true},
	{"path_open", "iiiiiIIii", pathOpen, nil, true},
	{"path_readlink", "iiiiii", pathReadlink, nil, true},
	{"path_remove_directory", "iii", pathRemoveDirectory, nil, true},
	{"path_rename", "iiiiii", pathRename, nil, true},
	{"path_symlink", "iiiii", pathSymlink, nil, true},
	{"path_unlink_file", "iii", pathUnlinkFile, nil, true},
	{"poll_oneoff", "iiii", pollOneoff, pollOneoffOld, true},
	{"proc_raise", "i", procRaise, nil, true},
	{"random_get", "ii", randomGet, nil, false},
	{"sched_yield", "", schedYield, nil, false},
	{"sock_accept", "iii", sockAccept, nil, true},
	{"sock_recv", "iiiiii", sockRecv, nil, true},
	{"sock_send", "iiiii", sockSend, nil, true},
	{"sock_shutdown", "ii", sockShutdown, nil, true},
}
