package commands

import (
	"errors"
	"io"
	"strconv"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

var ncSpec = spec{name: "nc", synopsis: "[OPTION]... [HOST] PORT", run: runNc, help: `
Connect to a port on which another process listens, or listen there: standard input is
sent, what comes is printed. The network is the kernel's own: the only HOST is localhost.
  -l          listen for a connection   -k  and for another after it
  -p PORT     the port to listen on
  -w SECONDS  end when nothing has come or gone for so long
  -z          only see whether somebody listens
  -v          say what happens`}

func runNc(c *cmd) int {
	f := c.flags()
	var listen, keep, scan, verbose bool
	port, wait := -1, -1
	f.bool(&listen, "l|listen")
	f.bool(&keep, "k|keep-open")
	f.bool(&scan, "z")
	f.bool(&verbose, "v|verbose")
	f.int(&port, "p|source-port")
	f.int(&wait, "w|wait")
	f.ignore("N|n|4|6|t")
	args := f.parse()
	host := "localhost"
	if n := len(args); n > 0 && (n == 2 || !listen || port < 0) {
		port = c.port(args[n-1])
		args = args[:n-1]
	}
	if len(args) == 1 {
		host = args[0]
		args = args[1:]
	}
	if len(args) > 0 || port < 0 {
		c.usageError(1, "a port is needed")
	}
	if !sys.IsLoopback(host) {
		c.fail(1, "%s: no such host (there is only localhost)", host)
	}
	idle := time.Duration(-1)
	if wait > 0 {
		idle = time.Duration(wait) * time.Second
	}
	say := func(format string, args ...any) {
		if verbose {
			c.errorf(format, args...)
		}
	}
	if listen {
		fd, bound, err := c.fs.Listen(port, 128)
		if err != nil {
			c.fail(1, "port %d: %s", port, reason(err))
		}
		say("listening on port %d", bound)
		for {
			conn, from, err := c.fs.Accept(fd, 0)
			if err != nil {
				c.fail(1, "accept: %s", reason(err))
			}
			if !keep {
				c.fs.Close(fd)
			}
			say("connection from port %d", from)
			code := c.pump(conn, idle)
			c.fs.Close(conn)
			if !keep {
				return code
			}
		}
	}
	conn, err := c.fs.Connect(port, 0)
	if err != nil {
		c.fail(1, "connect to %s port %d: %s", host, port, reason(err))
	}
	say("connected to %s port %d", host, port)
	if scan {
		return 0
	}
	return c.pump(conn, idle)
}

// port is the number of a port, or the end of the run.
func (c *cmd) port(s string) int {
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil {
		c.fail(1, "%s: no port (a number below 65536)", s)
	}
	return int(n)
}

// pump copies standard input to the connection and the connection to standard output,
// until both are at their ends or the other end is gone. The end of the input is passed on.
func (c *cmd) pump(conn int, idle time.Duration) int {
	if err := c.fs.SetFDFlags(conn, sys.ONonblock); err != nil {
		c.fail(1, "%s", reason(err))
	}
	buf := make([]byte, chunk)
	var unsent []byte
	sending, receiving := true, true
	for sending || receiving || len(unsent) > 0 {
		list := []sys.PollFD{{FD: uint32(conn)}}
		if receiving {
			list[0].Events |= sys.PollIn
		}
		switch {
		case len(unsent) > 0:
			list[0].Events |= sys.PollOut
		case sending:
			list = append(list, sys.PollFD{FD: 0, Events: sys.PollIn})
		}
		n, err := c.fs.Poll(list, idle)
		switch {
		case errors.Is(err, errno.EINTR):
			continue
		case err != nil:
			c.fail(1, "%s", reason(err))
		case n == 0:
			return 0
		case !receiving && list[0].Revents&sys.PollHup != 0:
			return 0
		}
		if receiving && list[0].Revents&^sys.PollOut != 0 {
			n, err := c.fs.Read(conn, buf)
			c.out.Write(buf[:n])
			c.out.Flush()
			if err == io.EOF {
				receiving = false
			} else if err != nil && !errors.Is(err, errno.EAGAIN) {
				c.fail(1, "%s", reason(err))
			}
		}
		switch {
		case len(unsent) > 0:
			n, err := c.fs.Write(conn, unsent)
			unsent = unsent[n:]
			if err != nil && !errors.Is(err, errno.EAGAIN) {
				c.fail(1, "%s", reason(err))
			}
		case len(list) > 1 && list[1].Revents != 0:
			n, err := c.fs.Read(0, buf)
			unsent = append([]byte(nil), buf[:n]...)
			sending = err == nil
		}
		if !sending && len(unsent) == 0 {
			// What is shut already, or by the other end, needs no more.
			_ = c.fs.Shutdown(conn, sys.ShutWrite)
		}
	}
	return 0
}
