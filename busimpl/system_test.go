package busimpl_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// bin has small programs of the kernel for others to start.
func bin(k *kernel.Kernel) {
	k.Register("echo", func(p *kernel.Process) int {
		p.Stdout().WriteString(strings.Join(p.Args()[1:], " ") + "\n")
		return 0
	})
	k.Register("upper", func(p *kernel.Process) int {
		buf := make([]byte, 100)
		for {
			n, err := p.Stdin().Read(buf)
			if n == 0 || err != nil {
				p.Stderr().WriteString("end\n")
				return 5
			}
			p.Stdout().WriteString(strings.ToUpper(string(buf[:n])))
		}
	})
	k.Register("lives", func(p *kernel.Process) int {
		p.Stdout().WriteString("alive\n")
		<-p.Context().Done()
		return 0
	})
}

// TestCrates_process has the crates' programs start others.
func TestCrates_process(t *testing.T) {
	tests := []struct{ name, line, stdin, want string }{
		{"a program", "run echo a|b c", "", "started\nout: a|b c\nexit 0\n"},
		{"with standard input", "run upper", "text", "started\nwrote 4\nout: TEXT\nerr: end\nexit 5\n"},
		{"killed", "kill lives", "", "started\nout: alive\nexit 137\n"},
		{"left", "leave lives", "", "started\nout: alive\n"},
	}
	for _, engine := range []string{"compiler", "interpreter"} {
		t.Run(engine, func(t *testing.T) {
			k := boot(t, engine == "interpreter", "spawn", "old-spawn")
			bin(k)
			for _, program := range []string{"spawn", "old-spawn"} {
				for _, test := range tests {
					t.Run(program+" "+test.name, func(t *testing.T) {
						p := start(t, k, program+" "+test.line)
						if test.stdin != "" {
							p.type_(test.stdin)
						}
						want := test.want
						if program == "old-spawn" {
							want = strings.Replace(want, "wrote 4\n", "", 1) // its answer has no number
						}
						// What happens at once is printed in any order.
						if out, _ := p.finish(); sorted(out) != sorted(want) {
							t.Errorf("%q, want %q", out, want)
						}
						for _, i := range k.Processes() {
							if len(i.Command) > 0 && i.Command[0] == "lives" && i.State != "Z" {
								t.Errorf("process %d is left", i.PID)
							}
						}
					})
				}
			}
		})
	}
}

// sorted is text with its lines in order.
func sorted(text string) string {
	lines := strings.SplitAfter(text, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// TestCrates_fuse mounts what the crate's program serves.
func TestCrates_fuse(t *testing.T) {
	for _, engine := range []string{"compiler", "interpreter"} {
		t.Run(engine, func(t *testing.T) {
			k := boot(t, engine == "interpreter", "tree", "old-tree")
			for _, pkg := range []string{"tree", "old-tree"} {
				t.Run(pkg, func(t *testing.T) { checkTree(t, k, "fuse", pkg, "hello from Rust\n") })
			}
		})
	}
}

// checkTree mounts a package, in which there is a file hello.txt if hello is not empty.
func checkTree(t *testing.T, k *kernel.Kernel, typ, pkg, hello string) {
	f := k.Init().Files()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(f.MkdirAll("/mnt", 0o755))
	must(f.Mount("/mnt", &sys.MountAttr{Type: typ, Source: pkg, Options: []string{"name=memory", "timeout=60s"}}))
	if hello != "" {
		if data, err := f.ReadFile("/mnt/hello.txt"); string(data) != hello || err != nil {
			t.Errorf("%q, %v", data, err)
		}
	}
	big := []byte(strings.Repeat("0123456789", 60_000))
	must(f.Mkdir("/mnt/d", 0o755))
	must(f.WriteFile("/mnt/d/big", big, 0o644))
	if data, err := f.ReadFile("/mnt/d/big"); string(data) != string(big) || err != nil {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	fd, err := f.Open("/mnt/d/big", sys.OWrite|sys.OAppend, 0)
	must(err)
	_, err = f.Write(fd, []byte("more"))
	must(err)
	must(f.Close(fd))
	must(f.Truncate("/mnt/d/big", 600_002))
	if st, err := f.Stat("/mnt/d/big"); st.Size != 600_002 || st.Type != sys.TypeRegular || err != nil {
		t.Errorf("%+v, %v", st, err)
	}
	must(f.Rename("/mnt/d/big", "/mnt/small"))
	var names []string
	entries, err := f.ReadDir("/mnt")
	must(err)
	for _, e := range entries {
		names = append(names, e.Name)
	}
	want := "d small"
	if hello != "" {
		want = "d hello.txt small"
	}
	if got := strings.Join(names, " "); got != want {
		t.Errorf("there are %s, want %s", got, want)
	}
	must(f.WriteFile("/mnt/d/x", nil, 0o644))
	for _, test := range []struct {
		name string
		do   func() error
		want errno.Errno
	}{
		{"a file that is none", func() error { _, err := f.Stat("/mnt/none"); return err }, errno.ENOENT},
		{"to remove a directory with a file", func() error { return f.Rmdir("/mnt/d") }, errno.ENOTEMPTY},
		{"to make a directory that is there", func() error { return f.Mkdir("/mnt/d", 0o755) }, errno.EEXIST},
		{"to remove a directory as a file", func() error { return f.Unlink("/mnt/d") }, errno.EISDIR},
		{"a file as a directory", func() error { _, err := f.Stat("/mnt/small/x"); return err }, errno.ENOTDIR},
	} {
		if err := test.do(); errno.Of(err) != test.want {
			t.Errorf("%s: %v, want %s", test.name, err, test.want.Name())
		}
	}
	must(f.Unlink("/mnt/d/x"))
	must(f.Rmdir("/mnt/d"))
	must(f.Unlink("/mnt/small"))
	must(f.Unmount("/mnt"))
}

// TestMount_path mounts what a module serves that is along the PATH of who mounts alone, also
// after the module has died.
func TestMount_path(t *testing.T) {
	k := boot(t, false, "old-tree")
	k.Register("mounter", func(p *kernel.Process) int {
		if err := p.Files().Mount("/mnt", &sys.MountAttr{Type: "fuse", Source: "forest", Options: []string{"timeout=60s"}}); err != nil {
			t.Error(err)
			return 1
		}
		return 0
	})
	f := k.Init().Files()
	for _, dir := range []string{"/mnt", "/opt"} {
		if err := f.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Rename("/bin/old-tree.wasm", "/opt/forest.wasm"); err != nil {
		t.Fatal(err)
	}
	if err := f.Mount("/mnt", &sys.MountAttr{Type: "fuse", Source: "forest"}); err == nil {
		t.Error("it is found without a PATH")
	}
	pid, err := f.Spawn(&sys.SpawnAttr{Path: "/bin/mounter", Argv: []string{"mounter"}, Cwd: "/", Env: []string{"PATH=/usr/bin:/opt"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, status, err := f.Wait(pid, 0); status != sys.Exited(0) || err != nil {
		t.Fatalf("%v, %v", status, err)
	}
	for range 2 {
		data, err := f.ReadFile("/mnt/hello.txt")
		for errno.Of(err) == errno.EIO && t.Context().Err() == nil { // until its end is known
			data, err = f.ReadFile("/mnt/hello.txt")
		}
		if string(data) != "hello from Rust\n" || err != nil {
			t.Errorf("%q, %v", data, err)
		}
		for _, p := range k.Bus().Packages() {
			for _, pid := range p.PIDs {
				if p.Name == "forest" {
					f.Kill(int(pid), sys.SIGKILL)
				}
			}
		}
	}
}
