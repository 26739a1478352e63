package commands

import (
	"strconv"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/shell/filemode"
)

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

// nameTest compares a file's name, its path or where it leads with a glob or an expression.
func (p *findParser) nameTest(op string) findTest {
	text := p.take(op)
	switch op {
	case "-name", "-iname":
		return func(f *found) bool { return globMatch(text, f.base, op == "-iname") }
	case "-lname":
		return func(f *found) bool {
			target, err := p.c.fs.ReadlinkAt(f.at.FD, f.at.Path)
			return err == nil && globMatch(text, target, false)
		}
	case "-regex", "-iregex":
		flags := ""
		if op == "-iregex" {
			flags = "i"
		}
		re, err := compileRE(`^\(`+text+`\)$`, basicRE, flags)
		if err != nil {
			p.c.fail(1, "%s", err)
		}
		return func(f *found) bool { return re.MatchString(f.path, p.c.work) }
	}
	return func(f *found) bool { return globMatch(text, f.path, op == "-ipath") }
}

// empty is true of files and directories that hold nothing.
func (p *findParser) empty(f *found) bool {
	if f.st.Type == sys.TypeDirectory {
		_, list, leave, err := p.c.fs.Enter(f.at, 0)
		leave()
		return err == nil && len(list) == 0
	}
	return f.st.Type == sys.TypeRegular && f.st.Size == 0
}

// otherFile compares with another file: which is newer, and whether it is the same.
func (p *findParser) otherFile(op string) findTest {
	name := p.take(op)
	st, err := p.c.fs.Stat(name)
	if err != nil {
		p.c.fail(1, "%s: %s", name, reason(err))
	}
	if op == "-samefile" {
		return func(f *found) bool { return f.st.Dev == st.Dev && f.st.Ino == st.Ino }
	}
	return func(f *found) bool { return f.st.Mtime > st.Mtime }
}

// timeTest compares how long ago one of a file's times is.
func (p *findParser) timeTest(op string) findTest {
	unit := 24 * time.Hour
	if strings.HasSuffix(op, "min") {
		unit = time.Minute
	}
	is := p.amount(op, p.take(op))
	return func(f *found) bool {
		t := map[byte]int64{'m': f.st.Mtime, 'a': f.st.Atime, 'c': f.st.Ctime}[op[1]]
		age := p.fd.now.Sub(time.Unix(0, t))
		if unit == time.Minute {
			age += unit - 1 // minutes are rounded up
		}
		return is(int64(age / unit))
	}
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
