/* recurse calls itself as deep as it is told, or for ever. */
#include <stdio.h>
#include <stdlib.h>

static volatile int touched;

static __attribute__((noinline)) int down(int n) {
	if (n == 0)
		return 0;
	touched++; /* work after the call, so that it is a call and no jump */
	int depth = down(n - 1);
	touched--;
	return depth + 1;
}

int main(int argc, char **argv) {
	printf("depth %d\n", down(argc > 1 ? atoi(argv[1]) : -1));
	return 0;
}
