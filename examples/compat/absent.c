/* Functions of the C library that a WASI program has no use for, each with the
 * answer the C standard gives for "there is none here".
 */
#include <stdio.h>

/* No command processor. */
int system(const char *command) { return command == NULL ? 0 : -1; }

/* No name could be made. */
char *tmpnam(char *buf) { (void)buf; return NULL; }

/* No file could be made. */
FILE *tmpfile(void) { return NULL; }
