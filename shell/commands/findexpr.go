package commands

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/shell/filemode"
)

// findParser reads find's expression.
type findParser struct {
	fd   *finder
	c    *cmd
	args []string
}

type findTest = func(f *found) bool

func (p *findParser) parse() findTest {
	if len(p.args) == 0 {
		return func(*found) bool { return true }
	}
	e := p.or()
	if len(p.args) > 0 {
		p.c.fail(1, "unexpected argument '%s'", p.args[0])
	}
	return e
}

func (p *findParser) peek() string {
	if len(p.args) == 0 {
		return ""
	}
	return p.args[0]
}

func (p *findParser) take(after string) string {
	if len(p.args) == 0 {
		p.c.fail(1, "missing argument to '%s'", after)
	}
	a := p.args[0]
	p.args = p.args[1:]
	return a
}

func (p *findParser) or() findTest {
	left := p.and()
	for p.peek() == "-o" || p.peek() == "-or" {
		p.take("")
		a, b := left, p.and()
		left = func(f *found) bool { return a(f) || b(f) }
	}
	return left
}

func (p *findParser) and() findTest {
	left := p.not()
	for len(p.args) > 0 {
		switch p.peek() {
		case "-o", "-or", ")":
			return left
		case "-a", "-and":
			p.take("")
		}
		a, b := left, p.not()
		left = func(f *found) bool { return a(f) && b(f) }
	}
	return left
}

func (p *findParser) not() findTest {
	switch op := p.take("!"); op {
	case "!", "-not":
		e := p.not()
		return func(f *found) bool { return !e(f) }
	case "(":
		e := p.or()
		if p.peek() != ")" {
			p.c.fail(1, "missing ')'")
		}
		p.take("")
		return e
	default:
		return p.primary(op)
	}
}

// amount reads [+-]N: more than, less than, exactly.
func (p *findParser) amount(op, s string) func(n int64) bool {
	sign := byte(0)
	if s != "" && (s[0] == '+' || s[0] == '-') {
		sign, s = s[0], s[1:]
	}
	want, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		p.c.fail(1, "invalid argument '%s' to '%s'", s, op)
	}
	return func(n int64) bool {
		switch sign {
		case '+':
			return n > want
		case '-':
			return n < want
		}
		return n == want
	}
}

func (p *findParser) primary(op string) findTest {
	c, fd := p.c, p.fd
	always := func(*found) bool { return true }
	switch op {
	case "-true", "-noleaf", "-xdev", "-mount", "-follow":
		return always
	case "-false":
		return func(*found) bool { return false }
	case "-depth", "-d":
		fd.depthFirst = true
		return always
	case "-maxdepth", "-mindepth":
		n, err := strconv.Atoi(p.take(op))
		if err != nil || n < 0 {
			c.fail(1, "expected a positive decimal integer argument to %s", op)
		}
		if op == "-maxdepth" {
			fd.max = n
		} else {
			fd.min = n
		}
		return always
	case "-name", "-iname":
		glob := p.take(op)
		return func(f *found) bool { return globMatch(glob, f.base, op == "-iname") }
	case "-path", "-ipath", "-wholename":
		glob := p.take(op)
		return func(f *found) bool { return globMatch(glob, f.path, op == "-ipath") }
	case "-lname":
		glob := p.take(op)
		return func(f *found) bool {
			target, err := c.fs.Readlink(f.path)
			return err == nil && globMatch(glob, target, false)
		}
	case "-regex", "-iregex":
		flags := ""
		if op == "-iregex" {
			flags = "i"
		}
		re, err := compileRE(`^\(`+p.take(op)+`\)$`, basicRE, flags)
		if err != nil {
			c.fail(1, "%s", err)
		}
		return func(f *found) bool { return re.MatchString(f.path, c.work) }
	case "-type", "-xtype":
		return p.typeTest(p.take(op))
	case "-size":
		return p.sizeTest(p.take(op))
	case "-empty":
		return func(f *found) bool {
			if f.st.Type == sys.TypeDirectory {
				list, err := c.fs.ReadDir(f.path)
				return err == nil && len(list) == 0
			}
			return f.st.Type == sys.TypeRegular && f.st.Size == 0
		}
	case "-newer", "-samefile":
		name := p.take(op)
		st, err := c.fs.Stat(name)
		if err != nil {
			c.fail(1, "%s: %s", name, reason(err))
		}
		if op == "-samefile" {
			return func(f *found) bool { return f.st.Dev == st.Dev && f.st.Ino == st.Ino }
		}
		return func(f *found) bool { return f.st.Mtime > st.Mtime }
	case "-mtime", "-atime", "-ctime", "-mmin", "-amin", "-cmin":
		unit := 24 * time.Hour
		if strings.HasSuffix(op, "min") {
			unit = time.Minute
		}
		is := p.amount(op, p.take(op))
		return func(f *found) bool {
			t := map[byte]int64{'m': f.st.Mtime, 'a': f.st.Atime, 'c': f.st.Ctime}[op[1]]
			age := fd.now.Sub(time.Unix(0, t))
			if unit == time.Minute {
				age += unit - 1 // minutes are rounded up
			}
			return is(int64(age / unit))
		}
	case "-links", "-inum":
		is := p.amount(op, p.take(op))
		return func(f *found) bool {
			if op == "-inum" {
				return is(int64(f.st.Ino))
			}
			return is(int64(f.st.Nlink))
		}
	case "-perm":
		return p.permTest(p.take(op))
	case "-user", "-group", "-uid", "-gid":
		who := p.take(op)
		return func(*found) bool { return who == c.user() || who == strconv.Itoa(sys.UserID) }
	case "-readable", "-writable", "-executable":
		bit := map[string]uint32{"-readable": 0o444, "-writable": 0o222, "-executable": 0o111}[op]
		return func(f *found) bool { return f.st.Mode&bit != 0 }
	case "-prune":
		return func(f *found) bool { f.prune = true; return true }
	case "-quit":
		return func(*found) bool { fd.quit = true; return true }
	}
	return p.actionFor(op)
}

func (p *findParser) typeTest(list string) findTest {
	kinds := map[byte]sys.FileType{'f': sys.TypeRegular, 'd': sys.TypeDirectory, 'l': sys.TypeSymlink,
		'c': sys.TypeCharDevice, 'b': sys.TypeBlockDevice, 'p': sys.TypeFIFO, 's': sys.TypeSocket}
	var want []sys.FileType
	for _, k := range strings.Split(list, ",") {
		if len(k) != 1 || kinds[k[0]] == 0 {
			p.c.fail(1, "unknown argument to -type: %s", k)
		}
		want = append(want, kinds[k[0]])
	}
	return func(f *found) bool {
		for _, t := range want {
			if f.st.Type == t {
				return true
			}
		}
		return false
	}
}

func (p *findParser) sizeTest(s string) findTest {
	unit := int64(512)
	if s != "" {
		if u, ok := map[byte]int64{'c': 1, 'w': 2, 'b': 512, 'k': 1 << 10, 'M': 1 << 20, 'G': 1 << 30}[s[len(s)-1]]; ok {
			unit, s = u, s[:len(s)-1]
		}
	}
	is := p.amount("-size", s)
	// Sizes are rounded up to whole units.
	return func(f *found) bool { return is((int64(f.st.Size) + unit - 1) / unit) }
}

func (p *findParser) permTest(s string) findTest {
	how := byte(0)
	if s != "" && (s[0] == '-' || s[0] == '/') {
		how, s = s[0], s[1:]
	}
	change, err := filemode.Parse(s, 0)
	if err != nil {
		p.c.fail(1, "%s", err)
	}
	want := change(0, false)
	return func(f *found) bool {
		switch how {
		case '-':
			return f.st.Mode&want == want
		case '/':
			return want == 0 || f.st.Mode&want != 0
		}
		return f.st.Mode == want
	}
}

// actionFor is an action; an unknown word ends the run.
func (p *findParser) actionFor(op string) findTest {
	c, fd := p.c, p.fd
	switch op {
	case "-print", "-print0":
		fd.action = true
		return func(f *found) bool { c.record(f.path, op == "-print0"); return true }
	case "-printf":
		fd.action = true
		format := p.take(op)
		return func(f *found) bool { c.out.WriteString(c.findFormat(format, f)); return true }
	case "-ls":
		fd.action = true
		return func(f *found) bool {
			fmt.Fprintf(c.out, "%9d %6d %s %3d %-8s %-8s %8d %s %s\n", f.st.Ino, blocksOf(&f.st), modeText(f.st.Type, f.st.Mode),
				f.st.Nlink, "user", "user", f.st.Size, time.Unix(0, f.st.Mtime).In(c.zone()).Format("Jan _2 15:04"), f.path)
			return true
		}
	case "-delete":
		fd.action, fd.depthFirst = true, true
		return func(f *found) bool {
			remove := c.fs.Unlink
			if f.st.Type == sys.TypeDirectory {
				remove = c.fs.Rmdir
			}
			if f.path == "." {
				return true
			}
			if err := remove(f.path); err != nil {
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
	format, _ = unescape(format, false, c.work)
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b.WriteByte(format[i])
			continue
		}
		v, n := parseField(format[i:], false)
		if n == 0 {
			b.WriteString(format[i:])
			break
		}
		i += n - 1
		s := ""
		switch v.verb {
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
				s, _ = c.fs.Readlink(f.path)
			}
		case 'm':
			s = strconv.FormatUint(uint64(f.st.Mode), 8)
		case 'M':
			s = modeText(f.st.Type, f.st.Mode)
		case 'y':
			s = strings.Replace(modeText(f.st.Type, 0)[:1], "-", "f", 1)
		case 's', 'i':
			s = c.statField(v.verb, f.path, &f.st)
		case 'n':
			s = c.statField('h', f.path, &f.st)
		case 'u', 'g':
			s = "user"
		case 't':
			s = time.Unix(0, f.st.Mtime).In(c.zone()).Format("Mon Jan _2 15:04:05.0000000000 2006")
		case 'T', 'A', 'C':
			if i+1 < len(format) {
				i++
				ns := map[byte]int64{'T': f.st.Mtime, 'A': f.st.Atime, 'C': f.st.Ctime}[v.verb]
				t := time.Unix(0, ns).In(c.zone())
				switch format[i] {
				case '@':
					s = fmt.Sprintf("%d.%09d0", t.Unix(), t.Nanosecond())
				case '+':
					s = strftime("%Y-%m-%d+%H:%M:%S.%N0", t)
				default:
					s = strftime("%"+format[i:i+1], t)
				}
			}
		default:
			s = format[i-n+1 : i+1]
		}
		b.WriteString(v.pad(s))
	}
	return b.String()
}
