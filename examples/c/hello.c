/* hello greets the world, or those who are named. */
#include <stdio.h>

int main(int argc, char **argv) {
	if (argc < 2)
		puts("Hello from C!");
	for (int i = 1; i < argc; i++)
		printf("Hello from C, %s!\n", argv[i]);
	return 0;
}
