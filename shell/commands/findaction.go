package commands

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/shell/cformat"
)

// actionFor is an action; an unknown word ends the run.
func (p *findParser) actionFor(op string) findTest {
	c, fd := p.c, p.fd
	switch op {
	case "-print", "-print0":
		fd.action = true
		shown := c.namer()
		if op == "-print0" {
			shown = func(name string) string { return name }
		}
		return func(f *found) bool { c.record(shown(f.path), op == "-print0"); return true }
	case "-printf":
		fd.action = true
		format := p.take(op)
		return func(f *found) bool { c.out.WriteString(c.findFormat(format, f)); return true }
	case "-ls":
		fd.action = true
		shown := c.namer()
		return func(f *found) bool {
			fmt.Fprintf(c.out, "%9d %6d %s %3d %-8s %-8s %8d %s %s\n", f.st.Ino, blocksOf(&f.st), modeText(f.st.Type, f.st.Mode),
				f.st.Nlink, "user", "user", f.st.Size, time.Unix(0, f.st.Mtime).In(c.zone()).Format("Jan _2 15:04"), shown(f.path))
			return true
		}
	case "-delete":
		fd.action, fd.depthFirst = true, true
		return func(f *found) bool {
			remove := c.fs.UnlinkAt
			if f.st.Type == sys.TypeDirectory {
				remove = c.fs.RmdirAt
			}
			if f.path == "." {
				return true
			}
			if err := remove(f.at.FD, f.at.Path); err != nil {
				c.errorf("cannot delete %s: %s", f.path, reason(err))
				c.code = 1
				return false
			}
			return true
		}
	case "-exec", "-execdir", "-ok", "-okdir":
		fd.action = true
		return p.exec(op)
	}
	c.fail(1, "unknown predicate '%s'", op)
	return nil
}

// exec is -exec and -ok, by single files or by many.
func (p *findParser) exec(op string) findTest {
	c, fd := p.c, p.fd
	var argv []string
	many := false
	for {
		a := p.take(op)
		if a == ";" {
			break
		}
		if a == "+" && len(argv) > 0 && argv[len(argv)-1] == "{}" {
			many, argv = true, argv[:len(argv)-1]
			break
		}
		argv = append(argv, a)
	}
	if len(argv) == 0 {
		c.fail(1, "missing argument to '%s'", op)
	}
	if many {
		var batch []string
		size := 0
		flush := func() {
			if len(batch) > 0 && c.run(append(append([]string(nil), argv...), batch...), nil, nil) != 0 {
				c.code = 1
			}
			batch, size = nil, 0
		}
		fd.atEnd = append(fd.atEnd, flush)
		return func(f *found) bool {
			if size += len(f.path) + 1; size > maxArgBytes {
				flush()
				size = len(f.path) + 1
			}
			batch = append(batch, f.path)
			return true
		}
	}
	return func(f *found) bool {
		line := make([]string, len(argv))
		for i, a := range argv {
			line[i] = strings.ReplaceAll(a, "{}", f.path)
		}
		if strings.HasPrefix(op, "-ok") && !c.confirm("%s? ", strings.Join(line, " ")) {
			return false
		}
		return c.run(line, nil, nil) == 0
	}
}

// findFormat is -printf.
func (c *cmd) findFormat(format string, f *found) string {
	var b strings.Builder
	format, _ = cformat.Unescape(format, cformat.Format, c.work)
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b.WriteByte(format[i])
			continue
		}
		d, n := cformat.ParseField(format[i:])
		if n == 0 {
			b.WriteString(format[i:])
			break
		}
		i += n - 1
		s := ""
		switch d.Verb {
		case '%':
			s = "%"
		case 'p':
			s = f.path
		case 'f':
			s = f.base
		case 'h':
			s = dirName(f.path)
		case 'P':
			s = strings.TrimPrefix(strings.TrimPrefix(f.path, f.start), "/")
		case 'H':
			s = f.start
		case 'd':
			s = strconv.Itoa(f.depth)
		case 'l':
			if f.st.Type == sys.TypeSymlink {
				s, _ = c.fs.ReadlinkAt(f.at.FD, f.at.Path)
			}
		case 'm':
			s = strconv.FormatUint(uint64(f.st.Mode), 8)
		case 'M':
			s = modeText(f.st.Type, f.st.Mode)
		case 'y':
			s = strings.Replace(modeText(f.st.Type, 0)[:1], "-", "f", 1)
		case 's', 'i':
			s = c.statField(d.Verb, f.path, &f.st)
		case 'n':
			s = c.statField('h', f.path, &f.st)
		case 'u', 'g':
			s = "user"
		case 't':
			s = time.Unix(0, f.st.Mtime).In(c.zone()).Format("Mon Jan _2 15:04:05.0000000000 2006")
		case 'T', 'A', 'C':
			if i+1 < len(format) {
				i++
				ns := map[byte]int64{'T': f.st.Mtime, 'A': f.st.Atime, 'C': f.st.Ctime}[d.Verb]
				t := time.Unix(0, ns).In(c.zone())
				switch format[i] {
				case '@':
					s = fmt.Sprintf("%d.%09d0", t.Unix(), t.Nanosecond())
				case '+':
					s = cformat.Time("%Y-%m-%d+%H:%M:%S.%N0", t)
				default:
					s = cformat.Time("%"+format[i:i+1], t)
				}
			}
		default:
			s = format[i-n+1 : i+1]
		}
		b.WriteString(d.Pad(s, len(s)))
	}
	return b.String()
}
