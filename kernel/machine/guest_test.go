package machine_test

import (
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/engine/wasmtest"
	"github.com/bushel-wasm/bushel/kernel/machine"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

const goFiles = `package main
import ("bufio"; "fmt"; "io/fs"; "os"; "path/filepath"; "strings"; "time")
func check(err error) { if err != nil { fmt.Fprintln(os.Stderr, err); os.Exit(1) } }
func main() {
	wd, err := os.Getwd(); check(err)
	fmt.Println(wd, os.Args[1:], os.Getenv("KEY"))
	check(os.WriteFile("a.txt", []byte(strings.Repeat("text\n", 20000)), 0o644))
	check(os.Mkdir("d", 0o755))
	check(os.Rename("a.txt", "d/b.txt"))
	check(os.Symlink("d/b.txt", "l"))
	b, err := os.ReadFile("l"); check(err)
	fmt.Println(len(b))
	check(filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error { fmt.Print(p, " "); return err }))
	i, err := os.Stat("d/b.txt"); check(err)
	fmt.Println(i.Size(), i.Mode().IsRegular(), time.Since(i.ModTime()) < time.Hour)
	_, err = os.Stat("none"); fmt.Println(os.IsNotExist(err))
	start := time.Now()
	c := make(chan int); go func() { time.Sleep(20 * time.Millisecond); c <- 1 }(); <-c
	fmt.Println(time.Since(start) >= 20*time.Millisecond)
	check(os.RemoveAll("d")); check(os.Remove("l"))
	for s := bufio.NewScanner(os.Stdin); s.Scan(); { fmt.Println("in:", s.Text()) }
	os.Exit(5)
}`

const cFiles = `
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
static void check(int bad, const char *what) { if (bad) { perror(what); exit(1); } }
int main(int argc, char **argv) {
	FILE *f = fopen("a.txt", "w"); check(!f, "fopen");
	for (int i = 0; i < 20000; i++) fputs("text\n", f);
	check(fclose(f), "fclose");
	check(mkdir("d", 0755), "mkdir");
	check(rename("a.txt", "d/b.txt"), "rename");
	check(symlink("d/b.txt", "l"), "symlink");
	struct stat st; check(stat("l", &st), "stat");
	printf("%s %s %lld\n", argv[1], getenv("KEY"), (long long)st.st_size);
	check(stat("/work/d/b.txt", &st), "stat of the whole path");
	DIR *d = opendir("d"); check(!d, "opendir");
	for (struct dirent *e; (e = readdir(d));) printf("%s ", e->d_name);
	closedir(d);
	check(stat("none", &st) != -1 || errno != ENOENT, "none");
	check(unlink("d/b.txt"), "unlink"); check(rmdir("d"), "rmdir"); check(unlink("l"), "unlink");
	usleep(20000);
	struct pollfd p = {0, POLLIN, 0}; check(poll(&p, 1, 1000) != 1, "poll");
	char line[100]; while (fgets(line, sizeof line, stdin)) printf("in: %s", line);
	return 5;
}`

func TestFiles(t *testing.T) {
	tests := []struct {
		name string
		code func(t *testing.T) []byte
		want string
	}{
		{"go", func(t *testing.T) []byte { return wasmtest.BuildGo(t, "wasip1", goFiles) },
			"/work [arg] value\n100000\n. d d/b.txt l 100000 true true\ntrue\ntrue\nin: one\nin: two\n"},
		{"c", func(t *testing.T) []byte { return wasmtest.BuildC(t, cFiles) },
			"arg value 100000\n. .. b.txt in: one\nin: two\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			code := test.code(t)
			both(t, func(t *testing.T, k *kernel.Kernel) {
				install(t, k, "/prog.wasm", code)
				f := k.Init().Files()
				if err := f.Mkdir("/work", 0o777); err != nil {
					t.Fatal(err)
				}
				r, w, err := f.Pipe()
				if err != nil {
					t.Fatal(err)
				}
				pid, wait := spawn(t, k, sys.SpawnAttr{
					Path: "/prog.wasm", Argv: []string{"prog", "arg"}, Env: []string{"KEY=value"}, Cwd: "/work",
					FDs: [][2]uint32{{uint32(r), 0}},
				})
				if pid == 0 {
					t.Error("no pid")
				}
				if _, err := f.Write(w, []byte("one\ntwo\n")); err != nil {
					t.Fatal(err)
				}
				f.Close(w)
				got := wait()
				if got.out != test.want || got.err != "" || got.status != sys.Exited(5) {
					t.Errorf("%q, %q, %v; want %q and exit code 5", got.out, got.err, got.status, test.want)
				}
			})
		})
	}
}

func TestRefused(t *testing.T) {
	good := (&wasmtest.Module{Funcs: []wasmtest.Func{{Export: "_start"}}}).Bytes()
	tests := []struct {
		name string
		code []byte
		want string
		exit uint8
	}{
		{"go for js", wasmtest.BuildGo(t, "js", "package main\nfunc main() {}"),
			"prog.wasm: built with GOOS=js; runs in the page only (build it with GOOS=wasip1 to run it here)\n", 126},
		{"truncated", good[:len(good)-1], "prog.wasm: truncated or malformed module: ", 126},
		{"import", (&wasmtest.Module{Funcs: []wasmtest.Func{{Module: "env", Name: "foo"}, {Export: "_start"}}}).Bytes(),
			`prog.wasm: needs import "env"."foo" (function), which nothing here provides` + "\n", 126},
		{"trap", (&wasmtest.Module{Funcs: []wasmtest.Func{{Export: "_start", Body: []byte{0}}}}).Bytes(),
			"prog.wasm: trap: unreachable\n", 134},
		{"recursion", (&wasmtest.Module{Funcs: []wasmtest.Func{{Export: "_start", Body: wasmtest.Code(0x10, 0)}}}).Bytes(),
			"prog.wasm: trap: stack overflow\n", 134},
	}
	both(t, func(t *testing.T, k *kernel.Kernel) {
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				install(t, k, "/prog.wasm", test.code)
				_, wait := spawn(t, k, sys.SpawnAttr{Path: "/prog.wasm", Argv: []string{"prog.wasm"}})
				got := wait()
				if !strings.HasPrefix(got.err, test.want) || strings.Count(got.err, "\n") != 1 || got.status != sys.Exited(test.exit) {
					t.Errorf("%q, %v; want %q and exit code %d", got.err, got.status, test.want, test.exit)
				}
			})
		}
	})
}

// spinning is a program that reports that it runs by a byte to fd 1 and loops for ever.
func spinning() []byte {
	return (&wasmtest.Module{Pages: 1, Funcs: []wasmtest.Func{
		{Module: "wasi_snapshot_preview1", Name: "fd_write", Params: []byte{wasmtest.I32, wasmtest.I32, wasmtest.I32, wasmtest.I32}, Results: []byte{wasmtest.I32}},
		{Export: "_start", Body: wasmtest.Code(
			0x41, 12, 0x41, 1, 0x36, 2, 0, // a buffer of one byte
			0x41, 1, 0x41, 8, 0x41, 1, 0x41, 0, 0x10, 0, 0x1a,
			0x03, 0x40, 0x0c, 0, 0x0b)},
	}}).Bytes()
}

func TestKill(t *testing.T) {
	code := spinning()
	both(t, func(t *testing.T, k *kernel.Kernel) {
		install(t, k, "/spin.wasm", code)
		f := k.Init().Files()
		for _, sig := range []sys.Signal{sys.SIGINT, sys.SIGKILL} {
			t.Run(sig.Name(), func(t *testing.T) {
				r, w, err := f.Pipe()
				if err != nil {
					t.Fatal(err)
				}
				pid, err := f.Spawn(&sys.SpawnAttr{Path: "/spin.wasm", Argv: []string{"spin"}, FDs: [][2]uint32{{uint32(w), 1}}})
				if err != nil {
					t.Fatal(err)
				}
				f.Close(w)
				if n, err := f.Read(r, make([]byte, 1)); n != 1 || err != nil {
					t.Fatal(n, err)
				}
				if err := f.Kill(pid, sig); err != nil {
					t.Fatal(err)
				}
				if _, status, err := f.Wait(pid, 0); err != nil || status != sys.Signaled(sig) {
					t.Errorf("%v, %v; want signal %v", status, err, sig)
				}
				f.Close(r)
			})
		}
	})
}

func TestMemoryLimit(t *testing.T) {
	code := wasmtest.BuildC(t, `
#include <stdio.h>
#include <stdlib.h>
int main(void) {
	int n = 0;
	for (char *volatile p; n < 10000 && (p = malloc(1 << 20)); n++) *p = 1;
	printf("%d\n", n < 70);
	return 0;
}`)
	for _, interpreter := range []bool{false, true} {
		k := boot(t, machine.Config{Interpreter: interpreter, MemoryPages: 1024})
		install(t, k, "/eat.wasm", code)
		_, wait := spawn(t, k, sys.SpawnAttr{Path: "/eat.wasm", Argv: []string{"eat"}})
		if got := wait(); got.out != "1\n" || got.status != sys.Exited(0) {
			t.Errorf("interpreter %v: %q, %q, %v", interpreter, got.out, got.err, got.status)
		}
	}
}

func TestRunAgain(t *testing.T) {
	both(t, func(t *testing.T, k *kernel.Kernel) {
		for exit := range uint8(3) {
			m := wasmtest.Module{Funcs: []wasmtest.Func{
				{Module: "wasi_snapshot_preview1", Name: "proc_exit", Params: []byte{wasmtest.I32}},
				{Export: "_start", Body: wasmtest.Code(0x41, int(exit), 0x10, 0)},
			}}
			install(t, k, "/exit.wasm", m.Bytes()) // the same name with other contents
			for range 3 {
				_, wait := spawn(t, k, sys.SpawnAttr{Path: "/exit.wasm", Argv: []string{"exit"}})
				if got := wait(); got.status != sys.Exited(exit) {
					t.Errorf("%v, want exit code %d", got.status, exit)
				}
			}
		}
	})
}

// TestTrapLine checks that what is said of a trap is on a line of its own.
func TestTrapLine(t *testing.T) {
	code := (&wasmtest.Module{Pages: 1, Funcs: []wasmtest.Func{
		{Module: "wasi_snapshot_preview1", Name: "fd_write", Params: []byte{wasmtest.I32, wasmtest.I32, wasmtest.I32, wasmtest.I32}, Results: []byte{wasmtest.I32}},
		{Export: "_start", Body: wasmtest.Code(
			0x41, 0, 0x41, int32('x'), 0x36, 2, 0, // an x at 0
			0x41, 12, 0x41, 1, 0x36, 2, 0, // a buffer of one byte
			0x41, 2, 0x41, 8, 0x41, 1, 0x41, 16, 0x10, 0, 0x1a, 0)},
	}}).Bytes()
	both(t, func(t *testing.T, k *kernel.Kernel) {
		install(t, k, "/prog.wasm", code)
		_, wait := spawn(t, k, sys.SpawnAttr{Path: "/prog.wasm", Argv: []string{"prog"}})
		if got := wait(); got.err != "x\nprog: trap: unreachable\n" {
			t.Errorf("%q", got.err)
		}
	})
}
