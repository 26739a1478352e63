/* Directories: made, listed, removed. */
#include "wasi.h"

static uint8_t buffer[4096];

static i32 open_directory(const char *name) {
	i32 fd = -1;
	w_path_open(DIR, 0, P(name), DIRECTORY, RIGHT(READDIR) | RIGHT(OPEN) | RIGHT(STAT), RIGHT(READ), 0, AT(&fd));
	return fd;
}

/* count goes through a listing in pieces of size bytes, and counts the entries and
   those that are called name. */
static i32 count(i32 fd, i32 size, const char *name, i32 *named) {
	i32 n = 0, used = size;
	uint64_t cookie = 0;
	*named = 0;
	while (used == size) {
		if (w_fd_readdir(fd, AT(buffer), size, cookie, AT(&used)) != OK)
			return -1;
		i32 at = 0, whole = 0;
		while (at + 24 <= used) {
			dirent e;
			memcpy(&e, buffer + at, 24);
			at += 24 + e.len;
			if (at > used)
				break;
			whole++;
			n++;
			cookie = e.next;
			*named += e.len == strlen(name) && memcmp(buffer + at - e.len, name, e.len) == 0;
		}
		if (used == size && whole == 0)
			return -2; /* not even one fits */
	}
	return n;
}

static void list(void) {
	i32 n = 0, named = 0;
	char name[] = "d/f00";
	w_path_create_directory(DIR, P("d"));
	for (i32 i = 0; i < 50; i++) {
		name[3] = '0' + i / 10;
		name[4] = '0' + i % 10;
		w_fd_close(make(name, ""));
	}
	i32 fd = open_directory("d");
	T(SUCCESS, "", OK, fd_readdir, fd, AT(buffer), sizeof buffer, 0, AT(&n));
	dirent e;
	memcpy(&e, buffer, 24);
	V(SUCCESS, "the first is the directory itself", fd_readdir, e.len == 1 && buffer[24] == '.' && e.type == TYPE_DIRECTORY, 1);
	V(SUCCESS, "50 files and two dots", fd_readdir, count(fd, sizeof buffer, "f33", &named), 52);
	V(SUCCESS, "one of each", fd_readdir, named, 1);
	V(SUCCESS, "in small pieces", fd_readdir, count(fd, 64, "..", &named), 52);
	V(SUCCESS, "one parent", fd_readdir, named, 1);
	T(SUCCESS, "into a buffer that is too short", OK, fd_readdir, fd, AT(buffer), 10, 0, AT(&n));
	V(SUCCESS, "is filled", fd_readdir, n, 10);
	T(SUCCESS, "into no buffer", OK, fd_readdir, fd, AT(buffer), 0, 0, AT(&n));
	V(SUCCESS, "nothing", fd_readdir, n, 0);

	/* A cookie stays good while the directory changes. */
	T(SUCCESS, "the first half", OK, fd_readdir, fd, AT(buffer), 27 * 20, 0, AT(&n));
	uint64_t cookie = 0;
	for (i32 at = 0; at + 24 <= n; at += 24 + e.len) {
		memcpy(&e, buffer + at, 24);
		if (at + 24 + (i32)e.len > n)
			break;
		cookie = e.next;
	}
	w_path_unlink_file(DIR, P("d/f00"));
	T(SUCCESS, "goes on when an entry is gone", OK, fd_readdir, fd, AT(buffer), sizeof buffer, cookie, AT(&n));
	i32 repeated = 0;
	for (i32 at = 0; at + 24 <= n; at += 24 + e.len) {
		memcpy(&e, buffer + at, 24);
		repeated += e.len == 1;
	}
	V(SUCCESS, "nothing twice", fd_readdir, repeated, 0);
	T(BAD_FD, "closed", BADF, fd_readdir, CLOSED, AT(buffer), sizeof buffer, 0, AT(&n));
	T(BAD_FD, "a socket", NOTDIR, fd_readdir, LISTENER, AT(buffer), sizeof buffer, 0, AT(&n));
	T(POINTER, "the buffer", FAULT, fd_readdir, fd, edge(100), 100, 0, AT(&n));
	T(POINTER, "the count", FAULT, fd_readdir, fd, AT(buffer), 100, 0, WILD);
	T(RIGHTS, "given up", OK, fd_fdstat_set_rights, fd, RIGHT(OPEN), 0);
	T(RIGHTS, "given up", NOTCAPABLE, fd_readdir, fd, AT(buffer), 100, 0, AT(&n));
	w_fd_close(fd);
}

static void make_and_remove(void) {
	T(SUCCESS, "", OK, path_create_directory, DIR, P("m"));
	T(SUCCESS, "within it", OK, path_create_directory, DIR, P("m/n/"));
	T(ERROR, "there is one", EXIST, path_create_directory, DIR, P("m"));
	T(ERROR, "no parent", NOENT, path_create_directory, DIR, P("none/n"));
	w_fd_close(make("plain", ""));
	T(ERROR, "the parent is a file", NOTDIR, path_create_directory, DIR, P("plain/n"));
	T(ERROR, "read-only", ROFS, path_create_directory, READ_ONLY, P("n"));
	T(ERROR, "no path", NOENT, path_create_directory, DIR, 0, 0);
	T(ERROR, "out of the directory", NOTCAPABLE, path_create_directory, DIR, P("../n"));
	T(ERROR, "an absolute path", NOTCAPABLE, path_create_directory, DIR, P("/n"));
	T(BAD_FD, "closed", BADF, path_create_directory, CLOSED, P("x"));
	T(BAD_FD, "a socket", NOTDIR, path_create_directory, LISTENER, P("x"));
	T(POINTER, "the path", FAULT, path_create_directory, DIR, edge(8), 8);

	T(ERROR, "not empty", NOTEMPTY, path_remove_directory, DIR, P("m"));
	T(ERROR, "a file", NOTDIR, path_remove_directory, DIR, P("plain"));
	T(ERROR, "nothing there", NOENT, path_remove_directory, DIR, P("none"));
	T(ERROR, "itself by a dot", INVAL, path_remove_directory, DIR, P("m/n/."));
	T(ERROR, "read-only", ROFS, path_remove_directory, READ_ONLY, P("file"));
	T(ERROR, "out of the directory", NOTCAPABLE, path_remove_directory, DIR, P(".."));
	T(SUCCESS, "", OK, path_remove_directory, DIR, P("m/n"));
	T(SUCCESS, "with a slash behind it", OK, path_remove_directory, DIR, P("m/"));
	T(ERROR, "twice", NOENT, path_remove_directory, DIR, P("m"));
	T(BAD_FD, "closed", BADF, path_remove_directory, CLOSED, P("x"));
	T(POINTER, "the path", FAULT, path_remove_directory, DIR, WILD, 1);

	T(SUCCESS, "", OK, path_unlink_file, DIR, P("plain"));
	T(ERROR, "nothing there", NOENT, path_unlink_file, DIR, P("plain"));
	T(ERROR, "a directory", ISDIR, path_unlink_file, DIR, P("d"));
	T(ERROR, "read-only", ROFS, path_unlink_file, READ_ONLY, P("file"));
	T(ERROR, "a file with a slash behind it", NOTDIR, path_unlink_file, DIR, P("d/f01/"));
	T(ERROR, "out of the directory", NOTCAPABLE, path_unlink_file, DIR, P("d/../../x"));
	T(BAD_FD, "closed", BADF, path_unlink_file, CLOSED, P("x"));
	T(POINTER, "the path", FAULT, path_unlink_file, DIR, edge(4), 4);

	/* What is open stays when its name is gone. */
	i32 fd = make("gone", "text"), n = 0;
	iovec v = {AT(buffer), 10};
	T(SUCCESS, "an open file", OK, path_unlink_file, DIR, P("gone"));
	w_fd_pread(fd, AT(&v), 1, 0, AT(&n));
	V(SUCCESS, "its bytes are still there", path_unlink_file, n, 4);
	filestat s;
	w_fd_filestat_get(fd, AT(&s));
	V(SUCCESS, "it has no name", path_unlink_file, s.nlink, 0);
	w_fd_close(fd);
}

void directories(void) {
	list();
	make_and_remove();
}
