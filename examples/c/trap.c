/* trap does what WebAssembly forbids, in the way it is told. */
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int two(int a, int b) { return a + b; }

static volatile int zero, minus = -1, lowest = INT_MIN;
static int (*volatile callee)(int, int) = two;

int main(int argc, char **argv) {
	const char *kind = argc > 1 ? argv[1] : "";
	puts("before"); /* what was written must arrive all the same */
	fflush(stdout);
	if (strcmp(kind, "unreachable") == 0)
		__builtin_trap();
	if (strcmp(kind, "divide") == 0)
		return lowest / zero;
	if (strcmp(kind, "overflow") == 0)
		return lowest / minus;
	if (strcmp(kind, "convert") == 0)
		return __builtin_wasm_trunc_s_i32_f32((float)zero / (float)zero);
	if (strcmp(kind, "memory") == 0)
		return *(volatile int *)(uintptr_t)0xfffffff0u;
	if (strcmp(kind, "null") == 0) {
		callee = (int (*)(int, int))(uintptr_t)zero;
		return callee(1, 2);
	}
	if (strcmp(kind, "table") == 0) {
		callee = (int (*)(int, int))(uintptr_t)0x7fffffff;
		return callee(1, 2);
	}
	if (strcmp(kind, "type") == 0)
		return ((int (*volatile)(double))(uintptr_t)callee)(1.0);
	fprintf(stderr, "usage: trap unreachable|divide|overflow|convert|memory|null|table|type\n");
	return 2;
}
