/* Links, hard and symbolic. */
#include "wasi.h"

void links(void) {
	filestat s;
	char text[64];
	i32 n = -1;
	w_fd_close(make("l", "text"));
	T(SUCCESS, "a file", OK, path_link, DIR, 0, P("l"), DIR, P("l2"));
	w_path_filestat_get(DIR, 0, P("l2"), AT(&s));
	V(SUCCESS, "two links", path_link, s.nlink, 2);
	V(SUCCESS, "the same file", path_link, s.size, 4);
	T(ERROR, "the new name is there", EXIST, path_link, DIR, 0, P("l"), DIR, P("l2"));
	T(ERROR, "nothing there", NOENT, path_link, DIR, 0, P("none"), DIR, P("l3"));
	T(ERROR, "a directory", PERM, path_link, DIR, 0, P("d"), DIR, P("l3"));
	T(ERROR, "to a read-only directory", ROFS, path_link, DIR, 0, P("l"), READ_ONLY, P("l3"));
	T(ERROR, "out of the directory", NOTCAPABLE, path_link, DIR, 0, P("l"), DIR, P("../l3"));
	T(FLAGS, "unknown", INVAL, path_link, DIR, 2, P("l"), DIR, P("l3"));
	T(BAD_FD, "from a closed one", BADF, path_link, CLOSED, 0, P("l"), DIR, P("l3"));
	T(BAD_FD, "to a closed one", BADF, path_link, DIR, 0, P("l"), CLOSED, P("l3"));
	T(POINTER, "the old path", FAULT, path_link, DIR, 0, edge(3), 3, DIR, P("l3"));
	T(POINTER, "the new path", FAULT, path_link, DIR, 0, P("l"), DIR, WILD, 32);

	T(SUCCESS, "", OK, path_symlink, P("where/ever"), DIR, P("s"));
	T(SUCCESS, "", OK, path_readlink, DIR, P("s"), AT(text), sizeof text, AT(&n));
	V(SUCCESS, "the length", path_readlink, n, 10);
	V(SUCCESS, "the target", path_readlink, memcmp(text, "where/ever", 10), 0);
	T(SUCCESS, "cut", OK, path_readlink, DIR, P("s"), AT(text), 5, AT(&n));
	V(SUCCESS, "what fits", path_readlink, n, 5);
	T(ERROR, "a file", INVAL, path_readlink, DIR, P("l"), AT(text), sizeof text, AT(&n));
	T(ERROR, "nothing there", NOENT, path_readlink, DIR, P("none"), AT(text), sizeof text, AT(&n));
	T(ERROR, "out of the directory", NOTCAPABLE, path_readlink, DIR, P("../s"), AT(text), sizeof text, AT(&n));
	T(BAD_FD, "closed", BADF, path_readlink, CLOSED, P("s"), AT(text), sizeof text, AT(&n));
	T(POINTER, "the path", FAULT, path_readlink, DIR, WILD, 17, AT(text), sizeof text, AT(&n));
	T(POINTER, "the buffer", FAULT, path_readlink, DIR, P("s"), edge(20), 20, AT(&n));
	T(POINTER, "the count", FAULT, path_readlink, DIR, P("s"), AT(text), 20, edge(4));

	T(ERROR, "the name is there", EXIST, path_symlink, P("x"), DIR, P("s"));
	T(ERROR, "an absolute target", PERM, path_symlink, P("/etc"), DIR, P("s2"));
	T(ERROR, "no target", NOENT, path_symlink, 0, 0, DIR, P("s2"));
	T(ERROR, "read-only", ROFS, path_symlink, P("x"), READ_ONLY, P("s2"));
	T(ERROR, "out of the directory", NOTCAPABLE, path_symlink, P("x"), DIR, P("../s2"));
	T(BAD_FD, "closed", BADF, path_symlink, P("x"), CLOSED, P("s2"));
	T(POINTER, "the target", FAULT, path_symlink, edge(6), 6, DIR, P("s2"));
	T(POINTER, "the name", FAULT, path_symlink, P("x"), DIR, WILD, 20);
}
