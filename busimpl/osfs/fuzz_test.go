package osfs_test

import (
	"errors"
	"io/fs"
	"sync"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/busimpl/osfs"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// answers are what a hostile file system says, read from bytes.
type answers struct {
	mu sync.Mutex
	b  []byte
}

func (a *answers) next(n int) []byte {
	a.mu.Lock()
	defer a.mu.Unlock()
	n = min(n, len(a.b))
	out := a.b[:n]
	a.b = a.b[n:]
	return out
}

// likely are answers that lead further.
var likely = []string{
	`{"Ok":null}`, `{"Ok":{"ft":{"dir":true},"len":0}}`, `{"Ok":{"ft":{"file":true},"len":5,"modified":18446744073709551615}}`,
	`{"Ok":{"data":[{"path":"/a","metadata":{"ft":{"file":true}}},{"path":"..","metadata":null},{"path":"","metadata":null}]}}`,
	`{"Err":"EntityNotFound"}`, "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", "\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00hi", "\x01\x00\x00\x00\x10\x00\x00\x00",
}

func (a *answers) ServeBus(in *bus.Incoming) {
	c := a.next(2)
	if len(c) < 2 {
		in.Fault(bus.CrateError(bus.CrateInvalidTopic, ""))
		return
	}
	body := []byte(likely[int(c[1])%len(likely)])
	switch c[0] % 8 {
	case 0:
		in.Reply(bus.FormatJSON, a.next(int(c[1])))
	case 1:
		in.Fault(bus.CrateError(bus.Crate(c[1]%20), "no"))
	case 2, 3, 4:
		in.Open(bus.FormatJSON, body, a)
	default:
		in.Reply(bus.FormatJSON, body)
	}
}

// FuzzServer mounts a file system whose package says anything.
func FuzzServer(f *testing.F) {
	for _, fuse := range []bool{true, false} {
		f.Add(fuse, []byte("\x02\x00\x05\x00\x05\x01\x05\x03\x05\x02\x02\x00\x02\x00\x05\x02\x05\x05\x05\x06\x05\x06\x05\x05"))
		f.Add(fuse, []byte("\x02\x00\x05\x00\x00\x05{\"Ok\"\x05\x04\x01\x08\x05\x07"))
		f.Add(fuse, []byte{})
	}
	f.Fuzz(func(t *testing.T, fuse bool, b []byte) {
		k := kernel.New(kernel.Config{})
		osfs.Register(k)
		k.Bus().Register("evil", &answers{b: b})
		files := k.Init().Files()
		typ := "bus"
		if fuse {
			typ = "fuse"
		}
		if err := files.Mkdir("/mnt", 0o755); err != nil {
			t.Fatal(err)
		}
		check := func(err error) {
			if _, ok := errors.AsType[*fs.PathError](err); err != nil && !ok {
				t.Errorf("an error of another kind: %v", err)
			}
		}
		if err := files.Mount("/mnt", &sys.MountAttr{Type: typ, Source: "evil"}); err == nil {
			_, err := files.Stat("/mnt/a")
			check(err)
			_, err = files.ReadDir("/mnt")
			check(err)
			_, err = files.ReadFile("/mnt/a")
			check(err)
			check(files.WriteFile("/mnt/b", []byte("text"), 0o644))
			check(files.Truncate("/mnt/a", 3))
			check(files.Rename("/mnt/a", "/mnt/c"))
			check(files.Unlink("/mnt/b"))
			files.Unmount("/mnt")
		}
		if err := k.Close(); err != nil {
			t.Error(err)
		}
		if u := k.Usage(); u.OpenFiles != 0 {
			t.Errorf("left: %+v", u)
		}
	})
}
