package kernel_test

import (
	"context"
	"testing"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// slowFS has one file, and answers when its gate is opened.
type slowFS struct {
	gate    chan struct{}
	arrived chan string // what is waited for
	top     *slowDir
	file    *slowFile
}

func newSlowFS(contents string) *slowFS {
	f := &slowFS{gate: make(chan struct{}), arrived: make(chan string, 64)}
	f.top = &slowDir{fs: f}
	f.file = &slowFile{fs: f, data: contents}
	return f
}

func (f *slowFS) Root() vfs.Dir { return f.top }
func (f *slowFS) Type() string  { return "slow" }
func (f *slowFS) MayWait() bool { return true }

func (f *slowFS) wait(ctx context.Context, what string) error {
	f.arrived <- what
	if ctx == nil {
		ctx = context.Background()
	}
	select {
	case <-f.gate:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

type slowDir struct {
	fs  *slowFS
	ctx context.Context
}

func (d *slowDir) WithContext(ctx context.Context) vfs.Node { return &slowDir{d.fs, ctx} }
func (d *slowDir) SetAttr(sys.SetAttr) error                { return errno.EROFS }
func (d *slowDir) Location() (vfs.Dir, string, error)       { return d.fs.top, "", nil }
func (d *slowDir) Parent() (vfs.Dir, error)                 { return d.fs.top, nil }

func (d *slowDir) Stat() (sys.Stat, error) {
	return sys.Stat{Type: sys.TypeDirectory, Mode: 0o755}, d.fs.wait(d.ctx, "stat")
}

func (d *slowDir) Lookup(name string) (vfs.Node, error) {
	if err := d.fs.wait(d.ctx, "lookup"); err != nil {
		return nil, err
	}
	if name == "file" {
		return d.fs.file, nil
	}
	return nil, errno.ENOENT
}

func (d *slowDir) ReadDir(cookie uint64, yield func(sys.DirEntry) bool) error {
	if err := d.fs.wait(d.ctx, "readdir"); err != nil {
		return err
	}
	if cookie == 0 {
		yield(sys.DirEntry{Cookie: 1, Type: sys.TypeRegular, Name: "file"})
	}
	return nil
}

type slowFile struct {
	fs   *slowFS
	ctx  context.Context
	data string
}

func (f *slowFile) WithContext(ctx context.Context) vfs.Node { return &slowFile{f.fs, ctx, f.data} }
func (f *slowFile) SetAttr(sys.SetAttr) error                { return errno.EROFS }
func (f *slowFile) WriteAt([]byte, int64) (int, error)       { return 0, errno.EROFS }
func (f *slowFile) Append([]byte) (int64, error)             { return 0, errno.EROFS }

func (f *slowFile) Stat() (sys.Stat, error) {
	return sys.Stat{Type: sys.TypeRegular, Mode: 0o755, Size: uint64(len(f.data))}, f.fs.wait(f.ctx, "stat")
}

func (f *slowFile) ReadAt(p []byte, off int64) (int, error) {
	if err := f.fs.wait(f.ctx, "read"); err != nil {
		return 0, err
	}
	return copy(p, f.data[min(int(off), len(f.data)):]), nil
}

// bootSlow is a kernel with a slow file system on /slow.
func bootSlow(t *testing.T, contents string) (*kernel.Kernel, *slowFS) {
	t.Helper()
	slow := newSlowFS(contents)
	k := boot(t)
	k.AddFSType("slow", func(context.Context, *kernel.Mount) (vfs.FS, error) { return slow, nil })
	f := k.Init().Files()
	if err := f.MkdirAll("/slow", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := f.Mount("/slow", &sys.MountAttr{Type: "slow", Source: "none"}); err != nil {
		t.Fatal(err)
	}
	return k, slow
}

func TestWaiting_startDoesNotWait(t *testing.T) {
	k, slow := bootSlow(t, "contents")
	if err := k.Init().Files().Symlink("slow/file", "/link"); err != nil {
		t.Fatal(err)
	}
	for _, r := range []sys.Request{
		{Op: sys.OpStat, Args: [6]uint64{sys.AtCwd}, Path: "/slow"},
		{Op: sys.OpStat, Args: [6]uint64{sys.AtCwd}, Path: "/slow/file"},
		{Op: sys.OpOpen, Args: [6]uint64{sys.AtCwd, uint64(sys.ORead)}, Path: "/link"},
		{Op: sys.OpOpen, Args: [6]uint64{sys.AtCwd, uint64(sys.OWrite | sys.OCreate)}, Path: "/slow/new"},
		{Op: sys.OpRename, Args: [6]uint64{sys.AtCwd, sys.AtCwd}, Path: "/slow/file", Data: []byte("/x")},
		{Op: sys.OpSpawn, Data: (&sys.SpawnAttr{Argv: []string{"/slow/file"}}).Append(nil)},
	} {
		t.Run(r.Op.String()+" "+r.Path, func(t *testing.T) {
			done := make(chan sys.Reply, 1)
			if k.Init().Start(&r, func(rep sys.Reply) { done <- rep }) {
				t.Fatalf("the call waited, or did not need the file system: %v", <-done)
			}
			<-slow.arrived
			if got, err := k.Init().Files().ReadFile("/bin/none"); err == nil {
				t.Errorf("%q", got)
			}
			for len(done) == 0 {
				select {
				case slow.gate <- struct{}{}:
				case <-slow.arrived:
				case rep := <-done:
					done <- rep
				}
			}
		})
	}
}

func TestWaiting_reads(t *testing.T) {
	k, slow := bootSlow(t, "contents")
	close(slow.gate)
	f := k.Init().Files()
	data, err := f.ReadFile("/slow/file")
	if string(data) != "contents" || err != nil {
		t.Errorf("%q, %v", data, err)
	}
	list, err := f.ReadDir("/slow")
	if len(list) != 1 || err != nil {
		t.Errorf("%v, %v", list, err)
	}
	if err := f.Chdir("/slow"); err != nil {
		t.Fatal(err)
	}
	if dir, err := f.Getcwd(); dir != "/slow" || err != nil {
		t.Errorf("%q, %v", dir, err)
	}
	if _, err := f.Stat("../slow/file"); err != nil {
		t.Error(err)
	}
	wantErr(t, "a write", f.WriteFile("file", nil, 0), errno.EROFS)
}

func TestWaiting_signalInterrupts(t *testing.T) {
	k, slow := bootSlow(t, "contents")
	ended := make(chan error, 1)
	p := start(t, k, func(p *kernel.Process) int {
		p.Catch(sys.SIGINT)
		_, err := p.Files().Stat("/slow/file")
		ended <- err
		return 0
	})
	<-slow.arrived
	p.Signal(sys.SIGINT)
	wantErr(t, "an interrupted look-up", <-ended, errno.EINTR)
	wait(t, k, p.PID())
}

func TestWaiting_killEnds(t *testing.T) {
	k, slow := bootSlow(t, "contents")
	p := start(t, k, func(p *kernel.Process) int {
		p.Files().ReadDir("/slow")
		t.Error("a killed process went on")
		return 0
	})
	<-slow.arrived
	p.Signal(sys.SIGKILL)
	if status := wait(t, k, p.PID()); status.Signal() != sys.SIGKILL {
		t.Errorf("status %v", status)
	}
}

func TestWaiting_programs(t *testing.T) {
	k, slow := bootSlow(t, "#!builtin seven\n")
	close(slow.gate)
	k.Register("seven", quit(7))
	pid, err := k.Init().Files().Spawn(&sys.SpawnAttr{Argv: []string{"/slow/file"}})
	if err != nil {
		t.Fatal(err)
	}
	if code := wait(t, k, pid).Code(); code != 7 {
		t.Errorf("code %d", code)
	}
}
