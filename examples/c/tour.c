/* tour takes the file system through its paces in the directory it is given
 * (the working directory by default), and prints what it saw. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void check(const char *what, int ok) {
	printf("%s: %s\n", what, ok ? "ok" : strerror(errno));
	if (!ok)
		exit(1);
}

static void put(const char *name, const char *text, const char *mode) {
	FILE *f = fopen(name, mode);
	check("open", f != NULL);
	check("write", fputs(text, f) >= 0 && fclose(f) == 0);
}

static void show(const char *name) {
	char buf[256];
	struct stat st;
	FILE *f = fopen(name, "r");
	check("open again", f != NULL && fstat(fileno(f), &st) == 0);
	size_t n = fread(buf, 1, sizeof buf - 1, f);
	buf[n] = '\0';
	fclose(f);
	printf("%s has %lld bytes in %d name(s): %s", name, (long long)st.st_size, (int)st.st_nlink, buf);
}

static int by_name(const struct dirent **a, const struct dirent **b) {
	return strcmp((*a)->d_name, (*b)->d_name);
}

int main(int argc, char **argv) {
	struct dirent **list;
	struct stat st;
	char target[256];
	if (argc > 1)
		check("chdir", chdir(argv[1]) == 0);
	check("mkdir", mkdir("tour", 0777) == 0);
	check("mkdir twice is refused", mkdir("tour", 0777) < 0 && errno == EEXIST);
	put("tour/a", "one\n", "w");
	put("tour/a", "two\n", "a");
	show("tour/a");
	check("link", link("tour/a", "tour/b") == 0);
	show("tour/b");
	check("rename", rename("tour/b", "tour/c") == 0);
	check("the old name is gone", stat("tour/b", &st) < 0 && errno == ENOENT);
	check("symlink", symlink("c", "tour/s") == 0);
	ssize_t n = readlink("tour/s", target, sizeof target - 1);
	check("readlink", n > 0);
	target[n] = '\0';
	check("lstat", lstat("tour/s", &st) == 0 && S_ISLNK(st.st_mode));
	printf("tour/s is a link to %s\n", target);
	check("truncate", truncate("tour/s", 4) == 0);
	show("tour/a");
	int count = scandir("tour", &list, NULL, by_name);
	check("scandir", count >= 0);
	for (int i = 0; i < count; i++)
		if (list[i]->d_name[0] != '.')
			printf("entry %s\n", list[i]->d_name);
	check("rmdir of a full directory is refused", rmdir("tour") < 0 && errno == ENOTEMPTY);
	int fd = open("tour/a", O_RDWR);
	check("unlink", unlink("tour/a") == 0 && unlink("tour/c") == 0 && unlink("tour/s") == 0);
	check("an open file outlives its names",
	      fd >= 0 && write(fd, "still", 5) == 5 && lseek(fd, 0, SEEK_SET) == 0 &&
	      read(fd, target, 5) == 5 && memcmp(target, "still", 5) == 0 && close(fd) == 0);
	check("rmdir", rmdir("tour") == 0);
	return 0;
}
