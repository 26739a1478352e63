package osfs_test

import (
	"context"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/busimpl/osfs"
	"github.com/bushel-wasm/bushel/examples/go/tree/memory"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs/vfstest"
)

// boot is a kernel that knows the types.
func boot(t *testing.T) (*kernel.Kernel, *sys.Files) {
	t.Helper()
	k := kernel.New(kernel.Config{})
	t.Cleanup(func() { k.Close() })
	osfs.Register(k)
	f := k.Init().Files()
	if err := f.Mkdir("/mnt", 0o755); err != nil {
		t.Fatal(err)
	}
	return k, f
}

// serve has a process of k serve the package name.
func serve(t *testing.T, k *kernel.Kernel, name string, h bus.Handler) *kernel.Process {
	t.Helper()
	ready := make(chan error, 1)
	p, err := k.Init().Fork(func(p *kernel.Process) int {
		conn, err := p.Bus(bus.Options{Handler: h})
		if err == nil {
			err = conn.Listen(p.Context(), name, 0)
		}
		ready <- err
		<-p.Context().Done()
		return 0
	}, kernel.ForkAttr{Argv: []string{name}, FDs: [][2]uint32{}})
	if err == nil {
		err = <-ready
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// mounted is a kernel with a tree in memory on /mnt, and the process that serves it.
func mounted(t *testing.T, options ...string) (*kernel.Kernel, *sys.Files, *kernel.Process) {
	t.Helper()
	k, f := boot(t)
	p := serve(t, k, "tree", bus.NewServer(memory.Service(memory.New())))
	if err := f.Mount("/mnt", &sys.MountAttr{Type: "bus", Source: "tree", Options: options}); err != nil {
		t.Fatal(err)
	}
	return k, f, p
}

func TestBus_conformance(t *testing.T) {
	vfstest.Run(t, func(t *testing.T) vfstest.FS {
		k, _, _ := mounted(t)
		fs, err := vfstest.Namespaced(k.FS(), "/mnt")
		if err != nil {
			t.Fatal(err)
		}
		return fs
	}, vfstest.Options{OneName: true, Root: true})
}

func TestBus_moduleDies(t *testing.T) {
	k, f, p := mounted(t)
	if err := f.WriteFile("/mnt/file", []byte("text"), 0o644); err != nil {
		t.Fatal(err)
	}
	fd, err := f.Open("/mnt/file", sys.ORead, 0)
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 8)
	if n, err := f.Read(fd, buf); string(buf[:n]) != "text" || err != nil {
		t.Fatalf("%q, %v", buf[:n], err)
	}
	p.Signal(sys.SIGKILL)
	if _, err := f.Stat("/mnt/file"); errno.Of(err) != errno.EIO {
		t.Errorf("to look at a file: %v", err)
	}
	if _, err := f.ReadAt(fd, buf, 0); errno.Of(err) != errno.EIO {
		t.Errorf("to read an open file: %v", err)
	}
	// It comes back, with nothing in it.
	serve(t, k, "tree", bus.NewServer(memory.Service(memory.New())))
	if _, err := f.Stat("/mnt/file"); errno.Of(err) != errno.ENOENT {
		t.Errorf("to look for a file of the one before: %v", err)
	}
	if err := f.WriteFile("/mnt/new", []byte("more"), 0o644); err != nil {
		t.Error(err)
	}
	if err := f.Close(fd); err != nil {
		t.Error(err)
	}
	if err := f.Unmount("/mnt"); err != nil {
		t.Error(err)
	}
}

// TestBus_silence: a module that does not answer is an error, and holds up nobody else.
func TestBus_silence(t *testing.T) {
	k, f := boot(t)
	silent := false
	tree := bus.NewServer(memory.Service(memory.New()))
	serve(t, k, "tree", bus.HandlerFunc(func(in *bus.Incoming) {
		tree.ServeBus(in)
		if silent {
			in.Handle(bus.HandlerFunc(func(*bus.Incoming) {}))
		}
	}))
	silent = true
	if err := f.Mount("/mnt", &sys.MountAttr{Type: "bus", Source: "tree", Options: []string{"timeout=20ms"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Stat("/mnt/x"); errno.Of(err) != errno.EIO {
		t.Errorf("%v", err)
	}
}

// TestBus_interrupted: a process that waits for a silent module can be ended.
func TestBus_interrupted(t *testing.T) {
	k, f := boot(t)
	asked := make(chan bool, 8)
	serve(t, k, "tree", bus.HandlerFunc(func(in *bus.Incoming) {
		in.Open(bus.FormatCBOR, nil, bus.HandlerFunc(func(*bus.Incoming) { asked <- true }))
	}))
	if err := f.Mount("/mnt", &sys.MountAttr{Type: "bus", Source: "tree"}); err != nil {
		t.Fatal(err)
	}
	p, err := k.Init().Fork(func(p *kernel.Process) int {
		p.Files().Stat("/mnt/x")
		return 0
	}, kernel.ForkAttr{})
	if err != nil {
		t.Fatal(err)
	}
	<-asked
	p.Signal(sys.SIGTERM)
	if _, status, err := f.Wait(p.PID(), 0); status.Signal() != sys.SIGTERM || err != nil {
		t.Errorf("%v, %v", status, err)
	}
}

func TestMount_errors(t *testing.T) {
	for _, test := range []struct {
		name string
		attr sys.MountAttr
		want errno.Errno
	}{
		{"no package", sys.MountAttr{Type: "bus"}, errno.EINVAL},
		{"no such package", sys.MountAttr{Type: "bus", Source: "nobody"}, errno.EIO},
		{"no such package of the other type", sys.MountAttr{Type: "fuse", Source: "nobody"}, errno.EIO},
		{"another service", sys.MountAttr{Type: "bus", Source: "greeter"}, errno.ENOTSUP},
		{"another service of the other type", sys.MountAttr{Type: "fuse", Source: "greeter"}, errno.ENOTSUP},
		{"no time", sys.MountAttr{Type: "bus", Source: "greeter", Options: []string{"timeout=soon"}}, errno.EINVAL},
	} {
		t.Run(test.name, func(t *testing.T) {
			k, f := boot(t)
			serve(t, k, "greeter", bus.NewServer())
			if err := f.Mount("/mnt", &test.attr); errno.Of(err) != test.want {
				t.Errorf("%v, want %s", err, test.want.Name())
			}
		})
	}
}

// TestBus_lies: what a module says that cannot be is an error, and nothing else.
func TestBus_lies(t *testing.T) {
	answers := []struct {
		name string
		with func(in *bus.Incoming)
	}{
		{"nothing", func(in *bus.Incoming) { in.Reply(bus.FormatCBOR, nil) }},
		{"no CBOR", func(in *bus.Incoming) { in.Reply(bus.FormatCBOR, []byte{0xff}) }},
		{"another format", func(in *bus.Incoming) { in.Reply(bus.FormatJSON, []byte("{}")) }},
		{"a list", func(in *bus.Incoming) { in.Reply(bus.FormatCBOR, []byte{0x80}) }},
		{"an object", func(in *bus.Incoming) { in.Open(bus.FormatCBOR, nil, nil) }},
		{"a panic", func(in *bus.Incoming) {
			bus.Go(func(context.Context, *bus.Incoming) error { panic("bug") }).ServeBus(in)
		}},
	}
	for _, test := range answers {
		t.Run(test.name, func(t *testing.T) {
			k, f := boot(t)
			serve(t, k, "tree", bus.HandlerFunc(func(in *bus.Incoming) {
				in.Open(bus.FormatCBOR, nil, bus.HandlerFunc(test.with))
			}))
			if err := f.Mount("/mnt", &sys.MountAttr{Type: "bus", Source: "tree"}); err != nil {
				t.Fatal(err)
			}
			if _, err := f.Stat("/mnt/x"); errno.Of(err) != errno.EIO {
				t.Errorf("stat: %v", err)
			}
			if _, err := f.ReadDir("/mnt"); errno.Of(err) != errno.EIO {
				t.Errorf("list: %v", err)
			}
			if err := f.Unmount("/mnt"); err != nil {
				t.Error(err)
			}
		})
	}
}
