//go:build unix

package guests

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
)

// lock keeps other processes from building, until unlock is called. It waits for them, but
// not for longer than until Background is done.
func (w *Workshop) lock() (unlock func(), err error) {
	if err := os.MkdirAll(w.Out, 0o777); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(w.Out, ".lock"), os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return nil, err
	}
	release := func() { f.Close() }
	if w.Background == nil {
		if err := flock(f); err != nil {
			release()
			return nil, err
		}
		return release, nil
	}
	got := make(chan error, 1)
	go func() { got <- flock(f) }()
	select {
	case err = <-got:
	case <-w.Background.Done():
		// Who holds the lock ends the wait, or the end of this process does.
		go func() {
			<-got
			release()
		}()
		return nil, context.Cause(w.Background)
	}
	if err != nil {
		release()
		return nil, err
	}
	return release, nil
}

func flock(f *os.File) error {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		if err != syscall.EINTR {
			return err
		}
	}
}
