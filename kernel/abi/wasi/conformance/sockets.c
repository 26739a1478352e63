/* Sockets: the program connects to the port that it listens on itself. */
#include "wasi.h"

static uint8_t buffer[256];

static i32 dial(void) {
	i32 fd = -1;
	w_path_open(PORTS, 0, P("7000"), 0, RIGHT(READ) | RIGHT(WRITE) | RIGHT(POLL) | RIGHT(SHUTDOWN), 0, 0, AT(&fd));
	return fd;
}

void sockets(void) {
	i32 n = -1, flags = -1, fd = -1, file = make("socket-file", "");
	iovec hello[] = {{P("hel")}, {P("lo")}}, two[] = {{AT(buffer), 3}, {AT(buffer + 10), 10}}, one = {AT(buffer), 4};
	iovec wild[] = {{WILD, 32}}, over[] = {{AT(buffer + 20), 3}, {AT(buffer + 22), 3}}, none = {AT(buffer), 0};

	w_fd_fdstat_set_flags(LISTENER, NONBLOCK);
	T(ERROR, "nobody has come", AGAIN, sock_accept, LISTENER, 0, AT(&fd));
	w_fd_fdstat_set_flags(LISTENER, 0);
	i32 client = dial();
	T(SUCCESS, "", OK, sock_accept, LISTENER, NONBLOCK, AT(&fd));
	fdstat s;
	w_fd_fdstat_get(fd, AT(&s));
	V(SUCCESS, "a stream", sock_accept, s.type, SOCKET_STREAM);
	V(SUCCESS, "that does not block", sock_accept, s.flags, NONBLOCK);
	T(FLAGS, "others than nonblock", INVAL, sock_accept, LISTENER, APPEND, AT(&n));
	T(ERROR, "a connection", INVAL, sock_accept, fd, 0, AT(&n));
	T(BAD_FD, "closed", BADF, sock_accept, CLOSED, 0, AT(&n));
	T(BAD_FD, "a file", NOTSOCK, sock_accept, file, 0, AT(&n));
	T(POINTER, "the result", FAULT, sock_accept, LISTENER, 0, edge(4));

	T(ERROR, "nothing has come", AGAIN, sock_recv, fd, AT(two), 2, 0, AT(&n), AT(&flags));
	w_fd_fdstat_set_flags(fd, 0);
	T(SUCCESS, "two buffers", OK, sock_send, client, AT(hello), 2, 0, AT(&n));
	V(SUCCESS, "all of both", sock_send, n, 5);
	T(IOVEC, "no bytes", OK, sock_send, client, AT(&none), 1, 0, AT(&n));
	T(IOVEC, "out of the memory", FAULT, sock_send, client, AT(wild), 1, 0, AT(&n));
	T(FLAGS, "there are none", INVAL, sock_send, client, AT(hello), 2, 1, AT(&n));
	T(BAD_FD, "closed", BADF, sock_send, CLOSED, AT(hello), 2, 0, AT(&n));
	T(BAD_FD, "a file", NOTSOCK, sock_send, file, AT(hello), 2, 0, AT(&n));
	T(ERROR, "one that listens", NOTCONN, sock_send, LISTENER, AT(hello), 2, 0, AT(&n));
	T(POINTER, "the list", FAULT, sock_send, client, WILD, 2, 0, AT(&n));
	T(POINTER, "the count", FAULT, sock_send, client, AT(hello), 2, 0, WILD);

	T(FLAGS, "peek", OK, sock_recv, fd, AT(&one), 1, 1, AT(&n), AT(&flags));
	V(FLAGS, "the bytes", sock_recv, n == 4 && memcmp(buffer, "hell", 4) == 0, 1);
	flags = -1;
	T(SUCCESS, "two buffers", OK, sock_recv, fd, AT(two), 2, 0, AT(&n), AT(&flags));
	V(SUCCESS, "what has come", sock_recv, n, 5);
	V(SUCCESS, "over both", sock_recv, memcmp(buffer, "hel", 3) == 0 && memcmp(buffer + 10, "lo", 2) == 0, 1);
	V(SUCCESS, "no flags", sock_recv, flags & 0xffff, 0);
	w_fd_write(client, AT(hello), 2, AT(&n));
	T(IOVEC, "overlapping", OK, sock_recv, fd, AT(over), 2, 0, AT(&n), AT(&flags));
	V(IOVEC, "the second comes over the first", sock_recv, memcmp(buffer + 20, "helo", 4), 0);
	T(IOVEC, "no bytes", OK, sock_recv, fd, AT(&none), 1, 0, AT(&n), AT(&flags));
	T(IOVEC, "out of the memory", FAULT, sock_recv, fd, AT(wild), 1, 0, AT(&n), AT(&flags));
	T(FLAGS, "unknown", INVAL, sock_recv, fd, AT(&one), 1, 4, AT(&n), AT(&flags));
	T(BAD_FD, "closed", BADF, sock_recv, CLOSED, AT(&one), 1, 0, AT(&n), AT(&flags));
	T(BAD_FD, "a file", NOTSOCK, sock_recv, file, AT(&one), 1, 0, AT(&n), AT(&flags));
	T(ERROR, "one that listens", NOTCONN, sock_recv, LISTENER, AT(&one), 1, 0, AT(&n), AT(&flags));
	T(POINTER, "the list", FAULT, sock_recv, fd, edge(8), 1, 0, AT(&n), AT(&flags));
	T(POINTER, "the count", FAULT, sock_recv, fd, AT(&one), 1, 0, edge(4), AT(&flags));
	T(POINTER, "the flags", FAULT, sock_recv, fd, AT(&one), 1, 0, AT(&n), edge(2));

	w_fd_write(client, AT(hello), 2, AT(&n));
	T(FLAGS, "no direction", INVAL, sock_shutdown, client, 0);
	T(FLAGS, "unknown", INVAL, sock_shutdown, client, 4);
	T(BAD_FD, "closed", BADF, sock_shutdown, CLOSED, 1);
	T(BAD_FD, "a file", NOTSOCK, sock_shutdown, file, 1);
	T(ERROR, "one that listens", NOTCONN, sock_shutdown, LISTENER, 1);
	T(SUCCESS, "to write", OK, sock_shutdown, client, 2);
	T(FLAGS, "all, up to the end", OK, sock_recv, fd, AT(two), 2, 2, AT(&n), AT(&flags));
	V(FLAGS, "less than asked for", sock_recv, n, 5);
	T(SUCCESS, "at the end", OK, sock_recv, fd, AT(two), 2, 0, AT(&n), AT(&flags));
	V(SUCCESS, "nothing", sock_recv, n, 0);
	T(SUCCESS, "the other way", OK, sock_send, fd, AT(hello), 1, 0, AT(&n));
	T(SUCCESS, "still open", OK, sock_recv, client, AT(two), 2, 0, AT(&n), AT(&flags));
	T(RIGHTS, "given up", OK, fd_fdstat_set_rights, client, 0, 0);
	T(RIGHTS, "given up", NOTCAPABLE, sock_recv, client, AT(two), 2, 0, AT(&n), AT(&flags));
	T(RIGHTS, "given up", NOTCAPABLE, sock_send, client, AT(hello), 2, 0, AT(&n));
	T(RIGHTS, "given up", NOTCAPABLE, sock_shutdown, client, 1);
	w_fd_close(client);
	w_fd_close(fd);

	client = dial();
	w_sock_accept(LISTENER, 0, AT(&fd));
	w_fd_write(client, AT(hello), 2, AT(&n));
	w_fd_close(fd);
	T(ERROR, "the other end is closed and has not read", CONNRESET, sock_recv, client, AT(two), 2, 0, AT(&n), AT(&flags));
	w_fd_close(client);
	w_fd_fdstat_set_rights(LISTENER, RIGHT(POLL), 0);
	T(RIGHTS, "given up", NOTCAPABLE, sock_accept, LISTENER, 0, AT(&fd));
	w_fd_close(file);
}
