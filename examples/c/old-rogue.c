/* old-rogue is rogue by the functions of wasm-bus, the bus in its first form: its host hands
 * everything in by the exports below, while the program polls or when its main has returned. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef uint32_t u32;

#define IMPORT(result, name, symbol, ...)                                  \
	__attribute__((import_module("wasm-bus"), import_name(#name))) \
	result symbol(__VA_ARGS__)
#define EXPORT(name) __attribute__((export_name("wasm_bus_" #name)))

IMPORT(u32, handle, bus_handle, void);
IMPORT(void, drop, bus_drop, u32 handle);
IMPORT(void, fault, bus_fault, u32 handle, u32 error);
IMPORT(void, reply, bus_reply, u32 handle, const void *body, u32 n);
IMPORT(void, reply_callback, bus_reply_callback, u32 handle, const char *topic, u32 t, const void *body, u32 n);
IMPORT(u32, call, bus_call, u32 parent, u32 handle, u32 keep, const char *package, u32 p, const char *topic, u32 t, const void *body, u32 n);
IMPORT(void, callback, bus_callback, u32 parent, u32 handle, const char *topic, u32 t);
IMPORT(void, listen, bus_listen, const char *topic, u32 t);
IMPORT(void, poll, bus_poll, void);
IMPORT(void, fork, bus_fork, void);

enum { NONE = 0xffffffff, BUSY = 16 };

static u32 wanted, wanted_error;   /* what await waits for, and what it came to */
static int arrived;
static char body[64];              /* of the last call or result */
static u32 heard;                  /* the handle of callbacks */
static u32 last;                   /* why the last call was not begun */
static unsigned long long strays, refused, odd;

EXPORT(malloc) void *give(u32 n) { return malloc(n + 1); }
EXPORT(free) void take_back(void *p, u32 n) { free(p); }

static u32 call(u32 parent, u32 keep, const char *topic, const char *text) {
	u32 h = bus_handle();
	last = bus_call(parent, h, keep, "old-rogue", 9, topic, strlen(topic), text, strlen(text));
	if (last == BUSY) refused++;
	else if (last) odd++;
	return last ? 0 : h;
}

/* What is told of a call: 0 and its body, or its error. */
static u32 await(u32 h) {
	wanted = h;
	if (!h) { /* the call was not begun: make room */
		bus_poll();
		return last;
	}
	for (arrived = 0; !arrived;) bus_poll();
	return wanted_error;
}

static void show(const char *what, u32 h) {
	u32 e = await(h);
	if (e) printf("%s: error %u\n", what, e);
	else printf("%s: %s\n", what, body);
}

static void take(char *p, u32 n) {
	if (n >= sizeof body) n = sizeof body - 1;
	memcpy(body, p, n);
	body[n] = 0;
	free(p);
}

/* The package. */
static struct { u32 made, served; } pending[256]; /* calls that it makes while it serves others */
static int gone, opens;

static u32 served(u32 made) {
	for (int i = 0; made && i < 256; i++) {
		if (pending[i].made != made) continue;
		pending[i].made = 0;
		return pending[i].served;
	}
	return 0;
}

EXPORT(start) void start(u32 parent, u32 h, char *topic, u32 t, char *request, u32 n) {
	char m[16] = {0};
	memcpy(m, topic, t < 15 ? t : 15);
	free(topic);
	take(request, n);
	if (!strcmp(m, "echo")) bus_reply(h, body, strlen(body));
	else if (!strcmp(m, "open")) opens++, bus_reply(h, "", 0);
	else if (!strcmp(m, "never")) opens++;
	else if (!strcmp(m, "twice")) {
		bus_reply(h, "one", 3);
		bus_reply(h, "two", 3);
		bus_fault(h, 1);
		bus_drop(h);
	} else if (!strcmp(m, "gone")) {
		snprintf(body, sizeof body, "%d of %d", gone, opens);
		bus_reply(h, body, strlen(body));
	} else if (!strcmp(m, "trap")) __builtin_trap();
	else if (!strcmp(m, "exit")) _exit(3);
	else if (!strcmp(m, "loop")) for (volatile int i = 0;; i++);
	else if (!strcmp(m, "back")) {
		bus_reply_callback(h, "heard", 5, "from the callee", 15);
		bus_reply(h, "back", 4);
	} else if (!strcmp(m, "cycle")) {
		u32 made = call(NONE, 0, "cycle", body);
		for (int i = 0; i < 256; i++) {
			if (pending[i].made) continue;
			pending[i].made = made, pending[i].served = h;
			break;
		}
	}
}

EXPORT(finish) void finish(u32 h, char *p, u32 n) {
	take(p, n);
	u32 from = served(h);
	if (from) bus_reply(from, body, strlen(body));
	else if (heard && h == heard) printf("called back: %s\n", body);
	else if (h != wanted) strays++;
	else arrived = 1, wanted_error = 0;
}

EXPORT(error) void error(u32 h, u32 code) {
	u32 from = served(h);
	if (from) bus_fault(from, code);
	else if (h == wanted) arrived = 1, wanted_error = code;
	else if (code == BUSY) refused++;
	else strays++;
}

EXPORT(drop) void drop(u32 h) { gone++; }

/* The caller. */
static void deep(void) {
	u32 c = call(NONE, 1, "open", "");
	await(c);
	for (int i = 1; i < 1000; i++) await(c = call(c, 1, "open", ""));
	show("1000 deep", call(c, 0, "echo", "hello"));
	for (int i = 1000; i < 2000; i++) {
		u32 below = call(c, 1, "open", "");
		if (await(below)) {
			printf("deeper: refused\n");
			return;
		}
		c = below;
	}
	printf("deeper: no end\n");
}

/* Calls until one is not refused: it has been answered behind all that were made before. */
static void insist(const char *what) {
	unsigned long long kept = refused;
	u32 e;
	do {
		u32 h = call(NONE, 0, "echo", "again");
		if (!h) refused = kept; /* this one is not of the crowd */
		e = await(h);
		kept = refused;
	} while (e == BUSY);
	if (e) printf("%s: error %u\n", what, e);
	else printf("%s: %s\n", what, body);
}

static void crowd(unsigned long long n, int hold) {
	u32 first = call(NONE, 0, "never", "");
	for (unsigned long long i = 1; i < n; i++) call(NONE, 0, "never", "");
	unsigned long long kept = refused;
	u32 one = call(NONE, 0, "echo", "x");
	if (!one) refused = kept;
	show("one more", one);
	bus_drop(first);
	insist("after one was closed");
	printf("open %llu, other errors %llu\n", n - refused, odd);
	if (hold) getchar();
}

/* Fills the link with calls that others than the package answer, late. */
static void full(void) {
	static const char sleep[] = "wasm_bus_time::api::TimeSleepRequest", day[] = "{\"duration_ms\":86400000}";
	u32 first = 0;
	for (int i = 0; i < 1 << 14; i++) {
		u32 h = bus_handle();
		if (bus_call(NONE, h, 0, "os", 2, sleep, sizeof sleep - 1, day, sizeof day - 1)) odd++;
		if (!first) first = h;
	}
	show("one more", call(NONE, 0, "echo", "x"));
	bus_drop(first);
	insist("after one was closed");
}

static u32 raw(u32 parent, u32 h) { return bus_call(parent, h, 0, "old-rogue", 9, "echo", 4, "", 0); }

static void strange(void) {
	u32 ended = call(NONE, 0, "echo", "x");
	await(ended);
	u32 open = call(NONE, 1, "open", "");
	await(open);
	bus_reply(999999, "x", 1);
	bus_reply(open, "x", 1);
	bus_fault(999999, 1);
	bus_fault(open, 1);
	bus_drop(999999);
	bus_drop(ended);
	bus_reply_callback(999999, "heard", 5, "x", 1);
	printf("along no call %u, along one that ended %u, a handle in use %u\n", raw(999999, 7), raw(ended, 7), raw(NONE, open));
	show("along the open one", call(open, 0, "echo", "still here"));
	raw(NONE, ended);
	show("a handle again", ended);
	bus_drop(open);
	bus_drop(open);
	printf("along the closed one %u\n", raw(open, 7));
}

int main(int argc, char **argv) {
	const char *test = argc > 1 ? argv[1] : "bus";
	if (!strcmp(test, "bus")) {
		static const char *topics[] = {"echo", "open", "never", "twice", "gone", "trap", "exit", "loop", "back", "cycle"};
		for (int i = 0; i < 10; i++) bus_listen(topics[i], strlen(topics[i]));
		bus_fork();
		return 0;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!strcmp(test, "deep")) deep();
	else if (!strcmp(test, "crowd")) crowd(atoll(argv[2]), argc > 3);
	else if (!strcmp(test, "full")) full();
	else if (!strcmp(test, "strange")) strange();
	else if (!strcmp(test, "leave")) {
		for (int i = 0; i < 3; i++) call(NONE, 0, "never", ""), await(call(NONE, 1, "open", ""));
		show("leave", call(NONE, 0, "echo", "with six open"));
	} else if (!strcmp(test, "back")) {
		u32 h = bus_handle();
		heard = bus_handle();
		bus_callback(h, heard, "heard", 5);
		bus_call(NONE, h, 0, "old-rogue", 9, "back", 4, "", 0);
		show("back", h);
	} else if (!strcmp(test, "never")) {
		u32 h = call(NONE, 0, "never", "");
		show("beside it", call(NONE, 0, "echo", "others"));
		bus_drop(h);
		show("behind it", call(NONE, 0, "echo", "others"));
	} else {
		show(test, call(NONE, 0, test, "x"));
		if (!strcmp(test, "trap") || !strcmp(test, "exit") || !strcmp(test, "loop")) show("the next", call(NONE, 0, "echo", "anew"));
	}
	if (strays) printf("%llu strays\n", strays);
	return 0;
}
