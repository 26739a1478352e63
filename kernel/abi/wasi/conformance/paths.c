/* Files by their paths: opened, described, renamed. */
#include "wasi.h"

static char long_path[5000];

static void opens(void) {
	const i64 all = RIGHT(READ) | RIGHT(WRITE) | RIGHT(SEEK) | RIGHT(TELL) | RIGHT(STAT);
	i32 fd = -1, n;
	fdstat f;
	filestat s;
	T(SUCCESS, "made", OK, path_open, DIR, 0, P("p"), CREAT | EXCL, all, 0, 0, AT(&fd));
	V(SUCCESS, "a number behind those that are open", path_open, fd > LISTENER, 1);
	w_fd_fdstat_get(fd, AT(&f));
	V(RIGHTS, "those that were asked for", path_open, f.base, all);
	iovec v = {P("0123456789")};
	w_fd_write(fd, AT(&v), 1, AT(&n));
	w_fd_close(fd);
	T(SUCCESS, "there already", OK, path_open, DIR, 0, P("p"), CREAT, all, 0, 0, AT(&fd));
	w_fd_filestat_get(fd, AT(&s));
	V(SUCCESS, "as it was", path_open, s.size, 10);
	w_fd_close(fd);
	T(SUCCESS, "cut", OK, path_open, DIR, 0, P("p"), TRUNC, all, 0, 0, AT(&fd));
	w_fd_filestat_get(fd, AT(&s));
	V(SUCCESS, "it is empty", path_open, s.size, 0);
	w_fd_close(fd);
	T(SUCCESS, "to append", OK, path_open, DIR, 0, P("p"), 0, all, 0, APPEND, AT(&fd));
	w_fd_fdstat_get(fd, AT(&f));
	V(FLAGS, "it is known", path_open, f.flags, APPEND);
	w_fd_close(fd);
	T(SUCCESS, "a directory", OK, path_open, DIR, 0, P("."), DIRECTORY, RIGHT(READDIR), 0, 0, AT(&fd));
	w_fd_close(fd);

	T(ERROR, "nothing there", NOENT, path_open, DIR, 0, P("none"), 0, all, 0, 0, AT(&fd));
	T(ERROR, "there already", EXIST, path_open, DIR, 0, P("p"), CREAT | EXCL, all, 0, 0, AT(&fd));
	T(ERROR, "a file, not a directory", NOTDIR, path_open, DIR, 0, P("p"), DIRECTORY, RIGHT(READ), 0, 0, AT(&fd));
	T(ERROR, "a file with a slash behind it", NOTDIR, path_open, DIR, 0, P("p/"), 0, RIGHT(READ), 0, 0, AT(&fd));
	T(ERROR, "a directory to write to", ISDIR, path_open, DIR, 0, P("."), 0, RIGHT(WRITE), 0, 0, AT(&fd));
	T(ERROR, "a link", LOOP, path_open, DIR, 0, P("to-p"), 0, RIGHT(READ), 0, 0, AT(&fd));
	T(SUCCESS, "what a link points at", OK, path_open, DIR, 1, P("to-p"), 0, RIGHT(READ), 0, 0, AT(&fd));
	w_fd_close(fd);
	T(ERROR, "links without end", LOOP, path_open, DIR, 1, P("loop"), 0, RIGHT(READ), 0, 0, AT(&fd));
	T(ERROR, "read-only, made", ROFS, path_open, READ_ONLY, 0, P("new"), CREAT, all, 0, 0, AT(&fd));
	T(ERROR, "read-only, written", ROFS, path_open, READ_ONLY, 0, P("file"), 0, RIGHT(WRITE), 0, 0, AT(&fd));
	T(SUCCESS, "read-only, read", OK, path_open, READ_ONLY, 0, P("file"), 0, RIGHT(READ), 0, 0, AT(&fd));
	w_fd_close(fd);

	T(ERROR, "out of the directory", NOTCAPABLE, path_open, DIR, 0, P("../x"), 0, RIGHT(READ), 0, 0, AT(&fd));
	T(ERROR, "out and in again", NOTCAPABLE, path_open, DIR, 0, P("../w/p"), 0, RIGHT(READ), 0, 0, AT(&fd));
	T(SUCCESS, "up within the directory", OK, path_open, DIR, 0, P("d/../p"), 0, RIGHT(READ), 0, 0, AT(&fd));
	w_fd_close(fd);
	T(ERROR, "an absolute path", NOTCAPABLE, path_open, DIR, 0, P("/p"), 0, RIGHT(READ), 0, 0, AT(&fd));
	T(ERROR, "a link out of the directory", NOTCAPABLE, path_open, DIR, 1, P("out"), 0, RIGHT(READ), 0, 0, AT(&fd));
	T(ERROR, "no path", NOENT, path_open, DIR, 0, 0, 0, 0, RIGHT(READ), 0, 0, AT(&fd));
	T(ERROR, "a zero in the path", INVAL, path_open, DIR, 0, AT("p\0q"), 3, 0, RIGHT(READ), 0, 0, AT(&fd));
	T(ERROR, "no UTF-8", ILSEQ, path_open, DIR, 0, P("\xff\xfe"), 0, RIGHT(READ), 0, 0, AT(&fd));
	memset(long_path, 'x', sizeof long_path);
	T(SUCCESS, "a name of 255 bytes", OK, path_open, DIR, 0, AT(long_path), 255, CREAT, all, 0, 0, AT(&fd));
	w_fd_close(fd);
	w_path_unlink_file(DIR, AT(long_path), 255);
	T(ERROR, "a name of 256 bytes", NAMETOOLONG, path_open, DIR, 0, AT(long_path), 256, CREAT, all, 0, 0, AT(&fd));
	T(ERROR, "a path of 5,000 bytes", NAMETOOLONG, path_open, DIR, 0, AT(long_path), 5000, 0, all, 0, 0, AT(&fd));

	T(FLAGS, "to look up, unknown", INVAL, path_open, DIR, 2, P("p"), 0, RIGHT(READ), 0, 0, AT(&fd));
	T(FLAGS, "to open, unknown", INVAL, path_open, DIR, 0, P("p"), 16, RIGHT(READ), 0, 0, AT(&fd));
	T(FLAGS, "of the descriptor, unknown", INVAL, path_open, DIR, 0, P("p"), 0, RIGHT(READ), 0, 32, AT(&fd));
	T(FLAGS, "a directory that is made", INVAL, path_open, DIR, 0, P("q"), CREAT | DIRECTORY, RIGHT(READ), 0, 0, AT(&fd));
	T(BAD_FD, "closed", BADF, path_open, CLOSED, 0, P("p"), 0, RIGHT(READ), 0, 0, AT(&fd));
	T(BAD_FD, "a socket", NOTDIR, path_open, LISTENER, 0, P("p"), 0, RIGHT(READ), 0, 0, AT(&fd));
	T(POINTER, "the path", FAULT, path_open, DIR, 0, edge(8), 8, 0, RIGHT(READ), 0, 0, AT(&fd));
	T(POINTER, "the result", FAULT, path_open, DIR, 0, P("p"), 0, RIGHT(READ), 0, 0, WILD);

	i32 sub = -1;
	w_path_open(DIR, 0, P("d"), DIRECTORY, ~RIGHT(WRITE), -1, 0, AT(&sub));
	T(ERROR, "out of a directory below", NOTCAPABLE, path_open, sub, 0, P("../p"), 0, RIGHT(READ), 0, 0, AT(&fd));
	T(SUCCESS, "below a directory below", OK, path_open, sub, 0, P("f01"), 0, RIGHT(READ), 0, 0, AT(&fd));
	w_fd_close(fd);
	T(RIGHTS, "to open given up", OK, fd_fdstat_set_rights, sub, RIGHT(READDIR), 0);
	T(RIGHTS, "to open given up", NOTCAPABLE, path_open, sub, 0, P("f01"), 0, RIGHT(READ), 0, 0, AT(&fd));
	T(RIGHTS, "given up", NOTCAPABLE, path_create_directory, sub, P("n"));
	T(RIGHTS, "given up", NOTCAPABLE, path_remove_directory, sub, P("n"));
	T(RIGHTS, "given up", NOTCAPABLE, path_unlink_file, sub, P("f01"));
	T(RIGHTS, "given up", NOTCAPABLE, path_filestat_get, sub, 0, P("f01"), AT(&s));
	T(RIGHTS, "given up", NOTCAPABLE, path_filestat_set_times, sub, 0, P("f01"), 0, 0, 0);
	T(RIGHTS, "given up", NOTCAPABLE, path_link, sub, 0, P("f01"), DIR, P("l"));
	T(RIGHTS, "given up", NOTCAPABLE, path_link, DIR, 0, P("p"), sub, P("l"));
	T(RIGHTS, "given up", NOTCAPABLE, path_symlink, P("f01"), sub, P("l"));
	T(RIGHTS, "given up", NOTCAPABLE, path_readlink, sub, P("f01"), AT(long_path), 10, AT(&n));
	T(RIGHTS, "given up", NOTCAPABLE, path_rename, sub, P("f01"), DIR, P("l"));
	T(RIGHTS, "given up", NOTCAPABLE, path_rename, DIR, P("p"), sub, P("l"));
	w_fd_close(sub);
}

static void stats(void) {
	filestat s;
	w_fd_close(make("p", "four"));
	T(SUCCESS, "a file", OK, path_filestat_get, DIR, 0, P("p"), AT(&s));
	V(SUCCESS, "its type", path_filestat_get, s.type, REGULAR_FILE);
	V(SUCCESS, "its size", path_filestat_get, s.size, 4);
	T(SUCCESS, "a link", OK, path_filestat_get, DIR, 0, P("to-p"), AT(&s));
	V(SUCCESS, "its type", path_filestat_get, s.type, SYMBOLIC_LINK);
	T(SUCCESS, "what a link points at", OK, path_filestat_get, DIR, 1, P("to-p"), AT(&s));
	V(SUCCESS, "its type", path_filestat_get, s.type, REGULAR_FILE);
	T(ERROR, "nothing there", NOENT, path_filestat_get, DIR, 0, P("none"), AT(&s));
	T(ERROR, "a link to nothing", NOENT, path_filestat_get, DIR, 1, P("to-none"), AT(&s));
	T(ERROR, "links without end", LOOP, path_filestat_get, DIR, 1, P("loop"), AT(&s));
	T(ERROR, "below a file", NOTDIR, path_filestat_get, DIR, 0, P("p/q"), AT(&s));
	T(ERROR, "out of the directory", NOTCAPABLE, path_filestat_get, DIR, 0, P(".."), AT(&s));
	T(FLAGS, "unknown", INVAL, path_filestat_get, DIR, 2, P("p"), AT(&s));
	T(BAD_FD, "closed", BADF, path_filestat_get, CLOSED, 0, P("p"), AT(&s));
	T(BAD_FD, "a socket", NOTDIR, path_filestat_get, LISTENER, 0, P("p"), AT(&s));
	T(POINTER, "the path", FAULT, path_filestat_get, DIR, 0, WILD, 32, AT(&s));
	T(POINTER, "the result", FAULT, path_filestat_get, DIR, 0, P("p"), edge(64));

	T(SUCCESS, "a file", OK, path_filestat_set_times, DIR, 0, P("p"), 1000, 2000, 5);
	w_path_filestat_get(DIR, 0, P("p"), AT(&s));
	V(SUCCESS, "read", path_filestat_set_times, s.atime, 1000);
	V(SUCCESS, "written", path_filestat_set_times, s.mtime, 2000);
	T(SUCCESS, "through a link", OK, path_filestat_set_times, DIR, 1, P("to-p"), 3000, 4000, 4);
	w_path_filestat_get(DIR, 0, P("p"), AT(&s));
	V(SUCCESS, "read stays", path_filestat_set_times, s.atime, 1000);
	V(SUCCESS, "written", path_filestat_set_times, s.mtime, 4000);
	T(SUCCESS, "a link itself", OK, path_filestat_set_times, DIR, 0, P("to-p"), 5000, 6000, 5);
	w_path_filestat_get(DIR, 0, P("p"), AT(&s));
	V(SUCCESS, "not what it points at", path_filestat_set_times, s.mtime, 4000);
	T(ERROR, "nothing there", NOENT, path_filestat_set_times, DIR, 0, P("none"), 0, 0, 5);
	T(ERROR, "read-only", ROFS, path_filestat_set_times, READ_ONLY, 0, P("file"), 0, 0, 5);
	T(FLAGS, "a time and now", INVAL, path_filestat_set_times, DIR, 0, P("p"), 0, 0, 12);
	T(FLAGS, "to look up, unknown", INVAL, path_filestat_set_times, DIR, 4, P("p"), 0, 0, 5);
	T(BAD_FD, "closed", BADF, path_filestat_set_times, CLOSED, 0, P("p"), 0, 0, 5);
	T(POINTER, "the path", FAULT, path_filestat_set_times, DIR, 0, edge(2), 2, 0, 0, 5);
}

static void renames(void) {
	filestat s, old;
	w_fd_close(make("from", "1234"));
	w_fd_close(make("over", "12"));
	w_path_filestat_get(DIR, 0, P("from"), AT(&old));
	T(SUCCESS, "to a new name", OK, path_rename, DIR, P("from"), DIR, P("d/new"));
	T(ERROR, "the old name is gone", NOENT, path_filestat_get, DIR, 0, P("from"), AT(&s));
	T(SUCCESS, "over another file", OK, path_rename, DIR, P("d/new"), DIR, P("over"));
	w_path_filestat_get(DIR, 0, P("over"), AT(&s));
	V(SUCCESS, "the same file", path_rename, s.ino == old.ino && s.size == 4, 1);
	T(SUCCESS, "to itself", OK, path_rename, DIR, P("over"), DIR, P("over"));
	w_path_create_directory(DIR, P("rd"));
	w_path_create_directory(DIR, P("rd/sub"));
	w_path_create_directory(DIR, P("empty"));
	T(SUCCESS, "a directory over an empty one", OK, path_rename, DIR, P("rd/sub"), DIR, P("empty"));
	T(ERROR, "a directory over one that is not empty", NOTEMPTY, path_rename, DIR, P("rd"), DIR, P("d"));
	T(ERROR, "a directory into itself", INVAL, path_rename, DIR, P("rd"), DIR, P("rd/in"));
	T(ERROR, "a file over a directory", ISDIR, path_rename, DIR, P("over"), DIR, P("rd"));
	T(ERROR, "a directory over a file", NOTDIR, path_rename, DIR, P("rd"), DIR, P("over"));
	T(ERROR, "nothing there", NOENT, path_rename, DIR, P("none"), DIR, P("x"));
	T(ERROR, "out of the directory", NOTCAPABLE, path_rename, DIR, P("over"), DIR, P("../over"));
	T(ERROR, "to a read-only directory", ROFS, path_rename, DIR, P("over"), READ_ONLY, P("x"));
	T(ERROR, "from a read-only directory", ROFS, path_rename, READ_ONLY, P("file"), DIR, P("x"));
	T(BAD_FD, "from a closed one", BADF, path_rename, CLOSED, P("over"), DIR, P("x"));
	T(BAD_FD, "to a closed one", BADF, path_rename, DIR, P("over"), CLOSED, P("x"));
	T(POINTER, "the old path", FAULT, path_rename, DIR, WILD, 4, DIR, P("x"));
	T(POINTER, "the new path", FAULT, path_rename, DIR, P("over"), DIR, WILD, 32);
}

void paths(void) {
	w_path_symlink(P("p"), DIR, P("to-p"));
	w_path_symlink(P("none"), DIR, P("to-none"));
	w_path_symlink(P("loop"), DIR, P("loop"));
	w_path_symlink(P("../outside"), DIR, P("out"));
	opens();
	stats();
	renames();
}
