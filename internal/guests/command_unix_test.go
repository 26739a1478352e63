//go:build unix

package guests

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestRun_background has a command end with what it has started, of which is seen that it writes no
// more to a pipe.
func TestRun_background(t *testing.T) {
	w, _ := shop(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	w.Background = ctx
	pipe := filepath.Join(w.Root, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		ended <- w.run(w.Root, nil, "sh", "-c", "yes >pipe; exit 0")
	}()
	f, err := os.Open(pipe)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := io.ReadFull(f, make([]byte, 2)); err != nil {
		t.Fatal(err)
	}
	cancel()
	err = <-ended
	if _, ok := errors.AsType[*CommandError](err); !ok {
		t.Errorf("error %v", err)
	}
	if _, err := io.Copy(io.Discard, f); err != nil {
		t.Error(err)
	}
	if err := w.run(w.Root, nil, "true"); !errors.Is(err, context.Canceled) {
		t.Errorf("one that begins afterwards: %v", err)
	}
}

// TestBuild_lockOfAnother has a build give up waiting for another process.
func TestBuild_lockOfAnother(t *testing.T) {
	other, _ := shop(t)
	unlock, err := other.lock()
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	ctx, cancel := context.WithCancel(context.Background())
	w := &Workshop{Root: other.Root, Out: other.Out, Background: ctx}
	cancel()
	if _, err := w.Build(copied()); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
