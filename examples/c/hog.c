/* hog takes memory by the mebibyte, as much as it is told or all there is. */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
	long limit = argc > 1 ? atol(argv[1]) : -1;
	for (long n = 0; n != limit; n++) {
		char *p = malloc(1 << 20);
		if (p == NULL) {
			fprintf(stderr, "hog: out of memory after %ld MiB\n", n);
			return 1;
		}
		for (int i = 0; i < 1 << 20; i += 4096)
			((volatile char *)p)[i] = 1;
	}
	printf("took %ld MiB\n", limit);
	return 0;
}
