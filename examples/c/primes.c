/* primes counts the primes up to a number: work for the processor alone. */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
	int limit = argc > 1 ? atoi(argv[1]) : 1000000, count = 0;
	char *composite = calloc((size_t)limit + 1, 1);
	if (composite == NULL) {
		fprintf(stderr, "primes: out of memory\n");
		return 1;
	}
	for (int i = 2; i <= limit; i++) {
		if (composite[i])
			continue;
		count++;
		for (long long j = (long long)i * i; j <= limit; j += i)
			composite[j] = 1;
	}
	printf("%d primes up to %d\n", count, limit);
	return 0;
}
