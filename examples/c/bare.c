/* bare speaks on the bus by nothing but frames on /dev/bus, as bus/SPEC.md has them: the least that
 * a program in any language needs. As the package bare it answers not at all, or twice, or dies, or
 * says what is no frame; called with the name of a test it plays the caller of such a one. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef uint32_t u32;

enum { CALL = 1, RESULT, FAULT, NOTIFY, CREDIT, CLOSE, DATA, HELLO, HEADER = 28, CALLHEAD = 12 };

typedef struct {
	u32 size;
	uint8_t kind, format;
	uint16_t flags;
	u32 id;
	char method[16];
	char payload[4096];
} frame;

static int dev;
static u32 ids = -1; /* the opener's are odd */
static frame got;
static char body[64]; /* of the last call or result */

static void send(frame *f, u32 payload) {
	f->size = HEADER + payload;
	for (u32 n = 0; n < f->size;) {
		ssize_t w = write(dev, (char *)f + n, f->size - n);
		if (w <= 0) exit(9);
		n += w;
	}
}

/* The next frame; 0 when the link has ended. */
static int next(void) {
	u32 size = HEADER;
	for (u32 n = 0; n < size; size = n >= HEADER ? got.size : HEADER) {
		ssize_t r = read(dev, (char *)&got + n, size - n);
		if (r <= 0) return 0;
		n += r;
		if (n >= HEADER && got.size > sizeof got) exit(8);
	}
	return 1;
}

static void hello(void) {
	frame f = {.kind = HELLO};
	memcpy(f.payload, (u32[]){1, sizeof got, 16384}, 12);
	if ((dev = open("/dev/bus", O_RDWR)) < 0) exit(7);
	send(&f, 12);
}

/* Methods are 16 bytes, here their names with zeros behind. */
static u32 call(const char *package, const char *method, u32 ms, const char *data, u32 n) {
	frame f = {.kind = CALL, .id = ids += 2};
	u32 p = strlen(package);
	memcpy(f.method, method, strnlen(method, 16));
	memcpy(f.payload + 4, &ms, 4);
	f.payload[8] = p;
	memcpy(f.payload + CALLHEAD, package, p);
	memcpy(f.payload + CALLHEAD + p, data, n);
	send(&f, CALLHEAD + p + n);
	return f.id;
}

static void answer(u32 id, const char *text) {
	frame f = {.kind = RESULT, .id = id};
	strcpy(f.payload, text);
	send(&f, strlen(text));
}

static void end(uint8_t kind, u32 id, uint8_t code) {
	frame f = {.kind = kind, .id = id};
	f.payload[0] = code;
	send(&f, kind == FAULT ? 12 : 0);
}

static void take(u32 from) {
	u32 n = got.size - HEADER - from;
	if (n >= sizeof body) n = sizeof body - 1;
	memcpy(body, got.payload + from, n);
	body[n] = 0;
}

/* What a call comes to: 0 and its body, or its error's code. */
static int await(u32 id) {
	while (next()) {
		if (got.id != id && got.id) continue;
		if (got.kind == FAULT) return got.payload[0];
		if (got.kind != RESULT) continue;
		take(0);
		return 0;
	}
	return -1;
}

static void show(const char *what, u32 id) {
	int e = await(id);
	if (e) printf("%s: error %d\n", what, e);
	else printf("%s: %s\n", what, body);
}

/* The package. */
static int told, gone, opens;
static u32 asks; /* who wants to know what was told */
static struct { u32 made, served; } pending[256]; /* calls that it makes while it serves others */

static u32 served(void) {
	for (int i = 0; i < 256; i++) {
		if (pending[i].made != got.id) continue;
		pending[i].made = 0;
		return pending[i].served;
	}
	return 0;
}

/* Both answers that were none are told of, but the caller may ask before that has come. */
static void tell(void) {
	if (!asks || told < 2) return;
	snprintf(body, sizeof body, "%d", told);
	answer(asks, body);
	asks = 0;
}

static void serve(void) {
	char m[17] = {0};
	u32 id = got.id;
	memcpy(m, got.method, 16);
	take(CALLHEAD + (uint8_t)got.payload[8] + *(uint16_t *)(got.payload + 10));
	if (!strcmp(m, "echo")) answer(id, body);
	else if (!strcmp(m, "never")) opens++;
	else if (!strcmp(m, "twice")) answer(id, "one"), answer(id, "two"), end(FAULT, id, 2);
	else if (!strcmp(m, "unasked")) answer(999999, "x"), answer(id + 1, "y"), end(CLOSE, 999999, 0), answer(id, "asked");
	else if (!strcmp(m, "told")) asks = id, tell();
	else if (!strcmp(m, "gone")) snprintf(body, sizeof body, "%d of %d", gone, opens), answer(id, body);
	else if (!strcmp(m, "trap")) __builtin_trap();
	else if (!strcmp(m, "exit")) _exit(3);
	else if (!strcmp(m, "loop")) for (volatile int i = 0;; i++);
	else if (!strcmp(m, "shut")) close(dev), exit(0);
	else if (!strcmp(m, "wild")) write(dev, "this is no frame", 16);
	else if (!strcmp(m, "cycle")) {
		for (int i = 0; i < 256; i++) {
			if (pending[i].made) continue;
			pending[i].made = call("bare", "cycle", 0, "", 0), pending[i].served = id;
			break;
		}
	} else end(FAULT, id, 12);
}

/* The argument is how many calls it takes at once. */
static int package(const char *limit) {
	u32 n = atoi(limit);
	if (await(call("bus", "\x4a\x64\xd9\x8d\xeb\xa3\x2a\x15\xe8\xd9\xdc\x4d\x2f\x88\x69\xa1", 0, (char *)&n, 4))) return 1;
	while (next()) {
		u32 from;
		switch (got.kind) {
		case CALL: serve(); break;
		case CLOSE: gone++, end(FAULT, got.id, 1); break;
		case RESULT:
			if ((from = served())) take(0), answer(from, body);
			break;
		case FAULT:
			if (!got.id) return 2;
			if (got.id & 1 && (from = served())) end(FAULT, from, got.payload[0]);
			else told++, tell(); /* an answer was none */
		}
	}
	return 0;
}

/* A method's name, or what 32 hexadecimal digits say. */
static const char *method(const char *name, char id[16]) {
	if (strlen(name) != 32) return name;
	for (int i = 0; i < 16; i++) sscanf(name + 2 * i, "%2hhx", (unsigned char *)id + i);
	return id;
}

/* While the package computes for ever, somebody else has to end it. */
static void loop(const char *to, const char *loops, const char *echo) {
	char ids[2][16];
	u32 open = call(to, method(loops, ids[0]), 0, "", 0);
	show("behind it", call(to, method(echo, ids[1]), 200, "", 0));
	show("loop", open);
	show("the next", call(to, method(echo, ids[1]), 0, "anew", 4));
}

int main(int argc, char **argv) {
	const char *test = argc > 1 ? argv[1] : "bus", *to = argc > 2 ? argv[2] : "bare";
	hello();
	if (!strcmp(test, "bus")) return package(argc > 2 ? argv[2] : "0");
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!strcmp(test, "never")) {
		show(test, call(to, test, 50, "", 0));
		show("others", call(to, "echo", 0, "served", 6));
	} else if (!strcmp(test, "loop")) {
		loop(to, argc > 3 ? argv[3] : test, argc > 4 ? argv[4] : "echo");
	} else if (!strcmp(test, "beside")) {
		show("first", call(to, "echo", 0, "one", 3));
		u32 held = call(to, "never", 0, "", 0);
		show(test, call(to, "echo", 0, "another", 7));
		if (argc > 3) getchar();
		end(CLOSE, held, 0);
		show("held", held);
	} else if (!strcmp(test, "leave")) {
		for (int i = 0; i < 6; i++) call(to, "never", 0, "", 0);
		show(test, call(to, "echo", 0, "with six open", 13));
	} else {
		show(test, call(to, test, 0, "", 0));
		show("the next", call(to, !strcmp(test, "twice") || !strcmp(test, "unasked") ? "told" : "echo", 0, "anew", 4));
	}
	return 0;
}
