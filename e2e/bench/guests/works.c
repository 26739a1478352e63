/* The works of the benchmark: works WORK [ARGUMENT ...]. What a work measured, by
 * its own clock, stands on stderr as lines of a name and nanoseconds, so that the
 * start of the process is in none of the figures. */
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <wasi/api.h>

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void tell(const char *name, uint64_t since) {
  fprintf(stderr, "\n%s %llu\n", name, (unsigned long long)(now() - since));
}

static int fail(const char *what) {
  perror(what);
  return 1;
}

/* Three kinds of loops: strided bytes, integer arithmetic, and calls. */
static uint32_t sieve(void) {
  enum { N = 1 << 18 };
  static uint8_t composite[N];
  uint32_t count = 0;
  memset(composite, 0, N);
  for (uint32_t i = 2; i < N; i++) {
    if (composite[i]) continue;
    count++;
    for (uint64_t j = (uint64_t)i * i; j < N; j += i) composite[j] = 1;
  }
  return count;
}

static uint32_t mix(uint32_t x) {
  for (int i = 0; i < 300000; i++) {
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    x = x * 2654435761u + (uint32_t)i;
  }
  return x;
}

static __attribute__((noinline)) uint32_t ackermann(uint32_t m, uint32_t n) {
  if (m == 0) return n + 1;
  if (n == 0) return ackermann(m - 1, 1);
  return ackermann(m - 1, ackermann(m, n - 1));
}

static int cpu(int rounds) {
  uint32_t sum = 0;
  uint64_t begun = now();
  for (int i = 0; i < rounds; i++) sum += sieve() + mix(sum) + ackermann(2, 200 + (sum & 1));
  tell("cpu", begun);
  printf("%u\n", sum);
  return 0;
}

static int writes(int count) {
  uint8_t c = 'x';
  const __wasi_ciovec_t buffer = {&c, 1};
  __wasi_size_t done = 0;
  uint64_t begun = now();
  for (int i = 0; i < count; i++) {
    if (__wasi_fd_write(1, &buffer, 1, &done) != 0 || done != 1) return 1;
  }
  tell("write", begun);
  return 0;
}

static int clocks(int count) {
  __wasi_timestamp_t t = 0, last = 0;
  uint64_t begun = now();
  for (int i = 0; i < count; i++) {
    if (__wasi_clock_time_get(__WASI_CLOCKID_MONOTONIC, 1, &t) != 0 || t < last) return 1;
    last = t;
  }
  tell("clock", begun);
  return 0;
}

static int put(int fd, const char *p, size_t n) {
  while (n > 0) {
    ssize_t done = write(fd, p, n);
    if (done <= 0) return -1;
    p += done;
    n -= (size_t)done;
  }
  return 0;
}

static int echo(void) {
  static char buffer[4096];
  uint64_t begun = now();
  for (ssize_t n; (n = read(0, buffer, sizeof buffer)) != 0;) {
    if (n < 0 || put(1, buffer, (size_t)n) != 0) return fail("echo");
  }
  tell("echo", begun);
  return 0;
}

static int files(const char *folder, int count) {
  static char data[4096], back[4096];
  char path[256];
  uint64_t begun = now();
  for (int i = 0; i < count; i++) {
    snprintf(path, sizeof path, "%s/small%d", folder, i);
    memset(data, 'a' + i % 26, sizeof data);
    int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0644);
    if (fd < 0 || put(fd, data, sizeof data) != 0 || close(fd) != 0) return fail(path);
    fd = open(path, O_RDONLY);
    if (fd < 0 || read(fd, back, sizeof back) != sizeof back || close(fd) != 0) return fail(path);
    if (memcmp(data, back, sizeof data) != 0) return 2;
  }
  tell("files", begun);
  return 0;
}

/* Makes a folder of COUNT small files, lists it, looks at each and removes them. */
static int tree(const char *parent, int count) {
  char folder[128], path[256];
  snprintf(folder, sizeof folder, "%s/tree", parent);
  if (mkdir(folder, 0755) != 0) return fail(folder);
  uint64_t begun = now();
  for (int i = 0; i < count; i++) {
    snprintf(path, sizeof path, "%s/small%d", folder, i);
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0644);
    if (fd < 0 || put(fd, path, sizeof path) != 0 || close(fd) != 0) return fail(path);
  }
  tell("made", begun);

  begun = now();
  DIR *dir = opendir(folder);
  int seen = 0;
  for (struct dirent *e; dir && (e = readdir(dir));) seen += e->d_name[0] == 's';
  if (!dir || closedir(dir) != 0) return fail(folder);
  if (seen != count) return 2;
  tell("listed", begun);

  begun = now();
  for (int i = 0; i < count; i++) {
    struct stat st;
    snprintf(path, sizeof path, "%s/small%d", folder, i);
    if (stat(path, &st) != 0) return fail(path);
    if (st.st_size != sizeof path) return 2;
  }
  tell("looked", begun);

  begun = now();
  for (int i = 0; i < count; i++) {
    snprintf(path, sizeof path, "%s/small%d", folder, i);
    if (unlink(path) != 0) return fail(path);
  }
  if (rmdir(folder) != 0) return fail(folder);
  tell("removed", begun);
  return 0;
}

static int sequence(const char *folder, int mib) {
  static char data[64 << 10];
  char path[256];
  snprintf(path, sizeof path, "%s/long", folder);
  uint64_t begun = now();
  int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0644);
  if (fd < 0) return fail(path);
  for (int i = 0; i < mib * 16; i++) {
    memcpy(data, &i, sizeof i);
    if (put(fd, data, sizeof data) != 0) return fail(path);
  }
  if (close(fd) != 0) return fail(path);
  tell("write", begun);

  begun = now();
  fd = open(path, O_RDONLY);
  if (fd < 0) return fail(path);
  for (int i = 0; i < mib * 16; i++) {
    for (size_t got = 0; got < sizeof data;) {
      ssize_t n = read(fd, data + got, sizeof data - got);
      if (n <= 0) return fail(path);
      got += (size_t)n;
    }
    if (memcmp(data, &i, sizeof i) != 0) return 2;
  }
  if (close(fd) != 0) return fail(path);
  tell("read", begun);
  return unlink(path) == 0 ? 0 : fail(path);
}

enum { PIECE = 64 << 10 };
static char piece[PIECE];

/* Writes MIB by 64 KiB. */
static int pour(int mib) {
  memset(piece, 'p', PIECE);
  for (int i = 0; i < mib * 16; i++) {
    if (put(1, piece, PIECE) != 0) return fail("pour");
  }
  return 0;
}

/* Passes on what it reads. */
static int pass(void) {
  for (ssize_t n; (n = read(0, piece, PIECE)) != 0;) {
    if (n < 0 || put(1, piece, (size_t)n) != 0) return fail("pass");
  }
  return 0;
}

/* Reads to the end, from the first byte on by the clock, and says how much that was. */
static int sink(void) {
  uint64_t begun = 0, sum = 0;
  for (ssize_t n; (n = read(0, piece, PIECE)) != 0; sum += (uint64_t)n) {
    if (n < 0) return fail("sink");
    if (begun == 0) begun = now();
  }
  tell("sink", begun);
  printf("%llu\n", (unsigned long long)sum);
  return 0;
}

int main(int argc, char **argv) {
  const char *work = argc > 1 ? argv[1] : "";
  const char *first = argc > 2 ? argv[2] : "1";
  if (strcmp(work, "cpu") == 0) return cpu(atoi(first));
  if (strcmp(work, "write") == 0) return writes(atoi(first));
  if (strcmp(work, "clock") == 0) return clocks(atoi(first));
  if (strcmp(work, "echo") == 0) return echo();
  if (argc > 3 && strcmp(work, "files") == 0) return files(first, atoi(argv[3]));
  if (argc > 3 && strcmp(work, "tree") == 0) return tree(first, atoi(argv[3]));
  if (argc > 3 && strcmp(work, "sequence") == 0) return sequence(first, atoi(argv[3]));
  if (strcmp(work, "pour") == 0) return pour(atoi(first));
  if (strcmp(work, "pass") == 0) return pass();
  if (strcmp(work, "sink") == 0) return sink();
  fprintf(stderr, "usage: works cpu|write|clock COUNT | pour MIB | pass | sink | echo | files|tree FOLDER COUNT | sequence FOLDER MIB\n");
  return 2;
}
