/* Clocks. */
#include "wasi.h"

void clocks(void) {
	static const char *const names[] = {"realtime", "monotonic", "process", "thread"};
	uint64_t t = 0, then = 0;
	for (i32 id = 0; id < 4; id++) {
		t = 0;
		T(SUCCESS, names[id], OK, clock_res_get, id, AT(&t));
		V(SUCCESS, "a resolution between a nanosecond and a second", clock_res_get, t > 0 && t < 1000000000, 1);
		t = 0;
		T(SUCCESS, names[id], OK, clock_time_get, id, 1, AT(&t));
		V(SUCCESS, "a time", clock_time_get, t > 0, 1);
	}
	w_clock_time_get(0, 1000, AT(&t));
	V(SUCCESS, "after 2020 and before 2100", clock_time_get, t > 1577836800000000000 && t < 4102444800000000000, 1);
	w_clock_time_get(1, 0, AT(&then));
	i32 back = 0;
	for (i32 i = 0; i < 100; i++) {
		w_clock_time_get(1, 0, AT(&t));
		back += t < then;
		then = t;
	}
	V(SUCCESS, "monotonic never goes back", clock_time_get, back, 0);
	T(ERROR, "no such clock", INVAL, clock_res_get, 4, AT(&t));
	T(ERROR, "no such clock", INVAL, clock_time_get, -1, 0, AT(&t));
	T(POINTER, "the result", FAULT, clock_res_get, 0, edge(8));
	T(POINTER, "the result", FAULT, clock_time_get, 0, 0, WILD);
}
