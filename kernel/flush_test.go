package kernel_test

import (
	"context"
	"testing"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// refusing is a file system with one file, "f", which has no room for what it is given,
// as is known when that is put in its place.
type refusing struct {
	*vfs.Mem
	file *refusingFile
}

type refusingDir struct {
	vfs.Dir
	file *refusingFile
}

type refusingFile struct {
	vfs.File
	released chan struct{}
}

func (r refusing) Root() vfs.Dir                           { return refusingDir{r.Mem.Root(), r.file} }
func (r refusing) MayWait() bool                           { return true }
func (d refusingDir) Lookup(name string) (vfs.Node, error) { return d.file, nil }
func (*refusingFile) Flush() error                         { return errno.Faultf(errno.ENOSPC, "the disk is full") }
func (*refusingFile) Hold()                                {}
func (f *refusingFile) Release()                           { f.released <- struct{}{} }

func TestClose_tellsWhatBecameOfWrites(t *testing.T) {
	k := boot(t)
	released := make(chan struct{}, 1)
	k.AddFSType("refusing", func(context.Context, *kernel.Mount) (vfs.FS, error) {
		mem := vfs.NewMem(vfs.MemOptions{})
		f, err := mem.Root().(vfs.MutableDir).Create("f", 0o666)
		return refusing{mem, &refusingFile{f, released}}, err
	})
	f := k.Init().Files()
	if err := f.Mkdir("/d", 0o777); err != nil {
		t.Fatal(err)
	}
	if err := f.Mount("/d", &sys.MountAttr{Type: "refusing"}); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		flags sys.OpenFlag
		want  errno.Errno
	}{
		{"to read", sys.ORead, 0},
		{"to write", sys.OWrite, errno.ENOSPC},
		{"both", sys.ORead | sys.OWrite, errno.ENOSPC},
	} {
		t.Run(test.name, func(t *testing.T) {
			fd, err := f.Open("/d/f", test.flags, 0)
			if err != nil {
				t.Fatal(err)
			}
			err = f.Close(fd)
			if errno.Of(err) != test.want {
				t.Errorf("close says %v", err)
			}
			if test.want != 0 && errno.Why(err) != "the disk is full" {
				t.Errorf("it says %q", errno.Why(err))
			}
			<-released
			if err := f.Close(fd); errno.Of(err) != errno.EBADF {
				t.Errorf("the second close says %v", err)
			}
		})
	}
}
