/* Preview 1 as the WASI document has it, each function with its bare numbers, so that a
   test can pass pointers and lengths of any value. */
#pragma once
#include <stdint.h>
#include <string.h>

#define IMPORT(name, ...) \
	__attribute__((import_module("wasi_snapshot_preview1"), import_name(#name))) int32_t w_##name(__VA_ARGS__)

typedef int32_t i32;
typedef int64_t i64;

IMPORT(args_get, i32, i32);
IMPORT(args_sizes_get, i32, i32);
IMPORT(environ_get, i32, i32);
IMPORT(environ_sizes_get, i32, i32);
IMPORT(clock_res_get, i32, i32);
IMPORT(clock_time_get, i32, i64, i32);
IMPORT(fd_advise, i32, i64, i64, i32);
IMPORT(fd_allocate, i32, i64, i64);
IMPORT(fd_close, i32);
IMPORT(fd_datasync, i32);
IMPORT(fd_fdstat_get, i32, i32);
IMPORT(fd_fdstat_set_flags, i32, i32);
IMPORT(fd_fdstat_set_rights, i32, i64, i64);
IMPORT(fd_filestat_get, i32, i32);
IMPORT(fd_filestat_set_size, i32, i64);
IMPORT(fd_filestat_set_times, i32, i64, i64, i32);
IMPORT(fd_pread, i32, i32, i32, i64, i32);
IMPORT(fd_prestat_get, i32, i32);
IMPORT(fd_prestat_dir_name, i32, i32, i32);
IMPORT(fd_pwrite, i32, i32, i32, i64, i32);
IMPORT(fd_read, i32, i32, i32, i32);
IMPORT(fd_readdir, i32, i32, i32, i64, i32);
IMPORT(fd_renumber, i32, i32);
IMPORT(fd_seek, i32, i64, i32, i32);
IMPORT(fd_sync, i32);
IMPORT(fd_tell, i32, i32);
IMPORT(fd_write, i32, i32, i32, i32);
IMPORT(path_create_directory, i32, i32, i32);
IMPORT(path_filestat_get, i32, i32, i32, i32, i32);
IMPORT(path_filestat_set_times, i32, i32, i32, i32, i64, i64, i32);
IMPORT(path_link, i32, i32, i32, i32, i32, i32, i32);
IMPORT(path_open, i32, i32, i32, i32, i32, i64, i64, i32, i32);
IMPORT(path_readlink, i32, i32, i32, i32, i32, i32);
IMPORT(path_remove_directory, i32, i32, i32);
IMPORT(path_rename, i32, i32, i32, i32, i32, i32);
IMPORT(path_symlink, i32, i32, i32, i32, i32);
IMPORT(path_unlink_file, i32, i32, i32);
IMPORT(poll_oneoff, i32, i32, i32, i32);
IMPORT(proc_raise, i32);
IMPORT(random_get, i32, i32);
IMPORT(sched_yield, void);
IMPORT(sock_accept, i32, i32, i32);
IMPORT(sock_recv, i32, i32, i32, i32, i32, i32);
IMPORT(sock_send, i32, i32, i32, i32, i32);
IMPORT(sock_shutdown, i32, i32);

enum {
	OK = 0, ACCES = 2, AGAIN = 6, BADF = 8, CONNRESET = 15, EXIST = 20, FAULT = 21, FBIG = 22, ILSEQ = 25,
	INVAL = 28, ISDIR = 31, LOOP = 32, NAMETOOLONG = 37, NOENT = 44, NOTCONN = 53, NOTDIR = 54, NOTEMPTY = 55,
	NOTSOCK = 57, NOTSUP = 58, OVERFLOW = 61, PERM = 63, PIPE = 64, ROFS = 69, SPIPE = 70, NOTCAPABLE = 76,
};

#define RIGHT(n) ((i64)1 << (n))
enum { /* the bits of rights */
	DATASYNC, READ, SEEK, SET_FLAGS, SYNC, TELL, WRITE, ADVISE, ALLOCATE, CREATE_DIRECTORY, CREATE_FILE,
	LINK_SOURCE, LINK_TARGET, OPEN, READDIR, READLINK, RENAME_SOURCE, RENAME_TARGET, PATH_STAT, PATH_SET_SIZE,
	PATH_SET_TIMES, STAT, SET_SIZE, SET_TIMES, SYMLINK, REMOVE_DIRECTORY, UNLINK, POLL, SHUTDOWN, ACCEPT,
};
enum { CREAT = 1, DIRECTORY = 2, EXCL = 4, TRUNC = 8 };
enum { APPEND = 1, DSYNC = 2, NONBLOCK = 4, RSYNC = 8, FSYNC = 16 };
enum { CHARACTER_DEVICE = 2, TYPE_DIRECTORY = 3, REGULAR_FILE = 4, SOCKET_STREAM = 6, SYMBOLIC_LINK = 7 };

/* What the program begins with: a directory of its own, one that is read-only with a
   file in it, the directory of ports, and a socket that listens. */
enum { DIR = 3, READ_ONLY = 4, PORTS = 5, LISTENER = 6, CLOSED = 99, WILD = -16 };

typedef struct { i32 at, len; } iovec;
typedef struct { uint64_t dev, ino; uint8_t type; uint64_t nlink, size, atime, mtime, ctime; } filestat;
typedef struct { uint8_t type; uint16_t flags; uint64_t base, inheriting; } fdstat;
typedef struct { uint64_t next, ino; uint32_t len; uint8_t type; } dirent;
typedef struct {
	uint64_t userdata;
	uint8_t tag;
	union {
		struct { uint32_t id; uint64_t timeout, precision; uint16_t flags; } clock;
		uint32_t fd;
	};
} subscription;
typedef struct { uint64_t userdata; uint16_t error; uint8_t type; uint64_t nbytes; uint16_t flags; } event;

/* Memory as a number, a path with its length. */
#define AT(p) ((i32)(uintptr_t)(p))
#define P(s) AT(s), (i32)strlen(s)

/* The kinds of cases, which are the columns of the table. */
enum kind { SUCCESS, ERROR, POINTER, IOVEC, RIGHTS, BAD_FD, FLAGS, OFFSET };

void check(const char *function, enum kind kind, const char *what, i64 got, i64 want);

/* T calls a function and wants an error number of it; V wants a value to be as told. */
#define T(kind, what, want, function, ...) check(#function, kind, what, w_##function(__VA_ARGS__), want)
#define V(kind, what, function, got, want) check(#function, kind, what, (i64)(got), (i64)(want))

/* make opens a file of the own directory for reading and writing, made anew with text. */
i32 make(const char *name, const char *text);
/* The address of the last n bytes of the memory, less one: n bytes do not fit there. */
i32 edge(i32 n);

void args(void);
void clocks(void);
void descriptors(void);
void files(void);
void directories(void);
void paths(void);
void links(void);
void polls(void);
void sockets(void);
