/* about prints what a program is started with: arguments, environment and
 * working directory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static int compare(const void *a, const void *b) {
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int main(int argc, char **argv) {
	char cwd[4096];
	size_t n = 0;
	for (int i = 1; i < argc; i++)
		printf("arg %d: [%s]\n", i, argv[i]);
	while (environ[n] != NULL)
		n++;
	qsort(environ, n, sizeof *environ, compare);
	for (size_t i = 0; i < n; i++)
		printf("env: %s\n", environ[i]);
	printf("cwd: %s\n", getcwd(cwd, sizeof cwd) != NULL ? cwd : "?");
	return 0;
}
