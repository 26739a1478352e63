package bus_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
)

// wasiErrno is an error with a number.
type wasiErrno uint16

func (n wasiErrno) Error() string { return fmt.Sprintf("errno %d", uint16(n)) }
func (n wasiErrno) WASI() uint16  { return uint16(n) }

// broke is a file that fails, with what of it, as soon as it is told to.
type broke struct {
	now         chan struct{}
	read, write error
}

func (f *broke) Read([]byte) (int, error) {
	<-f.now
	return 0, f.read
}

func (f *broke) Write(p []byte) (int, error) { return len(p), f.write }
func (f *broke) Close() error                { return nil }

// TestFileConn_breaks has the file of a link fail under a call: whatever the file says, the callee
// is unavailable.
func TestFileConn_breaks(t *testing.T) {
	for _, tt := range []struct {
		name  string
		file  broke
		errno uint16
	}{
		{"its end", broke{read: io.EOF}, 0},
		{"a read that fails", broke{read: wasiErrno(71)}, 71},
		{"a write that fails", broke{write: wasiErrno(44)}, 44},
		{"an error of no number", broke{read: errors.New("gone")}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.file.now = make(chan struct{})
			c := bus.NewFileConn(&tt.file, bus.Options{})
			_, wait := bus.Begin(t.Context(), c.Package("p"), &bus.Request{Method: bus.MethodOf("t/1.X")})
			if tt.file.write == nil {
				close(tt.file.now)
			}
			_, err := wait()
			if bus.CodeOf(err) != bus.CodeUnavailable || bus.ErrorOf(err).CrateNumber() != bus.CrateAborted {
				t.Errorf("the call ends with %v", err)
			}
			if n := bus.ErrorOf(err).Errno; n != tt.errno {
				t.Errorf("the errno is %d, want %d", n, tt.errno)
			}
			if tt.file.write != nil {
				close(tt.file.now)
			}
		})
	}
}
