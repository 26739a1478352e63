/* spin never ends and never calls anybody: only its engine can stop it. */
#include <stdio.h>

int main(void) {
	puts("spinning");
	fflush(stdout);
	for (volatile unsigned i = 0;; i++)
		;
}
