package main

import (
	"errors"
	"io"
	"sync"
)

// mostData is the longest file that is played, in bytes.
const mostData = 512 << 20

// intake collects a file as it comes, so that what has come can be played, and gone back to.
type intake struct {
	mu   sync.Mutex
	more sync.Cond
	data []byte
	done bool
	err  error // that it ended with, if done
}

// newIntake reads r to its end, and closes it.
func newIntake(r io.ReadCloser) *intake {
	in := &intake{}
	in.more.L = &in.mu
	go in.fill(r)
	return in
}

func (in *intake) fill(r io.ReadCloser) {
	defer r.Close()
	b := make([]byte, 64<<10)
	for {
		n, err := r.Read(b)
		in.mu.Lock()
		in.data = append(in.data, b[:n]...)
		if len(in.data) > mostData {
			err = errors.New("it is too long")
		}
		if err != nil {
			in.done = true
			if err != io.EOF {
				in.err = err
			}
		}
		in.more.Broadcast()
		in.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// atLeast waits for n bytes, or all that there are, and returns what has come.
func (in *intake) atLeast(n int) []byte {
	in.mu.Lock()
	defer in.mu.Unlock()
	for len(in.data) < n && !in.done {
		in.more.Wait()
	}
	return in.data
}

// whole is all of it, if it has come.
func (in *intake) whole() ([]byte, bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.data, in.done && in.err == nil
}

// cursor reads an intake from a place on, and waits for what has not come.
type cursor struct {
	in *intake
	at int
}

// Read implements io.Reader.
func (c *cursor) Read(b []byte) (int, error) {
	data := c.in.atLeast(c.at + 1)
	if c.at >= len(data) {
		if c.in.err != nil {
			return 0, c.in.err
		}
		return 0, io.EOF
	}
	n := copy(b, data[c.at:])
	c.at += n
	return n, nil
}
