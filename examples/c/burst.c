/* burst N writes N lines to its standard output, each by a call, and then never calls
 * anybody again. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
	int n = argc > 1 ? atoi(argv[1]) : 100;
	for (int i = 0; i < n; i++) {
		char line[32];
		int len = snprintf(line, sizeof line, "line %06d\n", i);
		if (write(1, line, (size_t)len) != len)
			return 1;
	}
	for (volatile unsigned i = 0;; i++)
		;
}
