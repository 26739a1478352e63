package osprocess

import (
	"bytes"
	"io"
	"sync"

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

// serial runs functions one after another, in the order in which they came.
type serial struct {
	mu      sync.Mutex
	list    []func()
	cost    int // of those that have not begun
	running bool
}

// maxSerial is the cost that may wait.
const maxSerial = 1 << 20

// do runs fn after those before it; it reports whether there was room.
func (q *serial) do(cost int, fn func()) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.cost > 0 && q.cost+cost > maxSerial {
		return false
	}
	q.cost += cost
	q.list = append(q.list, func() {
		q.mu.Lock()
		q.cost -= cost
		q.mu.Unlock()
		fn()
	})
	if !q.running {
		q.running = true
		go q.run()
	}
	return true
}

func (q *serial) run() {
	for {
		q.mu.Lock()
		if len(q.list) == 0 {
			q.running = false
			q.mu.Unlock()
			return
		}
		fn := q.list[0]
		q.list = q.list[1:]
		q.mu.Unlock()
		fn()
	}
}
