/* The bus's works, with frames of its own on /dev/bus, so that nothing but the way of a
 * call is measured (bus/SPEC.md has the bytes):
 *
 *   bus bus                      serves the package that it was started for
 *   bus call PACKAGE COUNT SIZE  makes COUNT calls, one after another
 *   bus open PACKAGE COUNT       makes COUNT calls that are all open at once
 *   bus pour PACKAGE MIB         sends a stream
 *
 * Every payload that comes back is compared, eight bytes at a time: the C library's memcmp takes one,
 * and with it 64 KiB cost more than sending them. The package "os" is called by bus/1.Ping. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CALL = 1, RESULT = 2, CREDIT = 5, DATA = 7, HELLO = 8, FLAG_END = 1 };
enum { HEADER = 28, CALL_HEAD = 12, WINDOW = 256 << 10, PIECE = 32 << 10, ROOM = 1 << 20 };

/* The start of the SHA-256 of each name. */
static const uint8_t LISTEN[16] = "\x4a\x64\xd9\x8d\xeb\xa3\x2a\x15\xe8\xd9\xdc\x4d\x2f\x88\x69\xa1";
static const uint8_t PING[16] = "\x03\xfa\x94\x55\x7a\x62\xb6\x74\x84\x30\x74\x4e\xbf\xae\x60\xb5";
static const uint8_t ECHO[16] = "\xb6\xc5\x2e\xa7\xe8\x9d\x5c\x7c\x7a\x68\x08\xb9\xc5\x71\xf7\x31";   /* bench/1.Echo: the arguments */
static const uint8_t GATHER[16] = "\x9a\x27\x8f\xa3\xd7\x91\x79\xf5\xa0\x40\x9f\x52\x94\x39\x50\xe0"; /* bench/1.Gather: answers when as many calls are open as each says */
static const uint8_t SINK[16] = "\x62\x51\xc9\x3f\xab\xfb\x1f\xd3\x26\x12\x21\xd4\x8d\x97\x32\xde";   /* bench/1.Sink: reads stream 0, answers with its length */

static int device;
static uint8_t in[ROOM], out[ROOM], payload[PIECE * 2];
static size_t from, to, held; /* what of in was not taken, and what of out was not sent */

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void tell(const char *name, uint64_t since) {
  fprintf(stderr, "\n%s %llu\n", name, (unsigned long long)(now() - since));
}

static void die(const char *what) {
  fprintf(stderr, "bus: %s\n", what);
  exit(1);
}

static uint32_t get(const uint8_t *p) {
  uint32_t n;
  memcpy(&n, p, 4);
  return n;
}

static int same(const uint8_t *a, const uint8_t *b, size_t n) {
  uint64_t differ = 0, x, y;
  for (; n >= 8; a += 8, b += 8, n -= 8) {
    memcpy(&x, a, 8);
    memcpy(&y, b, 8);
    differ |= x ^ y;
  }
  return differ == 0 && memcmp(a, b, n) == 0;
}

static uint8_t *put(uint8_t *p, uint32_t n) {
  memcpy(p, &n, 4);
  return p + 4;
}

static void flush(void) {
  for (size_t done = 0; done < held;) {
    ssize_t n = write(device, out + done, held - done);
    if (n <= 0) die("the bus takes no more");
    done += (size_t)n;
  }
  held = 0;
}

/* Adds the header of a frame with a payload of n bytes, and gives the place for those. */
static uint8_t *frame(uint8_t kind, uint16_t flags, uint32_t id, const uint8_t *method, uint32_t n) {
  if (held + HEADER + n > ROOM) flush();
  uint8_t *p = put(out + held, HEADER + n);
  held += HEADER + n;
  *p++ = kind;
  *p++ = 0;
  memcpy(p, &flags, 2);
  p = put(p + 2, id);
  if (method) memcpy(p, method, 16);
  else memset(p, 0, 16);
  return p + 16;
}

static void call(uint32_t id, const char *package, const uint8_t *method, const void *body, uint32_t n) {
  uint8_t name = (uint8_t)strlen(package);
  uint8_t *p = frame(CALL, 0, id, method, CALL_HEAD + name + n);
  memset(p, 0, CALL_HEAD);
  p[8] = name;
  memcpy(p + CALL_HEAD, package, name);
  memcpy(p + CALL_HEAD + name, body, n);
}

/* A frame that has come. It is good until the next is taken. */
struct got {
  uint8_t kind;
  uint16_t flags;
  uint32_t id, size;
  const uint8_t *method, *payload;
};

/* Takes the next frame, and sends what is held back before it waits for one. It ends the
 * program where the link ends. */
static struct got take(void) {
  for (;;) {
    if (to - from >= HEADER && to - from >= get(in + from)) break;
    if (from == to) from = to = 0;
    if (from > 0) {
      memmove(in, in + from, to - from);
      to -= from;
      from = 0;
    }
    flush();
    ssize_t n = read(device, in + to, ROOM - to);
    if (n <= 0) exit(0);
    to += (size_t)n;
  }
  const uint8_t *p = in + from;
  struct got g = {.kind = p[4], .id = get(p + 8), .size = get(p) - HEADER, .method = p + 12, .payload = p + HEADER};
  memcpy(&g.flags, p + 6, 2);
  from += HEADER + g.size;
  return g;
}

/* Takes frames until the result of a call comes. */
static struct got result(void) {
  for (;;) {
    struct got g = take();
    if (g.kind == RESULT) return g;
    if (g.kind != HELLO && g.kind != CREDIT) die("a call has failed");
  }
}

static void greet(void) {
  if ((device = open("/dev/bus", O_RDWR)) < 0) die("there is no bus");
  uint8_t *p = frame(HELLO, 0, 0, NULL, 12);
  p = put(p, 1);
  p = put(p, ROOM);
  put(p, 16 << 10);
}

static void give_credit(uint32_t id, uint32_t n) { put(put(frame(CREDIT, 0, id, NULL, 8), 0), n); }

static int serve(void) {
  static uint32_t gathered[16 << 10];
  uint32_t count = 0, owed = 0;
  uint64_t sum = 0;
  call(1, "bus", LISTEN, "\0\0\0", 4);
  for (;;) {
    struct got g = take();
    if (g.kind == CALL) {
      uint32_t head = CALL_HEAD + g.payload[8] + g.payload[10] + 256u * g.payload[11];
      const uint8_t *body = g.payload + head;
      if (memcmp(g.method, ECHO, 16) == 0) {
        memcpy(frame(RESULT, 0, g.id, NULL, g.size - head), body, g.size - head);
      } else if (memcmp(g.method, GATHER, 16) == 0) {
        gathered[count++] = g.id;
        if (count < get(body)) continue;
        while (count > 0) frame(RESULT, 0, gathered[--count], NULL, 0);
      } else {
        sum = owed = 0;
      }
    } else if (g.kind == DATA && g.flags & FLAG_END) {
      memcpy(frame(RESULT, 0, g.id, NULL, 8), &sum, 8);
    } else if (g.kind == DATA) {
      sum += g.size - 4;
      owed += HEADER + g.size;
      if (owed < WINDOW / 4) continue;
      give_credit(g.id, owed);
      owed = 0;
    }
  }
}

static void calls(const char *package, uint32_t first, uint32_t count, uint32_t size) {
  const uint8_t *method = strcmp(package, "os") == 0 ? PING : ECHO;
  for (uint32_t i = 0; i < count; i++) {
    put(payload, i);
    call(first + 2 * i, package, method, payload, size);
    struct got g = result();
    if (g.id != first + 2 * i || g.size != size || !same(g.payload, payload, size)) die("other bytes came back");
  }
}

enum { WARM = 500 };

static int one_by_one(const char *package, uint32_t count, uint32_t size) {
  calls(package, 1, WARM, size);
  uint64_t begun = now();
  calls(package, 1 + 2 * WARM, count, size);
  tell("call", begun);
  return 0;
}

static int at_once(const char *package, uint32_t count) {
  calls(package, 1, WARM, 4);
  uint64_t begun = now();
  for (uint32_t i = 0; i < count; i++) call(1 + 2 * (WARM + i), package, GATHER, &count, 4);
  for (uint32_t i = 0; i < count; i++) result();
  tell("open", begun);
  return 0;
}

static int pour(const char *package, uint32_t mib) {
  calls(package, 1, WARM, 4);
  uint64_t begun = now(), left = (uint64_t)mib << 20, sum;
  uint32_t credit = WINDOW, id = 1 + 2 * WARM;
  const uint32_t cost = HEADER + 4 + PIECE;
  call(id, package, SINK, "", 0);
  while (left > 0) {
    for (; credit >= cost && left > 0; credit -= cost, left -= PIECE) {
      memcpy(put(frame(DATA, 0, id, NULL, 4 + PIECE), 0), payload, PIECE);
    }
    for (struct got g; credit < cost && left > 0;) {
      if ((g = take()).kind != CREDIT) die("the stream was not taken");
      credit += get(g.payload + 4);
    }
  }
  put(frame(DATA, FLAG_END, id, NULL, 4), 0);
  memcpy(&sum, result().payload, 8);
  if (sum != (uint64_t)mib << 20) die("another number of bytes arrived");
  tell("pour", begun);
  return 0;
}

int main(int argc, char **argv) {
  const char *work = argc > 1 ? argv[1] : "";
  memset(payload, 'p', sizeof payload);
  greet();
  if (strcmp(work, "bus") == 0) return serve();
  if (argc == 5 && strcmp(work, "call") == 0) return one_by_one(argv[2], (uint32_t)atoi(argv[3]), (uint32_t)atoi(argv[4]));
  if (argc == 4 && strcmp(work, "open") == 0) return at_once(argv[2], (uint32_t)atoi(argv[3]));
  if (argc == 4 && strcmp(work, "pour") == 0) return pour(argv[2], (uint32_t)atoi(argv[3]));
  fprintf(stderr, "usage: bus bus | call PACKAGE COUNT SIZE | open PACKAGE COUNT | pour PACKAGE MIB\n");
  return 2;
}
