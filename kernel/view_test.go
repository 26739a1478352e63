package kernel_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// TestView starts programs of the kernel that are shown some directories only.
func TestView(t *testing.T) {
	type check func(t *testing.T, f *sys.Files)
	for _, test := range []struct {
		name  string
		dirs  []sys.PreopenDir
		cwd   string
		check check
	}{
		{"read-only", []sys.PreopenDir{{Path: "/work", Name: "/work", ReadOnly: true}}, "/work/sub", func(t *testing.T, f *sys.Files) {
			wantErr(t, "unlink", f.Unlink("/work/file"), errno.EROFS)
			wantErr(t, "write", f.WriteFile("../new", nil, 0o644), errno.EROFS)
			wantErr(t, "write into a mount below", f.WriteFile("/work/mnt/new", nil, 0o644), errno.EROFS)
			wantErr(t, "mkdir beside", f.Mkdir("/new", 0o755), errno.EROFS)
			if dir, err := f.Getcwd(); dir != "/work/sub" || err != nil {
				t.Errorf("cwd %q, %v", dir, err)
			}
		}},
		{"another name", []sys.PreopenDir{{Path: "/work", Name: "data"}}, "/work/sub", func(t *testing.T, f *sys.Files) {
			if data, err := f.ReadFile("/data/file"); string(data) != "contents" || err != nil {
				t.Errorf("%q, %v", data, err)
			}
			if dir, err := f.Getcwd(); dir != "/data/sub" || err != nil {
				t.Errorf("cwd %q, %v", dir, err)
			}
			if err := f.WriteFile("new", nil, 0o644); err != nil {
				t.Error(err)
			}
			list, err := f.ReadDir("/")
			var names []string
			for _, e := range list {
				names = append(names, e.Name)
			}
			if !slices.Equal(names, []string{"bin", "data", "dev"}) || err != nil {
				t.Errorf("%q, %v", names, err)
			}
		}},
		{"as the root", []sys.PreopenDir{{Path: "/work", Name: "/"}}, "/", func(t *testing.T, f *sys.Files) {
			if data, err := f.ReadFile("/file"); string(data) != "contents" || err != nil {
				t.Errorf("%q, %v", data, err)
			}
		}},
		{"one in another", []sys.PreopenDir{{Path: "/tmp", Name: "/w/sub"}, {Path: "/work", Name: "/w", ReadOnly: true}}, "/", func(t *testing.T, f *sys.Files) {
			wantErr(t, "write", f.WriteFile("/w/new", nil, 0o644), errno.EROFS)
			if err := f.WriteFile("/w/sub/new", nil, 0o644); err != nil {
				t.Error(err)
			}
		}},
		{"no way out", []sys.PreopenDir{{Path: "/work", Name: "/work"}}, "/", func(t *testing.T, f *sys.Files) {
			for _, path := range []string{"/secret", "/work/../secret", "/work/link", "../secret", "/work/up", "/proc/self/cwd/secret", "/dev/../secret"} {
				_, err := f.ReadFile(path)
				wantErr(t, path, err, errno.ENOENT)
			}
			wantErr(t, "mount", f.Mount("/work", &sys.MountAttr{Type: "tmp"}), errno.EPERM)
			wantErr(t, "unmount", f.Unmount("/work/mnt"), errno.EPERM)
			wantErr(t, "a program in /bin", f.Unlink("/bin/check"), errno.EROFS)
			if err := f.WriteFile("/dev/null", []byte("x"), 0); err != nil {
				t.Error(err)
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			k := boot(t)
			k.Register("check", func(p *kernel.Process) int {
				test.check(t, p.Files())
				if _, err := p.Files().Stat("/bin"); err != nil {
					return 0 // it has nothing to start
				}
				// What it starts is shown no more.
				pid, err := p.Files().Spawn(&sys.SpawnAttr{Argv: []string{"inner"}})
				if err == nil {
					_, _, err = p.Files().Wait(pid, 0)
				}
				if err != nil {
					t.Error(err)
				}
				return 0
			})
			k.Register("inner", func(p *kernel.Process) int {
				_, err := p.Files().Stat("/secret")
				wantErr(t, "a child's look at the secret", err, errno.ENOENT)
				return 0
			})
			f := k.Init().Files()
			err := errors.Join(
				f.MkdirAll("/work/sub", 0o755), f.MkdirAll("/work/mnt", 0o755), f.MkdirAll("/tmp", 0o755),
				f.WriteFile("/work/file", []byte("contents"), 0o644), f.WriteFile("/secret", nil, 0o644),
				f.Symlink("/secret", "/work/link"), f.Symlink("../secret", "/work/up"),
				f.Mount("/work/mnt", &sys.MountAttr{Type: "tmp", Source: "none"}))
			if err != nil {
				t.Fatal(err)
			}
			pid, err := f.Spawn(&sys.SpawnAttr{Argv: []string{"check"}, Dirs: test.dirs, Cwd: test.cwd})
			if err != nil {
				t.Fatal(err)
			}
			if status := wait(t, k, pid); status != 0 {
				t.Errorf("status %#x", status)
			}
			if err := f.Unmount("/work/mnt"); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestView_inUse(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	f.MkdirAll("/work", 0o755)
	k.Register("sleeper", sleeper)
	if err := f.Mount("/work", &sys.MountAttr{Type: "tmp", Source: "none"}); err != nil {
		t.Fatal(err)
	}
	pid, err := f.Spawn(&sys.SpawnAttr{Argv: []string{"sleeper"}, Dirs: []sys.PreopenDir{{Path: "/work", Name: "/w"}}})
	if err != nil {
		t.Fatal(err)
	}
	wantErr(t, "unmount of what another is shown", f.Unmount("/work"), errno.EBUSY)
	f.Kill(pid, sys.SIGKILL)
	wait(t, k, pid)
	if err := f.Unmount("/work"); err != nil {
		t.Error(err)
	}
	_, err = f.Spawn(&sys.SpawnAttr{Argv: []string{"sleeper"}, Dirs: []sys.PreopenDir{{Path: "/work", Name: "/w"}, {Path: "/dev", Name: "/w/none"}}})
	wantErr(t, "a view without a place", err, errno.ENOENT)
}
