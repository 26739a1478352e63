/* nap waits for so many milliseconds, or for input that comes before, and says
 * which it was. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static long long now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

int main(int argc, char **argv) {
	int ms = argc > 1 ? atoi(argv[1]) : 100;
	long long start = now();
	if (argc > 2) { /* any further word: listen to standard input as well */
		char buf[64];
		struct pollfd fd = {.fd = 0, .events = POLLIN};
		if (poll(&fd, 1, ms) > 0) {
			printf("input: %zd bytes\n", read(0, buf, sizeof buf));
			return 0;
		}
	} else {
		struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};
		nanosleep(&t, NULL);
	}
	puts(now() - start >= ms ? "slept" : "woke too early");
	return 0;
}
