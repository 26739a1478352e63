/* Files: their bytes, offsets, sizes and times. */
#include "wasi.h"

static uint8_t buffer[256];

static i32 read_only(const char *name) {
	i32 fd = -1;
	w_path_open(DIR, 0, P(name), 0, RIGHT(READ) | RIGHT(SEEK) | RIGHT(TELL) | RIGHT(STAT), 0, 0, AT(&fd));
	return fd;
}

static void writes(void) {
	i32 fd = make("w", ""), only = read_only("w"), n = -1;
	iovec two[] = {{P("one ")}, {P("two")}}, twice[] = {{P("xy")}, {0, 2}}, none[] = {{AT(buffer), 0}, {0, 0}};
	iovec wild[] = {{P("ok")}, {WILD, 32}}, wraps[] = {{16, -1}};
	twice[1].at = twice[0].at;
	T(SUCCESS, "two buffers", OK, fd_write, fd, AT(two), 2, AT(&n));
	V(SUCCESS, "all of both", fd_write, n, 7);
	T(IOVEC, "overlapping", OK, fd_write, fd, AT(twice), 2, AT(&n));
	V(IOVEC, "the bytes count twice", fd_write, n, 4);
	T(IOVEC, "of no bytes", OK, fd_write, fd, AT(none), 2, AT(&n));
	V(IOVEC, "nothing", fd_write, n, 0);
	T(IOVEC, "no buffers", OK, fd_write, fd, AT(none), 0, AT(&n));
	T(IOVEC, "one of two out of the memory", FAULT, fd_write, fd, AT(wild), 2, AT(&n));
	T(IOVEC, "a length that wraps around", FAULT, fd_write, fd, AT(wraps), 1, AT(&n));
	T(IOVEC, "more than 1,024", INVAL, fd_write, fd, 0, 1025, AT(&n));
	T(POINTER, "the list", FAULT, fd_write, fd, edge(8), 1, AT(&n));
	T(POINTER, "the count", FAULT, fd_write, fd, AT(two), 2, edge(4));
	T(BAD_FD, "closed", BADF, fd_write, CLOSED, AT(two), 2, AT(&n));
	T(BAD_FD, "a directory", BADF, fd_write, DIR, AT(two), 2, AT(&n));
	T(RIGHTS, "opened to be read", BADF, fd_write, only, AT(two), 2, AT(&n));
	filestat s;
	w_fd_filestat_get(fd, AT(&s));
	V(POINTER, "what failed has written nothing", fd_write, s.size, 11);

	T(SUCCESS, "", OK, fd_pwrite, fd, AT(two), 1, 2, AT(&n));
	V(SUCCESS, "four bytes", fd_pwrite, n, 4);
	uint64_t at = 0;
	w_fd_tell(fd, AT(&at));
	V(SUCCESS, "the offset stays", fd_pwrite, at, 11);
	T(OFFSET, "behind the end", OK, fd_pwrite, fd, AT(two), 1, 100, AT(&n));
	w_fd_filestat_get(fd, AT(&s));
	V(OFFSET, "the file is as long", fd_pwrite, s.size, 104);
	T(OFFSET, "negative", INVAL, fd_pwrite, fd, AT(two), 1, -1, AT(&n));
	T(OFFSET, "the end would be over 2^63", FBIG, fd_pwrite, fd, AT(two), 1, INT64_MAX, AT(&n));
	T(IOVEC, "of no bytes", OK, fd_pwrite, fd, AT(none), 2, 0, AT(&n));
	T(IOVEC, "one of two out of the memory", FAULT, fd_pwrite, fd, AT(wild), 2, 0, AT(&n));
	T(POINTER, "the list", FAULT, fd_pwrite, fd, WILD, 2, 0, AT(&n));
	T(POINTER, "the count", FAULT, fd_pwrite, fd, AT(two), 2, 0, WILD);
	T(BAD_FD, "closed", BADF, fd_pwrite, CLOSED, AT(two), 2, 0, AT(&n));
	T(BAD_FD, "a socket", SPIPE, fd_pwrite, LISTENER, AT(two), 2, 0, AT(&n));
	T(RIGHTS, "opened to be read", BADF, fd_pwrite, only, AT(two), 2, 0, AT(&n));
	w_fd_close(fd);
	w_fd_close(only);
}

static void reads(void) {
	i32 fd = make("r", "0123456789"), n = -1;
	iovec two[] = {{AT(buffer), 3}, {AT(buffer + 10), 4}}, over[] = {{AT(buffer + 20), 3}, {AT(buffer + 22), 3}};
	iovec none[] = {{AT(buffer), 0}, {-1, 0}}, wild[] = {{AT(buffer), 2}, {edge(4), 4}};
	T(SUCCESS, "two buffers", OK, fd_read, fd, AT(two), 2, AT(&n));
	V(SUCCESS, "all of both", fd_read, n, 7);
	V(SUCCESS, "the first", fd_read, memcmp(buffer, "012", 3), 0);
	V(SUCCESS, "the second", fd_read, memcmp(buffer + 10, "3456", 4), 0);
	T(SUCCESS, "the rest", OK, fd_read, fd, AT(two), 2, AT(&n));
	V(SUCCESS, "less than asked for", fd_read, n, 3);
	T(SUCCESS, "at the end", OK, fd_read, fd, AT(two), 2, AT(&n));
	V(SUCCESS, "nothing", fd_read, n, 0);
	uint64_t at = 0;
	w_fd_seek(fd, 0, 0, AT(&at));
	T(IOVEC, "overlapping", OK, fd_read, fd, AT(over), 2, AT(&n));
	V(IOVEC, "the second comes over the first", fd_read, memcmp(buffer + 20, "01345", 5), 0);
	T(IOVEC, "of no bytes, wherever", FAULT, fd_read, fd, AT(none), 2, AT(&n));
	T(IOVEC, "of no bytes", OK, fd_read, fd, AT(none), 1, AT(&n));
	T(IOVEC, "no buffers", OK, fd_read, fd, 0, 0, AT(&n));
	T(IOVEC, "one of two out of the memory", FAULT, fd_read, fd, AT(wild), 2, AT(&n));
	w_fd_tell(fd, AT(&at));
	V(IOVEC, "what failed has read nothing", fd_read, at, 6);
	T(IOVEC, "more than 1,024", INVAL, fd_read, fd, 0, 1025, AT(&n));
	T(POINTER, "the list", FAULT, fd_read, fd, WILD, 1, AT(&n));
	T(POINTER, "the count", FAULT, fd_read, fd, AT(two), 2, WILD);
	T(BAD_FD, "closed", BADF, fd_read, CLOSED, AT(two), 2, AT(&n));
	T(BAD_FD, "a directory", ISDIR, fd_read, DIR, AT(two), 2, AT(&n));

	T(SUCCESS, "", OK, fd_pread, fd, AT(two), 1, 8, AT(&n));
	V(SUCCESS, "two bytes are left there", fd_pread, n, 2);
	w_fd_tell(fd, AT(&at));
	V(SUCCESS, "the offset stays", fd_pread, at, 6);
	T(OFFSET, "behind the end", OK, fd_pread, fd, AT(two), 2, (i64)1 << 40, AT(&n));
	V(OFFSET, "nothing", fd_pread, n, 0);
	T(OFFSET, "negative", INVAL, fd_pread, fd, AT(two), 2, INT64_MIN, AT(&n));
	T(IOVEC, "overlapping", OK, fd_pread, fd, AT(over), 2, 0, AT(&n));
	T(IOVEC, "one of two out of the memory", FAULT, fd_pread, fd, AT(wild), 2, 0, AT(&n));
	T(POINTER, "the list", FAULT, fd_pread, fd, edge(8), 1, 0, AT(&n));
	T(POINTER, "the count", FAULT, fd_pread, fd, AT(two), 2, 0, edge(4));
	T(BAD_FD, "closed", BADF, fd_pread, CLOSED, AT(two), 2, 0, AT(&n));
	T(BAD_FD, "a directory", ISDIR, fd_pread, DIR, AT(two), 2, 0, AT(&n));
	w_fd_close(fd);
}

static void offsets(void) {
	i32 fd = make("o", "0123456789"), n;
	uint64_t at = 99;
	T(SUCCESS, "from the start", OK, fd_seek, fd, 4, 0, AT(&at));
	V(SUCCESS, "the new offset", fd_seek, at, 4);
	T(SUCCESS, "from here, back", OK, fd_seek, fd, -3, 1, AT(&at));
	V(SUCCESS, "the new offset", fd_seek, at, 1);
	T(SUCCESS, "from the end, beyond it", OK, fd_seek, fd, 5, 2, AT(&at));
	V(SUCCESS, "the new offset", fd_seek, at, 15);
	T(SUCCESS, "", OK, fd_tell, fd, AT(&at));
	V(SUCCESS, "the same", fd_tell, at, 15);
	T(OFFSET, "before the start", INVAL, fd_seek, fd, -16, 1, AT(&at));
	T(FLAGS, "no such place", INVAL, fd_seek, fd, 0, 3, AT(&at));
	T(BAD_FD, "closed", BADF, fd_seek, CLOSED, 0, 0, AT(&at));
	T(BAD_FD, "closed", BADF, fd_tell, CLOSED, AT(&at));
	T(BAD_FD, "a directory", BADF, fd_seek, DIR, 0, 0, AT(&at));
	T(BAD_FD, "a socket", SPIPE, fd_seek, LISTENER, 0, 0, AT(&at));
	T(BAD_FD, "a socket", SPIPE, fd_tell, LISTENER, AT(&at));
	T(POINTER, "the result", FAULT, fd_seek, fd, 7, 0, edge(8));
	T(POINTER, "the result", FAULT, fd_tell, fd, WILD);
	w_fd_tell(fd, AT(&at));
	V(POINTER, "what failed has not moved", fd_seek, at, 15);

	/* A sparse file of 5 GiB is written, sought and read at its end. */
	const i64 far = (i64)5 << 30;
	iovec v = {P("end")};
	filestat s;
	T(OFFSET, "5 GiB", OK, fd_seek, fd, far, 0, AT(&at));
	T(OFFSET, "at 5 GiB", OK, fd_write, fd, AT(&v), 1, AT(&n));
	T(OFFSET, "at 5 GiB", OK, fd_tell, fd, AT(&at));
	V(OFFSET, "behind what was written", fd_tell, at, far + 3);
	T(OFFSET, "5 GiB", OK, fd_filestat_get, fd, AT(&s));
	V(OFFSET, "the whole length", fd_filestat_get, s.size, far + 3);
	T(OFFSET, "from the end", OK, fd_seek, fd, -3, 2, AT(&at));
	v.at = AT(buffer);
	T(OFFSET, "at 5 GiB", OK, fd_read, fd, AT(&v), 1, AT(&n));
	V(OFFSET, "what was written", fd_read, memcmp(buffer, "end", 3), 0);
	T(OFFSET, "in the hole", OK, fd_pread, fd, AT(&v), 1, far / 2, AT(&n));
	V(OFFSET, "zeros", fd_pread, buffer[0] | buffer[1] | buffer[2], 0);
	T(OFFSET, "6 GiB", OK, fd_filestat_set_size, fd, (i64)6 << 30);
	w_fd_filestat_get(fd, AT(&s));
	V(OFFSET, "the new length", fd_filestat_set_size, s.size, (i64)6 << 30);
	T(OFFSET, "cut again", OK, fd_filestat_set_size, fd, 2);
	w_fd_filestat_get(fd, AT(&s));
	V(OFFSET, "the new length", fd_filestat_set_size, s.size, 2);
	w_fd_close(fd);
}

static void attributes(void) {
	i32 fd = make("t", "text"), only = read_only("t");
	filestat s;
	memset(&s, 0xff, sizeof s);
	T(SUCCESS, "a file", OK, fd_filestat_get, fd, AT(&s));
	V(SUCCESS, "its type", fd_filestat_get, s.type, REGULAR_FILE);
	V(SUCCESS, "its size", fd_filestat_get, s.size, 4);
	V(SUCCESS, "one link", fd_filestat_get, s.nlink, 1);
	V(SUCCESS, "a number", fd_filestat_get, s.ino != 0, 1);
	T(SUCCESS, "a directory", OK, fd_filestat_get, DIR, AT(&s));
	V(SUCCESS, "its type", fd_filestat_get, s.type, TYPE_DIRECTORY);
	T(BAD_FD, "closed", BADF, fd_filestat_get, CLOSED, AT(&s));
	T(POINTER, "the result", FAULT, fd_filestat_get, fd, edge(64));

	T(SUCCESS, "longer", OK, fd_filestat_set_size, fd, 10);
	w_fd_filestat_get(fd, AT(&s));
	V(SUCCESS, "it is", fd_filestat_set_size, s.size, 10);
	T(OFFSET, "negative", INVAL, fd_filestat_set_size, fd, -1);
	T(BAD_FD, "closed", BADF, fd_filestat_set_size, CLOSED, 0);
	T(BAD_FD, "a directory", INVAL, fd_filestat_set_size, DIR, 0);
	T(RIGHTS, "opened to be read", INVAL, fd_filestat_set_size, only, 0);

	T(SUCCESS, "both", OK, fd_filestat_set_times, fd, 1000000001, 2000000002, 5);
	w_fd_filestat_get(fd, AT(&s));
	V(SUCCESS, "read", fd_filestat_set_times, s.atime, 1000000001);
	V(SUCCESS, "written", fd_filestat_set_times, s.mtime, 2000000002);
	T(SUCCESS, "one is now, the other stays", OK, fd_filestat_set_times, fd, 0, 0, 8);
	w_fd_filestat_get(fd, AT(&s));
	V(SUCCESS, "read stays", fd_filestat_set_times, s.atime, 1000000001);
	V(SUCCESS, "written is now", fd_filestat_set_times, s.mtime > 1577836800000000000, 1);
	T(FLAGS, "a time and now", INVAL, fd_filestat_set_times, fd, 0, 0, 3);
	T(FLAGS, "unknown", INVAL, fd_filestat_set_times, fd, 0, 0, 16);
	T(BAD_FD, "closed", BADF, fd_filestat_set_times, CLOSED, 0, 0, 5);
	T(OFFSET, "a time over 2^63", OVERFLOW, fd_filestat_set_times, fd, -1, 0, 1);

	T(SUCCESS, "", OK, fd_allocate, fd, 0, 100);
	w_fd_filestat_get(fd, AT(&s));
	V(SUCCESS, "the file is as long", fd_allocate, s.size, 100);
	T(SUCCESS, "within the file", OK, fd_allocate, fd, 10, 10);
	T(OFFSET, "no bytes", INVAL, fd_allocate, fd, 0, 0);
	T(OFFSET, "negative", INVAL, fd_allocate, fd, -1, 1);
	T(OFFSET, "the end would be over 2^63", FBIG, fd_allocate, fd, INT64_MAX, INT64_MAX);
	T(BAD_FD, "closed", BADF, fd_allocate, CLOSED, 0, 1);
	T(BAD_FD, "a directory", BADF, fd_allocate, DIR, 0, 1);
	T(RIGHTS, "opened to be read", BADF, fd_allocate, only, 0, 1);

	for (i32 advice = 0; advice < 6; advice++)
		T(SUCCESS, "each advice", OK, fd_advise, fd, 0, 10, advice);
	T(FLAGS, "no such advice", INVAL, fd_advise, fd, 0, 10, 6);
	T(OFFSET, "negative", INVAL, fd_advise, fd, -1, 10, 0);
	T(BAD_FD, "closed", BADF, fd_advise, CLOSED, 0, 0, 0);
	T(BAD_FD, "a directory", BADF, fd_advise, DIR, 0, 0, 0);
	T(BAD_FD, "a socket", SPIPE, fd_advise, LISTENER, 0, 0, 0);

	T(SUCCESS, "a file", OK, fd_sync, fd);
	T(SUCCESS, "a directory", OK, fd_sync, DIR);
	T(SUCCESS, "a file", OK, fd_datasync, fd);
	T(BAD_FD, "closed", BADF, fd_sync, CLOSED);
	T(BAD_FD, "closed", BADF, fd_datasync, CLOSED);
	w_fd_close(fd);
	w_fd_close(only);
}

void files(void) {
	writes();
	reads();
	offsets();
	attributes();
}
