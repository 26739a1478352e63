package shell

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/shell/cformat"
)

func colon(*call) int    { return 0 }
func falseCmd(*call) int { return 1 }

func echo(c *call) int {
	newline, escapes := true, c.sh.shopt["xpg_echo"]
	args := c.args
	for len(args) > 0 {
		a := args[0]
		if len(a) < 2 || a[0] != '-' || strings.Trim(a[1:], "neE") != "" {
			break
		}
		for _, l := range a[1:] {
			switch l {
			case 'n':
				newline = false
			case 'e':
				escapes = true
			case 'E':
				escapes = false
			}
		}
		args = args[1:]
	}
	s := strings.Join(args, " ")
	if escapes {
		var stop bool
		s, stop = cformat.Unescape(s, cformat.Echo, c.sh.work)
		newline = newline && !stop
	}
	c.print(s)
	if newline {
		c.print("\n")
	}
	return 0
}

func evalCmd(c *call) int {
	args := c.args
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	c.sh.status = 0
	c.sh.eval(strings.Join(args, " "))
	return c.sh.status
}

// source runs a file in this shell.
func source(c *call) int {
	sh := c.sh
	args := c.args
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		return c.usage("filename argument required", builtins[c.name].usage)
	}
	name := args[0]
	path := name
	if !strings.Contains(name, "/") {
		for dir := range strings.SplitSeq(sh.get("PATH"), ":") {
			p := strings.TrimSuffix(dir, "/") + "/" + name
			if st, err := sh.f.Stat(p); err == nil && st.Type == sys.TypeRegular {
				path = p
				break
			}
		}
	}
	fd, own, err := sh.open(path, sys.ORead)
	if err != nil {
		sh.errorf("%s: %s", name, reason(err))
		return 1
	}
	data, err := sh.readAll(fd, maxScript)
	if own {
		_ = sh.f.Close(fd)
	}
	if err != nil {
		sh.errorf("%s: %s", name, reason(err))
		return 1
	}
	if !sh.enter() {
		return 1
	}
	defer sh.leave()
	params, script, line := sh.params, sh.script, sh.line
	if len(args) > 1 {
		sh.params = args[1:]
	}
	loops := sh.loops
	sh.script, sh.loops = name, 0
	sh.frames = append(sh.frames, frame{"source", name})
	sh.sourcing++
	sh.status = 0
	sh.runText(string(data), false)
	sh.sourcing--
	sh.frames = sh.frames[:len(sh.frames)-1]
	if sh.flow == flowReturn {
		sh.flow = flowNone
	}
	sh.script, sh.line, sh.loops = script, line, loops
	if len(args) > 1 {
		sh.params = params
	}
	return sh.status
}

// count reads the argument of break, continue, shift and the like.
func (c *call) count(least, preset int) (int, bool) {
	args := c.args
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		return preset, true
	}
	n, err := strconv.Atoi(args[0])
	if err != nil {
		c.errorf("%s: numeric argument required", args[0])
		return 0, false
	}
	if n < least {
		c.errorf("%d: loop count out of range", n)
		return 0, false
	}
	if len(args) > 1 {
		c.errorf("too many arguments")
		return 0, false
	}
	return n, true
}

func breakCmd(c *call) int    { return c.leaveLoop(flowBreak) }
func continueCmd(c *call) int { return c.leaveLoop(flowContinue) }

func (c *call) leaveLoop(f flow) int {
	n, ok := c.count(1, 1)
	if !ok {
		if c.sh.loops > 0 {
			c.sh.flow, c.sh.levels = flowBreak, c.sh.loops
		}
		return 1
	}
	if c.sh.loops == 0 {
		c.errorf("only meaningful in a `for', `while', or `until' loop")
		return 0
	}
	c.sh.flow, c.sh.levels = f, min(n, c.sh.loops)
	return 0
}

// exitStatus reads the argument of exit and return.
func (c *call) exitStatus() (int, bool) {
	args := c.args
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		return c.sh.status, true
	}
	n, err := strconv.ParseInt(args[0], 10, 64)
	if err != nil {
		c.errorf("%s: numeric argument required", args[0])
		return 2, true
	}
	if len(args) > 1 {
		c.errorf("too many arguments")
		return 1, false
	}
	return int(n & 0xff), true
}

func exitCmd(c *call) int {
	if c.sh.interactive && (c.sh.warnedAt == 0 || c.sh.warnedAt != c.sh.commands-1) {
		for _, j := range c.sh.jobs.list {
			if j.stopped() {
				c.sh.warnedAt = c.sh.commands
				_ = c.sh.write(2, "There are stopped jobs.\n")
				return 1
			}
		}
	}
	n, ok := c.exitStatus()
	if !ok {
		return n
	}
	c.sh.flow = flowExit
	return n
}

func returnCmd(c *call) int {
	if len(c.sh.frames) == 0 && c.sh.sourcing == 0 && len(c.sh.traps.running) == 0 {
		return c.fail("can only `return' from a function or sourced script")
	}
	n, ok := c.exitStatus()
	if !ok {
		return n
	}
	c.sh.flow = flowReturn
	return n
}

func shift(c *call) int {
	n := 1
	if len(c.args) > 0 {
		var err error
		if n, err = strconv.Atoi(c.args[0]); err != nil {
			return c.fail("%s: numeric argument required", c.args[0])
		}
		if n < 0 {
			return c.fail("%s: shift count out of range", c.args[0])
		}
	}
	if n > len(c.sh.params) {
		return 1
	}
	c.sh.params = c.sh.params[n:]
	return 0
}

func let(c *call) int {
	if len(c.args) == 0 {
		return c.fail("expression expected")
	}
	n := int64(0)
	for _, a := range c.args {
		var err error
		if n, err = c.sh.evalString(a); err != nil {
			return c.fail("%s", message(err))
		}
	}
	return int(truth(n == 0))
}

func caller(c *call) int {
	n := 0
	if len(c.args) > 0 {
		n, _ = strconv.Atoi(c.args[0])
	}
	if n >= len(c.sh.frames) {
		return 1
	}
	names := c.sh.frameNames()
	source := c.sh.script
	if source == "" {
		source = "NULL"
	}
	if len(c.args) == 0 {
		c.print(fmt.Sprintf("%d %s\n", c.sh.line, source))
		return 0
	}
	c.print(fmt.Sprintf("%d %s %s\n", c.sh.line, names[n+1], source))
	return 0
}

func times(c *call) int {
	self, children := c.sh.p.Times()
	c.printf("%s 0m0.000s\n%s 0m0.000s\n", minutes(self, 3), minutes(children, 3))
	return 0
}
