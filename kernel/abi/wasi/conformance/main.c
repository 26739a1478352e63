/* Conformance tests of WASI preview 1, as a guest: every function with what it does, each
   documented error that can be provoked, and wild arguments. It prints a line for each case
   ("ok FUNCTION KIND WHAT" or "not ok …") and exits with 1 if one failed. */
#include "wasi.h"

extern void exit(int) __attribute__((noreturn));

static int failed;

static void print(const char *s) {
	iovec v = {P(s)};
	i32 n;
	w_fd_write(1, AT(&v), 1, AT(&n));
}

static void number(i64 n) {
	char text[24];
	char *p = text + sizeof text - 1;
	uint64_t rest = n < 0 ? -(uint64_t)n : (uint64_t)n;
	*p = 0;
	do
		*--p = '0' + rest % 10;
	while (rest /= 10);
	if (n < 0)
		*--p = '-';
	print(p);
}

void check(const char *function, enum kind kind, const char *what, i64 got, i64 want) {
	static const char *const kinds[] = {"success", "error", "pointer", "iovec", "rights", "fd", "flags", "offset"};
	print(got == want ? "ok " : "not ok ");
	print(function);
	print(" ");
	print(kinds[kind]);
	print(" ");
	print(what);
	if (got != want) {
		failed = 1;
		print(": ");
		number(got);
		print(", want ");
		number(want);
	}
	print("\n");
}

i32 make(const char *name, const char *text) {
	i32 fd = -1, n;
	iovec v = {P(text)};
	i64 rights = RIGHT(STAT + 1) - 1 | RIGHT(SET_SIZE) | RIGHT(SET_TIMES) | RIGHT(POLL);
	w_path_open(DIR, 0, P(name), CREAT | TRUNC, rights, 0, 0, AT(&fd));
	w_fd_pwrite(fd, AT(&v), 1, 0, AT(&n));
	return fd;
}

i32 edge(i32 n) { return (i32)(__builtin_wasm_memory_size(0) * 65536 - n + 1); }

int main(void) {
	args();
	clocks();
	descriptors();
	files();
	directories();
	paths();
	links();
	polls();
	sockets();
	exit(failed);
}
