/* Waiting for clocks and descriptors. */
#include "wasi.h"

static subscription at_time(uint64_t id, uint32_t clock, uint64_t timeout, uint16_t flags) {
	subscription s;
	memset(&s, 0, sizeof s);
	s.userdata = id;
	s.clock.id = clock;
	s.clock.timeout = timeout;
	s.clock.flags = flags;
	return s;
}

static subscription on_fd(uint64_t id, uint8_t tag, uint32_t fd) {
	subscription s;
	memset(&s, 0, sizeof s);
	s.userdata = id;
	s.tag = tag;
	s.fd = fd;
	return s;
}

void polls(void) {
	event e[4];
	i32 n = -1, fd = make("poll", "12345");
	uint64_t before = 0, after = 0;
	subscription s[4] = {at_time(7, 1, 2000000, 0)};

	w_clock_time_get(1, 0, AT(&before));
	T(SUCCESS, "a clock", OK, poll_oneoff, AT(s), AT(e), 1, AT(&n));
	w_clock_time_get(1, 0, AT(&after));
	V(SUCCESS, "one event", poll_oneoff, n, 1);
	V(SUCCESS, "with its user's data", poll_oneoff, e[0].userdata, 7);
	V(SUCCESS, "no error", poll_oneoff, e[0].error, 0);
	V(SUCCESS, "of the clock", poll_oneoff, e[0].type, 0);
	V(SUCCESS, "not before its time", poll_oneoff, after - before >= 2000000, 1);
	w_clock_time_get(0, 0, AT(&before));
	s[0] = at_time(8, 0, before + 1000000, 1);
	T(SUCCESS, "a time of the day", OK, poll_oneoff, AT(s), AT(e), 1, AT(&n));
	w_clock_time_get(0, 0, AT(&after));
	V(SUCCESS, "not before it", poll_oneoff, after >= before + 1000000, 1);
	s[0] = at_time(9, 0, 1, 1);
	T(SUCCESS, "a time that is over", OK, poll_oneoff, AT(s), AT(e), 1, AT(&n));
	V(SUCCESS, "one event", poll_oneoff, n, 1);

	s[0] = at_time(1, 1, (uint64_t)3600 * 1000000000, 0);
	s[1] = on_fd(2, 1, fd);
	s[2] = on_fd(3, 2, fd);
	T(SUCCESS, "a file, to be read and written, with an hour's limit", OK, poll_oneoff, AT(s), AT(e), 3, AT(&n));
	V(SUCCESS, "two events", poll_oneoff, n, 2);
	V(SUCCESS, "in order", poll_oneoff, e[0].userdata == 2 && e[1].userdata == 3, 1);
	V(SUCCESS, "five bytes to read", poll_oneoff, e[0].nbytes, 5);

	s[0] = on_fd(4, 1, CLOSED);
	T(BAD_FD, "one that is closed", OK, poll_oneoff, AT(s), AT(e), 1, AT(&n));
	V(BAD_FD, "an event with the error", poll_oneoff, n == 1 && e[0].error == BADF && e[0].userdata == 4, 1);
	s[0] = at_time(5, 77, 1, 0);
	T(ERROR, "no such clock", OK, poll_oneoff, AT(s), AT(e), 1, AT(&n));
	V(ERROR, "an event with the error", poll_oneoff, n == 1 && e[0].error == INVAL, 1);
	s[0] = on_fd(6, 3, fd);
	T(ERROR, "no such event", INVAL, poll_oneoff, AT(s), AT(e), 1, AT(&n));
	T(ERROR, "nothing to wait for", INVAL, poll_oneoff, AT(s), AT(e), 0, AT(&n));
	s[0] = at_time(5, 1, 1, 2);
	T(FLAGS, "unknown", OK, poll_oneoff, AT(s), AT(e), 1, AT(&n));
	V(FLAGS, "an event with the error", poll_oneoff, n == 1 && e[0].error == INVAL, 1);
	s[0] = at_time(5, 1, 1, 0);
	T(POINTER, "the subscriptions", FAULT, poll_oneoff, edge(48), AT(e), 1, AT(&n));
	T(POINTER, "the events", FAULT, poll_oneoff, AT(s), edge(32), 1, AT(&n));
	T(POINTER, "the count", FAULT, poll_oneoff, AT(s), AT(e), 1, WILD);
	T(POINTER, "more than the memory holds", FAULT, poll_oneoff, AT(s), AT(e), -1, AT(&n));

	w_fd_close(fd);
	fd = make("poll", "12345");
	w_fd_fdstat_set_rights(fd, RIGHT(READ), 0);
	s[0] = on_fd(1, 1, fd);
	T(RIGHTS, "given up", OK, poll_oneoff, AT(s), AT(e), 1, AT(&n));
	V(RIGHTS, "an event with the error", poll_oneoff, n == 1 && e[0].error == NOTCAPABLE, 1);
	w_fd_close(fd);
}
