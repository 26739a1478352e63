/* cutoff exits while it writes: some lines are still in its own buffer, and are
 * lost; those that were flushed must arrive. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(void) {
	for (int i = 0; i < 1000; i++)
		printf("line %d\n", i);
	fflush(stdout);
	printf("never seen");
	_Exit(3);
}
