/* Descriptors as such: their attributes, rights, numbers and preopened directories. */
#include "wasi.h"

static void stats(void) {
	fdstat s;
	memset(&s, 0xff, sizeof s);
	T(SUCCESS, "a directory", OK, fd_fdstat_get, DIR, AT(&s));
	V(SUCCESS, "its type", fd_fdstat_get, s.type, TYPE_DIRECTORY);
	V(SUCCESS, "its right to open", fd_fdstat_get, s.base >> OPEN & 1, 1);
	V(SUCCESS, "files below may be read", fd_fdstat_get, s.inheriting >> READ & 1, 1);
	T(SUCCESS, "a socket", OK, fd_fdstat_get, LISTENER, AT(&s));
	V(SUCCESS, "its type", fd_fdstat_get, s.type, SOCKET_STREAM);
	i32 fd = make("stats", "text");
	T(SUCCESS, "a file", OK, fd_fdstat_get, fd, AT(&s));
	V(SUCCESS, "its type", fd_fdstat_get, s.type, REGULAR_FILE);
	V(SUCCESS, "no flags", fd_fdstat_get, s.flags, 0);
	T(BAD_FD, "closed", BADF, fd_fdstat_get, CLOSED, AT(&s));
	T(BAD_FD, "negative", BADF, fd_fdstat_get, -1, AT(&s));
	T(POINTER, "the result", FAULT, fd_fdstat_get, fd, edge(24));

	T(SUCCESS, "append", OK, fd_fdstat_set_flags, fd, APPEND);
	w_fd_fdstat_get(fd, AT(&s));
	V(SUCCESS, "it is set", fd_fdstat_set_flags, s.flags, APPEND);
	i32 n;
	iovec v = {P("++")};
	uint64_t at = 0;
	w_fd_seek(fd, 0, 0, AT(&at));
	w_fd_write(fd, AT(&v), 1, AT(&n));
	w_fd_tell(fd, AT(&at));
	V(SUCCESS, "a write goes to the end", fd_fdstat_set_flags, at, 6);
	T(SUCCESS, "none", OK, fd_fdstat_set_flags, fd, 0);
	T(FLAGS, "unknown", INVAL, fd_fdstat_set_flags, fd, 32);
	T(BAD_FD, "closed", BADF, fd_fdstat_set_flags, CLOSED, 0);

	T(SUCCESS, "fewer", OK, fd_fdstat_set_rights, fd, RIGHT(READ) | RIGHT(SEEK), 0);
	w_fd_fdstat_get(fd, AT(&s));
	V(SUCCESS, "those are left", fd_fdstat_set_rights, s.base, RIGHT(READ) | RIGHT(SEEK));
	T(RIGHTS, "more than there are", NOTCAPABLE, fd_fdstat_set_rights, fd, RIGHT(READ) | RIGHT(WRITE), 0);
	T(BAD_FD, "closed", BADF, fd_fdstat_set_rights, CLOSED, 0, 0);
	T(RIGHTS, "given up", NOTCAPABLE, fd_write, fd, AT(&v), 1, AT(&n));
	T(RIGHTS, "given up", NOTCAPABLE, fd_pwrite, fd, AT(&v), 1, 0, AT(&n));
	T(RIGHTS, "given up", NOTCAPABLE, fd_filestat_get, fd, AT(&s));
	T(RIGHTS, "given up", NOTCAPABLE, fd_filestat_set_size, fd, 1);
	T(RIGHTS, "given up", NOTCAPABLE, fd_filestat_set_times, fd, 0, 0, 0);
	T(RIGHTS, "given up", NOTCAPABLE, fd_allocate, fd, 0, 1);
	T(RIGHTS, "given up", NOTCAPABLE, fd_advise, fd, 0, 0, 0);
	T(RIGHTS, "given up", NOTCAPABLE, fd_sync, fd);
	T(RIGHTS, "given up", NOTCAPABLE, fd_datasync, fd);
	T(RIGHTS, "given up", NOTCAPABLE, fd_fdstat_set_flags, fd, 0);
	T(RIGHTS, "given up", NOTCAPABLE, fd_tell, fd, AT(&at));
	T(RIGHTS, "kept", OK, fd_seek, fd, 0, 0, AT(&at));
	T(RIGHTS, "no rights at all", OK, fd_fdstat_set_rights, fd, 0, 0);
	T(RIGHTS, "given up", NOTCAPABLE, fd_read, fd, AT(&v), 1, AT(&n));
	T(RIGHTS, "given up", NOTCAPABLE, fd_pread, fd, AT(&v), 1, 0, AT(&n));
	T(RIGHTS, "given up", NOTCAPABLE, fd_seek, fd, 1, 0, AT(&at));
	T(RIGHTS, "to close needs none", OK, fd_close, fd);
}

static void preopens(void) {
	struct { i32 tag, len; } stat = {-1, -1};
	char name[8] = "????????";
	T(SUCCESS, "", OK, fd_prestat_get, DIR, AT(&stat));
	V(SUCCESS, "a directory", fd_prestat_get, stat.tag, 0);
	V(SUCCESS, "the length of its name", fd_prestat_get, stat.len, 1);
	T(SUCCESS, "", OK, fd_prestat_dir_name, DIR, AT(name), 1);
	V(SUCCESS, "its name, and no zero behind it", fd_prestat_dir_name, memcmp(name, "w???????", 8), 0);
	T(SUCCESS, "into more room", OK, fd_prestat_dir_name, DIR, AT(name), 8);
	T(ERROR, "into less room", NAMETOOLONG, fd_prestat_dir_name, DIR, AT(name), 0);
	T(BAD_FD, "standard output", BADF, fd_prestat_get, 1, AT(&stat));
	T(BAD_FD, "behind the last", BADF, fd_prestat_get, LISTENER, AT(&stat));
	T(BAD_FD, "closed", BADF, fd_prestat_get, CLOSED, AT(&stat));
	T(BAD_FD, "closed", BADF, fd_prestat_dir_name, CLOSED, AT(name), 8);
	T(BAD_FD, "standard output", BADF, fd_prestat_dir_name, 1, AT(name), 8);
	T(POINTER, "the result", FAULT, fd_prestat_get, DIR, edge(8));
	T(POINTER, "the name", FAULT, fd_prestat_dir_name, DIR, WILD, 8);
}

static void numbers(void) {
	i32 a = make("a", "aaaa"), b = make("b", "bb");
	filestat s;
	T(SUCCESS, "", OK, fd_renumber, a, b);
	w_fd_filestat_get(b, AT(&s));
	V(SUCCESS, "the number is the other file now", fd_renumber, s.size, 4);
	T(BAD_FD, "the old number is free", BADF, fd_filestat_get, a, AT(&s));
	T(SUCCESS, "to itself", OK, fd_renumber, b, b);
	T(BAD_FD, "from a closed one", BADF, fd_renumber, CLOSED, b);
	T(BAD_FD, "to a closed one", BADF, fd_renumber, b, CLOSED);
	i32 again = make("c", "");
	V(SUCCESS, "the free number is used again", fd_renumber, again, a);
	T(SUCCESS, "", OK, fd_close, again);
	T(BAD_FD, "twice", BADF, fd_close, again);
	T(BAD_FD, "never open", BADF, fd_close, CLOSED);
	T(BAD_FD, "negative", BADF, fd_close, -1);
	w_fd_close(b);
}

void descriptors(void) {
	stats();
	preopens();
	numbers();
}
