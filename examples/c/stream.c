/* stream writes and checks a stream of bytes in which every gap and every swap shows:
 *
 *   stream pour BYTES [SIZE]   writes BYTES in pieces of SIZE
 *   stream tell FILE BYTES     writes BYTES, then makes FILE, and computes for ever
 *   stream check               reads to the end and says how much was right
 *   stream take BYTES          reads BYTES and leaves
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char buf[1 << 16];

static char byte_at(long i) {
	return (char)(i * 31 ^ (i >> 8) * 7 ^ i >> 16);
}

static int pour(long total, long size) {
	for (long at = 0; at < total;) {
		long n = total - at < size ? total - at : size;
		for (long i = 0; i < n; i++)
			buf[i] = byte_at(at + i);
		for (long done = 0; done < n;) {
			ssize_t w = write(1, buf + done, n - done);
			if (w < 0) {
				perror("stream: write");
				return 1;
			}
			done += w;
		}
		at += n;
	}
	return 0;
}

static int check(long most) {
	long at = 0;
	while (at < most) {
		ssize_t n = read(0, buf, most - at < (long)sizeof buf ? most - at : (long)sizeof buf);
		if (n < 0) {
			perror("stream: read");
			return 1;
		}
		if (n == 0)
			break;
		for (long i = 0; i < n; i++) {
			if (buf[i] != byte_at(at + i)) {
				printf("byte %ld is another's\n", at + i);
				return 1;
			}
		}
		at += n;
	}
	printf("%ld bytes\n", at);
	return 0;
}

int main(int argc, char **argv) {
	const char *verb = argc > 1 ? argv[1] : "";
	if (strcmp(verb, "pour") == 0 && argc > 2) {
		long size = argc > 3 ? atol(argv[3]) : (long)sizeof buf;
		return pour(atol(argv[2]), size < 1 || size > (long)sizeof buf ? (long)sizeof buf : size);
	}
	if (strcmp(verb, "tell") == 0 && argc > 3) {
		if (pour(atol(argv[3]), sizeof buf) != 0)
			return 1;
		close(open(argv[2], O_CREAT | O_WRONLY, 0644));
		access(argv[2], F_OK);
		for (volatile long spin = 0;; spin++)
			;
	}
	if (strcmp(verb, "check") == 0)
		return check(1L << 30);
	if (strcmp(verb, "take") == 0 && argc > 2)
		return check(atol(argv[2]));
	fprintf(stderr, "usage: stream pour BYTES [SIZE] | tell FILE BYTES | check | take BYTES\n");
	return 2;
}
