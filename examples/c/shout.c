/* Serves the connections of a socket that it begins with, several at once, and sends
   back what it gets in capitals: run --listen 7000 shout.wasm 3. It ends after so many
   connections, and says that it has served them. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 16 };

static int fail(const char *what) {
	perror(what);
	return 1;
}

/* shout answers what has come on fd: 0 at the end, below 0 for an error. */
static ssize_t shout(int fd) {
	char text[512];
	ssize_t n = recv(fd, text, sizeof text, 0);
	for (ssize_t i = 0; i < n; i++)
		if (text[i] >= 'a' && text[i] <= 'z')
			text[i] -= 'a' - 'A';
	return n > 0 ? send(fd, text, n, 0) : n;
}

int main(int argc, char **argv) {
	const char *start = getenv("LISTEN_FDS_START");
	int left = argc > 1 ? atoi(argv[1]) : 1, served = left;
	if (!start) {
		fputs("shout: no socket (start it by run --listen PORT)\n", stderr);
		return 2;
	}
	struct pollfd fds[1 + MOST] = {{atoi(start), POLLIN, 0}};
	int n = 1;
	if (fcntl(fds[0].fd, F_SETFL, O_NONBLOCK) < 0)
		return fail("fcntl");
	while (left > 0) {
		fds[0].events = n <= MOST ? POLLIN : 0;
		if (poll(fds, n, -1) < 0)
			return fail("poll");
		for (int i = n - 1; i > 0; i--) {
			if (!fds[i].revents)
				continue;
			ssize_t done = shout(fds[i].fd);
			if (done < 0)
				return fail("shout");
			if (done == 0) {
				if (shutdown(fds[i].fd, SHUT_WR) < 0 || close(fds[i].fd) < 0)
					return fail("close");
				fds[i] = fds[--n];
				left--;
			}
		}
		if (fds[0].revents && n <= MOST) {
			int conn = accept(fds[0].fd, NULL, NULL);
			if (conn < 0)
				return fail("accept");
			fds[n++] = (struct pollfd){conn, POLLIN, 0};
		}
	}
	printf("served %d\n", served);
	return 0;
}
