/* flood writes "y" for ever, and says on standard error why it stopped. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void) {
	char buf[8192];
	for (size_t i = 0; i < sizeof buf; i += 2)
		memcpy(buf + i, "y\n", 2);
	while (write(1, buf, sizeof buf) >= 0)
		;
	fprintf(stderr, "flood: %s\n", strerror(errno));
	return 1;
}
