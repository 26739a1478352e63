package shell

import "strconv"

func mapfile(c *call) int {
	sh := c.sh
	opts, rest, ok := c.options("d:n:O:s:tu:C:c:")
	if !ok {
		return 2
	}
	name := "MAPFILE"
	if len(rest) > 0 {
		name = rest[0]
	}
	if !validName(name) {
		return c.fail("`%s': not a valid identifier", name)
	}
	number := func(l byte, preset int) int {
		n, err := strconv.Atoi(opts[l])
		if err != nil {
			return preset
		}
		return n
	}
	count, origin, skipped, fd := number('n', 0), number('O', -1), number('s', 0), number('u', 0)
	delim := delimiter(opts)
	trim := opts.has('t')
	if sh.fd(fd) < 0 {
		return c.fail("%d: invalid file descriptor: %s", fd, errClosed)
	}
	name, _ = sh.deref(name)
	v, err := sh.writable(name)
	if err != nil {
		return c.fail("%s", message(err))
	}
	if origin < 0 {
		v.kind, v.str, v.arr, v.set = indexed, "", array{}, true
		origin = 0
	}
	v.toIndexed()
	r := newLineReader(sh, sh.fd(fd))
	defer r.close()
	if count == 0 && !r.seekable { // all of it: no reader comes after us
		r.buf = make([]byte, 4096)
	}
	for n := 0; count == 0 || n < count; {
		line, err := r.whole(delim)
		if err != nil && len(line) == 0 {
			break
		}
		if err == nil && !trim {
			line = append(line, delim)
		}
		if skipped > 0 {
			skipped--
			continue
		}
		v.arr.put(origin+n, string(line), sh.work)
		n++
		if err != nil {
			break
		}
	}
	return 0
}

// whole reads a line as it stands, without its delimiter; with an error, what came before it.
func (r *lineReader) whole(delim byte) (line []byte, err error) {
	for {
		b, err := r.next()
		if err != nil || b == delim {
			return line, err
		}
		line = append(line, b)
	}
}
