/* Arguments, environment, random bytes, and the process itself. */
#include "wasi.h"

static char text[4096];
static i32 pointers[256];

void args(void) {
	i32 count = 0, size = 0;
	T(SUCCESS, "", OK, args_sizes_get, AT(&count), AT(&size));
	V(SUCCESS, "three arguments", args_sizes_get, count, 3);
	V(SUCCESS, "their bytes and a zero behind each", args_sizes_get, size, sizeof "conformance" + sizeof "one" + sizeof "two words");
	T(SUCCESS, "", OK, args_get, AT(pointers), AT(text));
	V(SUCCESS, "the last argument", args_get, strcmp((char *)pointers[2], "two words"), 0);
	V(SUCCESS, "the strings lie in the buffer", args_get, pointers[0], AT(text));
	T(POINTER, "the count", FAULT, args_sizes_get, WILD, AT(&size));
	T(POINTER, "the size", FAULT, args_sizes_get, AT(&count), edge(4));
	T(POINTER, "the pointers", FAULT, args_get, edge(12), AT(text));
	T(POINTER, "the strings", FAULT, args_get, AT(pointers), edge(size));

	T(SUCCESS, "", OK, environ_sizes_get, AT(&count), AT(&size));
	T(POINTER, "the count", FAULT, environ_sizes_get, edge(4), AT(&size));
	T(POINTER, "the size", FAULT, environ_sizes_get, AT(&count), WILD);
	T(POINTER, "the pointers", FAULT, environ_get, WILD, AT(text));
	T(POINTER, "the strings", FAULT, environ_get, AT(pointers), WILD);
	if (count < 256 && size < (i32)sizeof text) {
		i32 found = 0;
		T(SUCCESS, "", OK, environ_get, AT(pointers), AT(text));
		for (i32 i = 0; i < count; i++)
			found += strcmp((char *)pointers[i], "CONFORMANCE=a b=c") == 0;
		V(SUCCESS, "a variable whose value has an equals sign", environ_get, found, 1);
	}

	uint8_t random[64] = {0};
	i32 zeros = 0;
	T(SUCCESS, "", OK, random_get, AT(random + 1), 62);
	for (i32 i = 1; i < 63; i++)
		zeros += random[i] == 0;
	V(SUCCESS, "bytes of any value", random_get, zeros < 20, 1);
	V(SUCCESS, "nothing beside the buffer", random_get, random[0] + random[63], 0);
	T(SUCCESS, "no bytes", OK, random_get, AT(random), 0);
	T(POINTER, "the buffer", FAULT, random_get, edge(8), 8);
	T(POINTER, "a length that wraps around", FAULT, random_get, 16, -1);

	T(SUCCESS, "", OK, sched_yield);
	T(SUCCESS, "no signal", OK, proc_raise, 0);
	T(SUCCESS, "a signal that is ignored", OK, proc_raise, 16);
	T(ERROR, "a number that is no signal", INVAL, proc_raise, 31);
	T(ERROR, "a number that is negative", INVAL, proc_raise, -1);
}
