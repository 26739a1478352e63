/* ask asks for names until it is told "quit" or its input ends. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void) {
	char line[256];
	int asked = 0;
	printf("terminal: %s\n", isatty(0) ? "yes" : "no");
	for (;;) {
		printf("name? ");
		fflush(stdout);
		if (fgets(line, sizeof line, stdin) == NULL) {
			puts("");
			break;
		}
		line[strcspn(line, "\n")] = '\0';
		if (strcmp(line, "quit") == 0)
			break;
		asked++;
		printf("Hello, %s!\n", line);
	}
	printf("greeted %d\n", asked);
	return asked > 0 ? 0 : 1;
}
