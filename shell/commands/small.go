package commands

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

var trueSpec = spec{name: "true", run: func(*cmd) int { return 0 }, help: `
Do nothing, with success.`}

var falseSpec = spec{name: "false", run: func(*cmd) int { return 1 }, help: `
Do nothing, without success.`}

var yesSpec = spec{name: "yes", synopsis: "[STRING]...", run: runYes, help: `
Print the strings ("y" if there are none) again and again.`}

func runYes(c *cmd) int {
	args := c.flags().parse()
	line := "y\n"
	if len(args) > 0 {
		line = strings.Join(args, " ") + "\n"
	}
	block := []byte(strings.Repeat(line, max(1, 8<<10/len(line))))
	w := &fdWriter{c: c, fd: 1, name: "standard output"}
	for {
		w.Write(block)
	}
}

var sleepSpec = spec{name: "sleep", synopsis: "NUMBER[smhd]...", run: runSleep, help: `
Wait for so many seconds (s, the default), minutes (m), hours (h) or days (d);
several are added.`}

func runSleep(c *cmd) int {
	f := c.flags()
	args := f.parse()
	c.operands(args, 1, -1)
	total := 0.0
	for _, s := range args {
		x, err := seconds(s)
		if err != nil {
			c.usageError(1, "invalid time interval '%s'", s)
		}
		total += x
	}
	if total > math.MaxInt64/2e9 {
		total = math.MaxInt64 / 2e9
	}
	c.sleep(time.Duration(total * 1e9))
	return 0
}

// seconds reads a number of seconds with a suffix for longer units.
func seconds(s string) (float64, error) {
	unit := 1.0
	if s != "" {
		if u, ok := map[byte]float64{'s': 1, 'm': 60, 'h': 3600, 'd': 86400}[s[len(s)-1]]; ok {
			unit, s = u, s[:len(s)-1]
		}
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || x < 0 || math.IsNaN(x) {
		return 0, badArg("invalid number")
	}
	return x * unit, nil
}

var basenameSpec = spec{name: "basename", synopsis: "[OPTION]... NAME... [SUFFIX]", run: runBasename, help: `
Print NAME without its directories, and without SUFFIX at its end.
  -a, --multiple       several names
  -s, --suffix=SUFFIX  the suffix; implies -a
  -z, --zero           end each with NUL`}

func runBasename(c *cmd) int {
	f := c.flags()
	multiple, suffix, zero := false, "", false
	f.bool(&multiple, "a|multiple")
	f.fn("s|suffix", needArg, func(s string) error { multiple, suffix = true, s; return nil })
	f.bool(&zero, "z|zero")
	args := f.parse()
	if !multiple {
		c.operands(args, 1, 2)
		if len(args) == 2 {
			args, suffix = args[:1], args[1]
		}
	} else {
		c.operands(args, 1, -1)
	}
	for _, a := range args {
		b := baseName(a)
		if b != suffix {
			b = strings.TrimSuffix(b, suffix)
		}
		c.record(b, zero)
	}
	return 0
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

func baseName(s string) string {
	t := strings.TrimRight(s, "/")
	if t == "" && s != "" {
		return "/"
	}
	return t[strings.LastIndexByte(t, '/')+1:]
}

func dirName(s string) string {
	t := strings.TrimRight(s, "/")
	if t == "" {
		if s != "" {
			return "/"
		}
		return "."
	}
	i := strings.LastIndexByte(t, '/')
	if i < 0 {
		return "."
	}
	if t = strings.TrimRight(t[:i], "/"); t == "" {
		return "/"
	}
	return t
}

// joinPath puts name below dir.
func joinPath(dir, name string) string {
	if strings.HasSuffix(dir, "/") {
		return dir + name
	}
	return dir + "/" + name
}

var dirnameSpec = spec{name: "dirname", synopsis: "[-z] NAME...", run: runDirname, help: `
Print each NAME without its last part; "." if it has only one.
  -z, --zero  end each with NUL`}

func runDirname(c *cmd) int {
	f := c.flags()
	zero := false
	f.bool(&zero, "z|zero")
	args := f.parse()
	c.operands(args, 1, -1)
	for _, a := range args {
		c.record(dirName(a), zero)
	}
	return 0
}

var pwdSpec = spec{name: "pwd", synopsis: "[-LP]", run: runPwd, help: `
Print the working directory.
  -L, -P  accepted; the name without links is printed`}

func runPwd(c *cmd) int {
	f := c.flags()
	f.ignore("L|logical")
	f.ignore("P|physical")
	f.parse()
	dir, err := c.fs.Getcwd()
	if err != nil {
		c.fail(1, "%s", reason(err))
	}
	c.out.WriteString(dir + "\n")
	return 0
}

var clearSpec = spec{name: "clear", run: runClear, help: `
Clear the terminal, with what was scrolled away.`}

func runClear(c *cmd) int {
	c.out.WriteString("\x1b[H\x1b[2J\x1b[3J")
	return 0
}

var resetSpec = spec{name: "reset", run: runReset, help: `
Set the terminal back to how it started, in its own state and in its mode.`}

func runReset(c *cmd) int {
	for fd := range 3 {
		if c.fs.IsTTY(fd) {
			c.fs.SetTTYMode(fd, sys.TTYCooked)
			break
		}
	}
	c.out.WriteString("\x1bc\x1b[?1000l\x1b[?25h")
	return 0
}
