package kernel_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

func TestMount(t *testing.T) {
	for _, test := range []struct {
		name, path string
		attr       sys.MountAttr
		errno      errno.Errno
		says       string
	}{
		{name: "tmp", path: "/d", attr: sys.MountAttr{Type: "tmp", Source: "none"}},
		{name: "read-only", path: "/d", attr: sys.MountAttr{Type: "tmp", Options: []string{"ro"}}},
		{name: "size", path: "/d", attr: sys.MountAttr{Type: "tmp", Options: []string{"size=4k"}}},
		{name: "no size", path: "/d", attr: sys.MountAttr{Type: "tmp", Options: []string{"size=4kk"}}, errno: errno.EINVAL, says: "no size"},
		{name: "no option", path: "/d", attr: sys.MountAttr{Type: "tmp", Options: []string{"x=1"}}, errno: errno.EINVAL, says: `no option "x"`},
		{name: "remount", path: "/d", attr: sys.MountAttr{Type: "tmp", Options: []string{"remount", "ro"}}, errno: errno.EINVAL, says: "unmount it"},
		{name: "no type", path: "/d", attr: sys.MountAttr{Type: "zzz"}, errno: errno.ENODEV, says: "there are"},
		{name: "no directory", path: "/f", attr: sys.MountAttr{Type: "tmp"}, errno: errno.ENOTDIR},
		{name: "nothing", path: "/none", attr: sys.MountAttr{Type: "tmp"}, errno: errno.ENOENT},
		{name: "the root", path: "/", attr: sys.MountAttr{Type: "tmp"}, errno: errno.EBUSY, says: "top of the tree"},
		{name: "broken", path: "/d", attr: sys.MountAttr{Type: "broken"}, errno: errno.EIO, says: "it is broken"},
	} {
		t.Run(test.name, func(t *testing.T) {
			k := boot(t)
			k.AddFSType("broken", func(context.Context, *kernel.Mount) (vfs.FS, error) {
				return nil, errno.Faultf(errno.EIO, "it is broken")
			})
			f := k.Init().Files()
			if err := errors.Join(f.MkdirAll("/d", 0o755), f.WriteFile("/f", nil, 0o644)); err != nil {
				t.Fatal(err)
			}
			err := f.Mount(test.path, &test.attr)
			if errno.Of(err) != test.errno || test.says != "" && !strings.Contains(err.Error(), test.says) {
				t.Fatalf("%v, want %v that says %q", err, test.errno, test.says)
			}
			table, _ := f.Mounts()
			if got := strings.Contains(table, " /d tmp "); got != (test.errno == 0) {
				t.Errorf("the table has %q", table)
			}
		})
	}
}

// closing is a file system that notes that it is closed.
type closing struct {
	*vfs.Mem
	closed chan struct{}
}

func (c closing) Close() error { close(c.closed); return nil }

func TestUnmount(t *testing.T) {
	k := boot(t)
	fs := closing{vfs.NewMem(vfs.MemOptions{}), make(chan struct{})}
	k.AddFSType("closing", func(context.Context, *kernel.Mount) (vfs.FS, error) { return fs, nil })
	k.AddFSType("on", func(_ context.Context, m *kernel.Mount) (vfs.FS, error) {
		_, err := m.Walk(m.Source)
		return vfs.NewMem(vfs.MemOptions{}), err
	})
	f := k.Init().Files()
	for _, dir := range []string{"/d", "/e"} {
		if err := f.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	refused := func(path string, want errno.Errno, says string) {
		t.Helper()
		err := f.Unmount(path)
		if errno.Of(err) != want || !strings.Contains(err.Error(), says) {
			t.Errorf("unmount %s: %v, want %s that says %q", path, err, want.Name(), says)
		}
	}
	done := func(err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
	refused("/", errno.EBUSY, "cannot be unmounted")
	refused("/dev", errno.EBUSY, "cannot be unmounted")
	refused("/proc", errno.EBUSY, "cannot be unmounted")
	refused("/d", errno.EINVAL, "nothing is mounted")
	done(f.Mount("/d", &sys.MountAttr{Type: "closing", Source: "x"}))
	fd, err := f.Open("/d/file", sys.OWrite|sys.OCreate, 0o644)
	done(err)
	refused("/d", errno.EBUSY, "a file of it open")
	done(f.Close(fd))
	done(f.Chdir("/d"))
	refused("/d", errno.EBUSY, "working directory")
	done(f.Chdir("/"))
	done(f.Mount("/e", &sys.MountAttr{Type: "on", Source: "/d/file"}))
	refused("/d", errno.EBUSY, "the mount of /d/file")
	done(f.Unmount("/e"))
	done(f.Unmount("/d"))
	<-fs.closed
}
