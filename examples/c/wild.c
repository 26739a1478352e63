/* wild hands a wild pointer to every call of WASI preview 1 that takes one. Each
 * must answer EFAULT, and the program must live to say so. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

typedef uint32_t u32;
typedef uint64_t u64;

#define IMPORT(name, ...)                                                            \
	__attribute__((import_module("wasi_snapshot_preview1"), import_name(#name))) \
	u32 raw_##name(__VA_ARGS__)

IMPORT(args_get, u32, u32);
IMPORT(args_sizes_get, u32, u32);
IMPORT(environ_sizes_get, u32, u32);
IMPORT(clock_res_get, u32, u32);
IMPORT(clock_time_get, u32, u64, u32);
IMPORT(fd_fdstat_get, u32, u32);
IMPORT(fd_filestat_get, u32, u32);
IMPORT(fd_pread, u32, u32, u32, u64, u32);
IMPORT(fd_prestat_get, u32, u32);
IMPORT(fd_prestat_dir_name, u32, u32, u32);
IMPORT(fd_pwrite, u32, u32, u32, u64, u32);
IMPORT(fd_read, u32, u32, u32, u32);
IMPORT(fd_readdir, u32, u32, u32, u64, u32);
IMPORT(fd_write, u32, u32, u32, u32);
IMPORT(path_create_directory, u32, u32, u32);
IMPORT(path_filestat_get, u32, u32, u32, u32, u32);
IMPORT(path_filestat_set_times, u32, u32, u32, u32, u64, u64, u32);
IMPORT(path_link, u32, u32, u32, u32, u32, u32, u32);
IMPORT(path_open, u32, u32, u32, u32, u32, u64, u64, u32, u32);
IMPORT(path_readlink, u32, u32, u32, u32, u32, u32);
IMPORT(path_remove_directory, u32, u32, u32);
IMPORT(path_rename, u32, u32, u32, u32, u32, u32);
IMPORT(path_symlink, u32, u32, u32, u32, u32);
IMPORT(path_unlink_file, u32, u32, u32);
IMPORT(poll_oneoff, u32, u32, u32, u32);
IMPORT(random_get, u32, u32);

enum { EFAULT_WASI = 21, ROOT = 3, LENGTH = 64 };

static int bad;
static u32 file; /* one with an offset */

static void expect(const char *name, u32 got) {
	if (got != EFAULT_WASI) {
		printf("%s: error %u and not 21\n", name, got);
		bad++;
	}
}

static void try(u32 p) {
	static u32 good[LENGTH];
	u32 g = (u32)(uintptr_t)good;
	struct { u32 buf, len; } vector = {p, LENGTH};
	u32 v = (u32)(uintptr_t)&vector;
	expect("args_get", raw_args_get(p, p));
	expect("args_sizes_get", raw_args_sizes_get(p, p));
	expect("environ_sizes_get", raw_environ_sizes_get(p, p));
	expect("clock_res_get", raw_clock_res_get(1, p));
	expect("clock_time_get", raw_clock_time_get(1, 1, p));
	expect("fd_fdstat_get", raw_fd_fdstat_get(1, p));
	expect("fd_filestat_get", raw_fd_filestat_get(ROOT, p));
	expect("fd_prestat_get", raw_fd_prestat_get(ROOT, p));
	expect("fd_readdir", raw_fd_readdir(ROOT, p, LENGTH, 0, g));
	expect("fd_readdir used", raw_fd_readdir(ROOT, g, LENGTH, 0, p));
	expect("fd_write vectors", raw_fd_write(1, p, 1, g));
	expect("fd_write buffer", raw_fd_write(1, v, 1, g));
	expect("fd_read vectors", raw_fd_read(0, p, 1, g));
	expect("fd_pread vectors", raw_fd_pread(file, p, 1, 0, g));
	expect("fd_pwrite vectors", raw_fd_pwrite(file, p, 1, 0, g));
	expect("path_create_directory", raw_path_create_directory(ROOT, p, LENGTH));
	expect("path_filestat_get", raw_path_filestat_get(ROOT, 0, p, LENGTH, g));
	expect("path_filestat_get buffer", raw_path_filestat_get(ROOT, 0, (u32)(uintptr_t)".", 1, p));
	expect("path_filestat_set_times", raw_path_filestat_set_times(ROOT, 0, p, LENGTH, 0, 0, 0));
	expect("path_link", raw_path_link(ROOT, 0, p, LENGTH, ROOT, p, LENGTH));
	expect("path_open", raw_path_open(ROOT, 0, p, LENGTH, 0, 0, 0, 0, g));
	expect("path_readlink", raw_path_readlink(ROOT, p, LENGTH, g, LENGTH, g));
	expect("path_remove_directory", raw_path_remove_directory(ROOT, p, LENGTH));
	expect("path_rename", raw_path_rename(ROOT, p, LENGTH, ROOT, p, LENGTH));
	expect("path_symlink", raw_path_symlink(p, LENGTH, ROOT, p, LENGTH));
	expect("path_unlink_file", raw_path_unlink_file(ROOT, p, LENGTH));
	expect("poll_oneoff", raw_poll_oneoff(p, g, 1, g));
	expect("random_get", raw_random_get(p, LENGTH));
}

int main(void) {
	int fd = open("wild.tmp", O_RDWR | O_CREAT, 0666);
	if (fd < 0 || unlink("wild.tmp") < 0) {
		perror("wild.tmp");
		return 2;
	}
	file = (u32)fd;
	const u32 outside = 0xfffffff0u;
	try(outside);
	expect("fd_prestat_dir_name", raw_fd_prestat_dir_name(ROOT, outside, 1));
	try((u32)__builtin_wasm_memory_size(0) * 65536u - 3); /* across the end */
	puts(bad == 0 ? "every wild pointer was refused" : "some wild pointers were not refused");
	return bad != 0;
}
