package commands

import (
	"bufio"
	"errors"
	"io"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// chunk is how much of a stream is moved at once, and writeMost how much is written
// by one system call.
const (
	chunk     = 64 << 10
	writeMost = 256 << 10
)

// output is a buffered writer on an fd. An error of the fd ends the command
// with its one line, so nobody has to look at the results.
type output struct {
	*bufio.Writer
}

func newOutput(c *cmd, fd int) *output {
	return &output{newBuffered(&fdWriter{c: c, fd: fd, name: "write error"})}
}

// fdWriter writes to an fd; what fails ends the command.
type fdWriter struct {
	c    *cmd
	fd   int
	name string // what a message names
}

func (w *fdWriter) Write(p []byte) (int, error) {
	for done := 0; done < len(p); {
		n, err := w.c.fs.Write(w.fd, p[done:min(done+writeMost, len(p))])
		done += n
		if err != nil {
			w.c.writeFailed(w.name, err)
		}
	}
	return len(p), nil
}

// writeFailed ends the command for an error of writing. Nothing is said of a
// reader that has gone away.
func (c *cmd) writeFailed(name string, err error) {
	if !errors.Is(err, errno.EPIPE) {
		c.fs.Write(2, []byte(c.name+": "+name+": "+reason(err)+"\n"))
	}
	panic(exitCode(1))
}

// input is an open file to read. Before it waits for a pipe or a terminal, the
// command's own output is written, so that a pipeline shows what it has.
type input struct {
	c     *cmd
	fd    int
	name  string
	flush bool
	keep  bool // not to be closed: standard input
}

// open opens a file to read; "-" is standard input.
func (c *cmd) open(name string) (*input, error) {
	if name == "-" {
		if c.stdin == nil {
			c.stdin = &input{c: c, fd: 0, name: name, keep: true, flush: true}
			if st, err := c.fs.Fstat(0); err == nil {
				c.stdin.flush = st.Type != sys.TypeRegular
			}
		}
		return c.stdin, nil
	}
	fd, err := c.fs.Open(name, sys.ORead, 0)
	if err != nil {
		return nil, err
	}
	in := &input{c: c, fd: fd, name: name}
	st, err := c.fs.Fstat(fd)
	if err == nil && st.Type == sys.TypeDirectory {
		c.fs.Close(fd)
		return nil, errno.EISDIR
	}
	in.flush = err != nil || st.Type != sys.TypeRegular
	return in, nil
}

func (in *input) Read(p []byte) (int, error) {
	if in.flush {
		in.c.out.Flush()
	}
	return in.c.fs.Read(in.fd, p)
}

func (in *input) Close() error {
	if in.keep {
		return nil
	}
	return in.c.fs.Close(in.fd)
}

// create opens a file to write, empty.
func (c *cmd) create(name string, mode uint32) (*outFile, error) {
	fd, err := c.fs.Open(name, sys.OWrite|sys.OCreate|sys.OTrunc, mode)
	if err != nil {
		return nil, err
	}
	return &outFile{fdWriter{c: c, fd: fd, name: name}}, nil
}

// newBuffered is a buffer before w, which must not fail.
func newBuffered(w io.Writer) *bufio.Writer { return bufio.NewWriterSize(w, 32<<10) }

type outFile struct{ fdWriter }

func (f *outFile) Close() error { return f.c.fs.Close(f.fd) }

// finish closes the file. As with a write that fails, it ends the command if what was
// written is not there then.
func (f *outFile) finish() {
	if err := f.Close(); err != nil {
		f.c.writeFailed(f.name, err)
	}
}

// copyTo moves all of r to w in pieces of one chunk. It returns the error of
// reading; errors of writing end the command.
func (c *cmd) copyTo(w io.Writer, r io.Reader) error {
	buf := make([]byte, chunk)
	for {
		n, err := r.Read(buf)
		if n > 0 {
			if _, werr := w.Write(buf[:n]); werr != nil {
				return werr
			}
			c.work(4 * n)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// lines reads records that end in a delimiter, of any length.
type lines struct {
	r     *bufio.Reader
	delim byte
	long  []byte
}

func newLines(r io.Reader, delim byte) *lines {
	return &lines{r: bufio.NewReaderSize(r, chunk), delim: delim}
}

// next returns a record without its delimiter, and whether it had one. The slice
// is good until the next call. At the end the error is io.EOF.
func (l *lines) next() (line []byte, ended bool, err error) {
	line, err = l.r.ReadSlice(l.delim)
	if err == nil {
		return line[:len(line)-1], true, nil
	}
	l.long = l.long[:0]
	for err == bufio.ErrBufferFull {
		l.long = append(l.long, line...)
		line, err = l.r.ReadSlice(l.delim)
	}
	if len(l.long) > 0 {
		l.long = append(l.long, line...)
		line = l.long
	}
	switch {
	case err == nil:
		return line[:len(line)-1], true, nil
	case err == io.EOF && len(line) > 0:
		return line, false, nil
	}
	return nil, false, err
}

// eachLine calls f for the records of the file name until it returns false.
// It reports what goes wrong with the file, and whether all was well.
func (c *cmd) eachLine(name string, delim byte, f func(line []byte, ended bool) bool) bool {
	in, err := c.open(name)
	if err != nil {
		c.fileError(name, err)
		return false
	}
	defer in.Close()
	l := newLines(in, delim)
	for {
		line, ended, err := l.next()
		if err == io.EOF {
			return true
		}
		if err != nil {
			c.fileError(name, err)
			return false
		}
		c.tick()
		if !f(line, ended) {
			return true
		}
	}
}

// orStdin is files, or standard input if there are none.
func orStdin(files []string) []string {
	if len(files) == 0 {
		return []string{"-"}
	}
	return files
}

// record prints s with a newline or a NUL.
func (c *cmd) record(s string, zero bool) {
	c.out.WriteString(s)
	if zero {
		c.out.WriteByte(0)
	} else {
		c.out.WriteByte('\n')
	}
}
