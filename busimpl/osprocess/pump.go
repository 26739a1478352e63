package osprocess

import (
	"bytes"
	"io"

	"github.com/bushel-wasm/bushel/bus"
)

// pumpSize is how much is read of a child's output at a time.
const pumpSize = 32 << 10

// feed writes what the caller sends to the child's standard input, until either has enough.
func (c *child) feed(st *bus.Stream) {
	defer c.files.Close(c.ours[0])
	if _, err := io.Copy(c.files.File(c.ours[0]), struct{ io.Reader }{st}); err != nil {
		st.Stop()
	}
}

// drain hands what the child prints to to, until either has ended.
func (c *child) drain(fd int, to func(p []byte) error) error {
	defer c.files.Close(c.ours[fd])
	buf := make([]byte, pumpSize)
	for {
		n, err := c.files.Read(c.ours[fd], buf)
		if n > 0 {
			if err := to(buf[:n]); err != nil {
				return err
			}
		}
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}

// maxLogLine is the longest line that goes to the log in one piece.
const maxLogLine = 4 << 10

// record hands what the child prints to log, line by line.
func (c *child) record(fd int, log func(pid int, line string)) {
	var rest []byte
	_ = c.drain(fd, func(p []byte) error {
		rest = append(rest, p...)
		for {
			i := bytes.IndexByte(rest, '\n')
			switch {
			case i >= 0:
				log(c.pid, string(rest[:i]))
				rest = rest[i+1:]
			case len(rest) >= maxLogLine:
				log(c.pid, string(rest[:maxLogLine]))
				rest = rest[maxLogLine:]
			default:
				return nil
			}
		}
	})
	if len(rest) > 0 {
		log(c.pid, string(rest))
	}
}
