/* rogue speaks on the bus by the functions of wasix_32v1, and breaks its rules. As the package
 * rogue it answers not at all, or twice, or dies; called with the name of a test it plays the
 * caller of such a one. old-rogue is the same by the first interface. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef uint32_t u32;
typedef uint64_t u64;

#define IMPORT(result, name, ...)                                            \
	__attribute__((import_module("wasix_32v1"), import_name(#name))) \
	result name(__VA_ARGS__)

IMPORT(u32, bus_open_local, const char *name, u32 n, u32 reuse, u32 *bid);
IMPORT(u32, bus_call, u32 bid, const char *method, u32 format, const void *body, u32 n, u64 *cid);
IMPORT(u32, bus_subcall, u64 parent, const char *method, u32 format, const void *body, u32 n, u64 *cid);
IMPORT(u32, bus_poll, u64 timeout, void *events, u32 most, u32 *count);
IMPORT(u32, call_reply, u64 cid, u32 format, const void *body, u32 n);
IMPORT(void, call_fault, u64 cid, u32 error);
IMPORT(void, call_close, u64 cid);
IMPORT(u32, thread_spawn, u64 data, u32 reactor, u32 *tid);

enum { NOOP, EXIT, CALL, RESULT, FAULT, CLOSE, RAW = 0, BUSY = 15 };

typedef struct {
	uint8_t kind, pad[7];
	union {
		struct { u64 has_parent, parent, cid, format; char method[16]; u32 fd; } call;
		struct { u64 format, cid; u32 fd; } result;
		struct { u64 cid; u32 error; } fault;
		uint8_t size[56];
	};
} event;

static u32 self;         /* the package rogue */
static char body[64];    /* of the last call or result */
static u64 strays;       /* answers to no call that is waited for */
static u64 refused, odd; /* calls that failed with BUSY, and with anything else */
static u32 last;         /* why the last call was not begun */

static void take(u32 fd) {
	ssize_t n = read(fd, body, sizeof body - 1);
	body[n > 0 ? n : 0] = 0;
	close(fd);
}

/* Methods are 16 bytes, here their names with zeros behind. */
static const char *method(const char *name) {
	static char m[16];
	memset(m, 0, sizeof m);
	memcpy(m, name, strlen(name));
	return m;
}

static u64 call(const char *name, const char *text) {
	u64 cid = 0;
	u32 e = bus_call(self, method(name), RAW, text, strlen(text), &cid);
	if (e == BUSY) refused++;
	else if (e) odd++;
	last = e;
	return cid;
}

static u64 sub(u64 parent, const char *name, const char *text) {
	u64 cid = 0;
	u32 e = bus_subcall(parent, method(name), RAW, text, strlen(text), &cid);
	if (e) odd++;
	last = e;
	return cid;
}

/* What is told of a call: 0 and its body, or its error. Callbacks on the way are ended. */
static u32 await(u64 cid) {
	while (cid) {
		event e;
		u32 n = 0;
		if (bus_poll(60000000000, &e, 1, &n) || !n) continue;
		switch (e.kind) {
		case CALL:
			take(e.call.fd);
			printf("called back: %s\n", body);
			call_close(e.call.cid);
			continue;
		case RESULT:
			take(e.result.fd);
			if (e.result.cid == cid) return 0;
			break;
		case FAULT:
			if (e.fault.cid == cid) return e.fault.error;
			if (e.fault.error == BUSY) {
				refused++;
				continue;
			}
			odd++;
		}
		strays++;
	}
	for (u32 n = 1; n;) { /* the call was not begun: make room */
		event e[50];
		if (bus_poll(0, e, 50, &n)) break;
		for (u32 i = 0; i < n; i++) {
			if (e[i].kind == FAULT && e[i].fault.error == BUSY) refused++;
			else odd++;
		}
	}
	return last;
}

static void show(const char *what, u64 cid) {
	u32 e = await(cid);
	if (e) printf("%s: error %u\n", what, e);
	else printf("%s: %s\n", what, body);
}

static void deep(void) {
	u64 c = call("open", "");
	for (int i = 1; i < 1000; i++) c = sub(c, "open", "");
	show("1000 deep", sub(c, "echo", "hello"));
	for (int i = 1000; i < 2000; i++) {
		u64 below = sub(c, "open", "");
		if (await(sub(c, "echo", ""))) {
			printf("deeper: refused\n");
			return;
		}
		c = below;
	}
	printf("deeper: no end\n");
}

/* Calls until one is not refused: it has been answered behind all that were made before. */
static void insist(const char *what) {
	u64 kept = refused;
	u32 e;
	do {
		u64 cid = call("echo", "again");
		if (!cid) refused = kept; /* this one is not of the crowd */
		e = await(cid);
		kept = refused;
	} while (e == BUSY);
	if (e) printf("%s: error %u\n", what, e);
	else printf("%s: %s\n", what, body);
}

static void crowd(u64 n, int hold) {
	u64 first = call("never", "");
	for (u64 i = 1; i < n; i++) call("never", "");
	u64 kept = refused, one = call("echo", "x");
	if (!one) refused = kept;
	show("one more", one);
	call_close(first);
	insist("after one was closed");
	printf("open %llu, other errors %llu\n", n - refused, odd);
	if (hold) getchar();
}

/* Fills the link with calls that others than the package answer, late. */
static void full(void) {
	static const char sleep[16] = "\x17\xdc\xec\x44\x50\x8e\xa7\x72\xc9\xcc\x2e\xd8\x5a\x16\xd6\x9e";
	const char *day = "{\"duration_ms\":86400000}";
	u32 os;
	u64 first = 0, cid;
	if (bus_open_local("os", 2, 1, &os)) return;
	for (int i = 0; i < 1 << 14; i++) {
		if (bus_call(os, sleep, 3, day, strlen(day), &cid)) odd++;
		if (!first) first = cid;
	}
	show("one more", call("echo", "x"));
	call_close(first);
	insist("after one was closed");
}

static void strange(void) {
	u64 ended = call("echo", "x"), open = call("open", "");
	await(ended);
	printf("reply to nobody %u, to the own call %u\n", call_reply(999999, RAW, "x", 1), call_reply(open, RAW, "x", 1));
	call_fault(999999, 1);
	call_fault(open, 1);
	call_close(999999);
	call_close(ended);
	u64 cid;
	printf("along no call %u, along one that ended %u\n", bus_subcall(999999, method("echo"), RAW, "", 0, &cid), bus_subcall(ended, method("echo"), RAW, "", 0, &cid));
	show("along the open one", sub(open, "echo", "still here"));
	call_close(open);
	call_close(open);
	printf("along the closed one %u\n", bus_subcall(open, method("echo"), RAW, "", 0, &cid));
	printf("a package that is not open %u\n", bus_call(7, method("echo"), RAW, "", 0, &cid));
}

/* Calls that the package makes while it serves another, and for which. */
static struct { u64 made, served; } pending[256];
static int twice;       /* what the second answer to a call came to */
static int gone, opens; /* callers that have gone, and what is open with none that has */

static void reply_after(u64 made, u64 served) {
	for (int i = 0; i < 256; i++) {
		if (pending[i].made) continue;
		pending[i].made = made, pending[i].served = served;
		return;
	}
}

static void serve(const event *e) {
	const char *m = e->call.method;
	u64 cid = e->call.cid;
	take(e->call.fd);
	if (!strcmp(m, "echo")) call_reply(cid, RAW, body, strlen(body));
	else if (!strcmp(m, "open")) opens++; /* an object is not answered */
	else if (!strcmp(m, "never")) opens++;
	else if (!strcmp(m, "twice")) {
		call_reply(cid, RAW, "one", 3);
		twice = call_reply(cid, RAW, "two", 3);
		call_fault(cid, 1);
	} else if (!strcmp(m, "told")) {
		snprintf(body, sizeof body, "%d", twice);
		call_reply(cid, RAW, body, strlen(body));
	} else if (!strcmp(m, "gone")) {
		snprintf(body, sizeof body, "%d of %d", gone, opens);
		call_reply(cid, RAW, body, strlen(body));
	} else if (!strcmp(m, "trap")) __builtin_trap();
	else if (!strcmp(m, "exit")) _exit(3);
	else if (!strcmp(m, "loop")) for (volatile int i = 0;; i++);
	else if (!strcmp(m, "back")) {
		sub(cid, "heard", "from the callee");
		call_reply(cid, RAW, "back", 4);
	} else if (!strcmp(m, "cycle")) {
		reply_after(call("cycle", body), cid);
	} else call_fault(cid, 9);
}

static u64 served(u64 made) {
	for (int i = 0; made && i < 256; i++) {
		if (pending[i].made != made) continue;
		pending[i].made = 0;
		return pending[i].served;
	}
	return 0;
}

__attribute__((export_name("_react"))) void react(u64 data) {
	for (;;) {
		event e;
		u32 n = 0;
		if (bus_poll(0, &e, 1, &n) || !n) return;
		switch (e.kind) {
		case CALL: serve(&e); break;
		case RESULT:
			take(e.result.fd);
			call_reply(served(e.result.cid), RAW, body, strlen(body));
			break;
		case FAULT: call_fault(served(e.fault.cid), e.fault.error); break;
		case CLOSE: gone++;
		}
	}
}

int main(int argc, char **argv) {
	const char *test = argc > 1 ? argv[1] : "bus";
	if (bus_open_local("rogue", 5, 1, &self)) return 1;
	if (!strcmp(test, "bus")) {
		u32 tid;
		return thread_spawn(0, 1, &tid);
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!strcmp(test, "deep")) deep();
	else if (!strcmp(test, "crowd")) crowd(atoll(argv[2]), argc > 3);
	else if (!strcmp(test, "full")) full();
	else if (!strcmp(test, "strange")) strange();
	else if (!strcmp(test, "leave")) {
		for (int i = 0; i < 3; i++) call("never", ""), call("open", "");
		show("leave", call("echo", "with six open"));
	} else if (!strcmp(test, "never")) {
		u64 cid = call("never", "");
		show("beside it", call("echo", "others"));
		call_close(cid);
		show("behind it", call("echo", "others"));
	} else {
		show(test, call(test, "x"));
		if (!strcmp(test, "twice")) show("the second", call("told", ""));
		if (!strcmp(test, "trap") || !strcmp(test, "exit") || !strcmp(test, "loop")) show("the next", call("echo", "anew"));
	}
	if (strays) printf("%llu strays\n", strays);
	return 0;
}
