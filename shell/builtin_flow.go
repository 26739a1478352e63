package shell

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
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
		d := c.sh.decodeEscapes(s, escEcho)
		s = d.text
		newline = newline && !d.stop
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

func builtinCmd(c *call) int {
	if len(c.args) == 0 {
		return 0
	}
	b := builtins[c.args[0]]
	if b == nil {
		return c.fail("%s: not a shell builtin", c.args[0])
	}
	return c.sh.runBuiltin(b, c.args)
}

func commandCmd(c *call) int {
	opts, rest, ok := c.options("pvV")
	if !ok {
		return 2
	}
	_, short := opts['v']
	_, long := opts['V']
	if !short && !long {
		if len(rest) == 0 {
			return 0
		}
		c.sh.run(rest, nil, nil, false)
		return c.sh.status
	}
	status := 1
	for _, name := range rest {
		list := c.sh.kinds(name)
		if len(list) == 0 {
			if long {
				c.errorf("%s: not found", name)
			}
			continue
		}
		status = 0
		k := list[0]
		switch {
		case long && k.word == "function":
			c.print(name + " is a function\n")
			c.sh.printFunction(c, name, false, false)
		case long:
			c.print(name + " is " + k.text + "\n")
		case k.word == "alias":
			c.print("alias " + name + "=" + c.sh.quote(c.sh.alias[name]) + "\n")
		case k.word == "file":
			c.print(k.path + "\n")
		default:
			c.print(name + "\n")
		}
	}
	return status
}

// execCmd replaces the shell by a command: the kernel has no exec, so the
// command runs as a child that gets the shell's signals, and the shell ends
// with it.
func execCmd(c *call) int {
	sh := c.sh
	opts, rest, ok := c.options("cla:")
	if !ok {
		return 2
	}
	if len(rest) == 0 {
		sh.execKeeps = true
		return 0
	}
	path, code, err := sh.search(rest[0])
	if err != nil {
		c.errorf("%s", strings.TrimSuffix(err.Error(), ": command not found")+map[bool]string{true: ": not found"}[code == 127 && !strings.Contains(rest[0], "/")])
		if !sh.interactive {
			sh.flow = flowExit
		}
		return code
	}
	if name, ok := opts['a']; ok {
		rest = append([]string{name}, rest[1:]...)
	}
	if _, ok := opts['c']; ok {
		for _, name := range sh.env.names() {
			if v := sh.env.find(name); v != nil {
				v.exported = false
			}
		}
	}
	pl := place{}
	pid, err := sh.spawn(rest, path, &pl, sys.SpawnAttr{})
	if err != nil {
		code := sh.spawnFailed(rest[0], path, err)
		if !sh.interactive {
			sh.flow = flowExit
		}
		return code
	}
	sh.traps.commands = nil
	sh.flow = flowExit
	return sh.standIn(pid)
}

// standIn waits for a child in the shell's place and hands it every signal.
func (sh *shell) standIn(pid int) int {
	ch := sh.p.Catch(sys.SIGHUP, sys.SIGINT, sys.SIGQUIT, sys.SIGTERM, sys.SIGUSR1, sys.SIGUSR2, sys.SIGALRM, sys.SIGWINCH)
	for {
		_, status, err := sh.f.Wait(pid, 0)
		if errno.Of(err) != errno.EINTR {
			if sig := status.Signal(); err == nil && sig != 0 {
				sh.p.Default(sig)
				_ = sh.f.Kill(sh.p.PID(), sig)
			}
			return status.Code()
		}
		select {
		case sig := <-ch:
			// A signal from the terminal has reached the child already: it is in
			// the same group.
			if sig != sys.SIGINT && sig != sys.SIGQUIT {
				_ = sh.f.Kill(pid, sig)
			}
		default:
		}
	}
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

func aliasCmd(c *call) int {
	_, rest, ok := c.options("p")
	if !ok {
		return 2
	}
	show := func(name string) { c.print("alias " + name + "=" + c.sh.quote(c.sh.alias[name]) + "\n") }
	if len(rest) == 0 {
		for _, name := range sortedKeys(c.sh.alias) {
			show(name)
		}
	}
	status := 0
	for _, a := range rest {
		name, value, ok := strings.Cut(a, "=")
		switch {
		case ok && (name == "" || strings.ContainsAny(name, "/$`= \t\n\\'\"()<>|&;")):
			c.errorf("`%s': invalid alias name", name)
			status = 1
		case ok:
			if c.sh.alias == nil {
				c.sh.alias = map[string]string{}
			}
			c.sh.alias[name] = value
		case hasKey(c.sh.alias, name):
			show(name)
		default:
			c.errorf("%s: not found", name)
			status = 1
		}
	}
	return status
}

func hasKey[V any](m map[string]V, k string) bool { _, ok := m[k]; return ok }

func unalias(c *call) int {
	opts, rest, ok := c.options("a")
	if !ok {
		return 2
	}
	if _, all := opts['a']; all {
		clear(c.sh.alias)
		return 0
	}
	if len(rest) == 0 {
		return c.usage("a name is needed", "[-a] NAME ...")
	}
	status := 0
	for _, name := range rest {
		if !hasKey(c.sh.alias, name) {
			c.errorf("%s: not found", name)
			status = 1
		}
		delete(c.sh.alias, name)
	}
	return status
}

func hash(c *call) int {
	opts, rest, ok := c.options("dlrt")
	if !ok {
		return 2
	}
	if _, reset := opts['r']; reset {
		clear(c.sh.hashed)
	} else if len(rest) == 0 {
		if len(c.sh.hashed) == 0 {
			c.print("hash: hash table empty\n")
		}
		for _, name := range sortedKeys(c.sh.hashed) {
			c.print(c.sh.hashed[name] + "\n")
		}
	}
	status := 0
	_, drop := opts['d']
	_, show := opts['t']
	for _, name := range rest {
		switch {
		case drop:
			delete(c.sh.hashed, name)
		case show && c.sh.hashed[name] != "":
			c.print(c.sh.hashed[name] + "\n")
		case show:
			c.errorf("%s: not found", name)
			status = 1
		case builtins[name] == nil && c.sh.funcs[name] == nil:
			if _, _, err := c.sh.search(name); err != nil {
				c.errorf("%s: not found", name)
				status = 1
			}
		}
	}
	return status
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

func umask(c *call) int {
	opts, rest, ok := c.options("Sp")
	if !ok {
		return 2
	}
	old := c.sh.f.Umask(0)
	c.sh.f.Umask(old)
	if len(rest) == 0 {
		if _, symbolic := opts['S']; symbolic {
			c.printf("u=%s,g=%s,o=%s\n", rwx(^old>>6), rwx(^old>>3), rwx(^old))
		} else {
			c.printf("%04o\n", old)
		}
		return 0
	}
	if n, err := strconv.ParseUint(rest[0], 8, 32); err == nil && n <= 0o777 {
		c.sh.f.Umask(uint32(n))
		return 0
	}
	mask, ok := symbolicMask(old, rest[0])
	if !ok {
		return c.fail("%s: invalid symbolic mode operator", rest[0])
	}
	c.sh.f.Umask(mask)
	return 0
}

func rwx(bits uint32) string {
	s := ""
	for i, l := range "rwx" {
		if bits&(4>>i) != 0 {
			s += string(l)
		}
	}
	return s
}

// symbolicMask applies u=rwx,go-w to what a mask allows.
func symbolicMask(mask uint32, s string) (uint32, bool) {
	allowed := ^mask & 0o777
	for clause := range strings.SplitSeq(s, ",") {
		i := strings.IndexAny(clause, "+-=")
		if i < 0 {
			return 0, false
		}
		var who, perm uint32
		for _, l := range clause[:i] {
			switch l {
			case 'u':
				who |= 0o700
			case 'g':
				who |= 0o070
			case 'o':
				who |= 0o007
			case 'a':
				who |= 0o777
			default:
				return 0, false
			}
		}
		if i == 0 {
			who = 0o777
		}
		for _, l := range clause[i+1:] {
			switch l {
			case 'r':
				perm |= 0o444
			case 'w':
				perm |= 0o222
			case 'x':
				perm |= 0o111
			default:
				return 0, false
			}
		}
		switch clause[i] {
		case '+':
			allowed |= who & perm
		case '-':
			allowed &^= who & perm
		default:
			allowed = allowed&^who | who&perm
		}
	}
	return ^allowed & 0o777, true
}

// limit is a resource that ulimit knows.
type limit struct {
	letter byte
	name   string
	unit   string
}

var limitList = []limit{
	{'f', "file size", "kbytes, -f"}, {'i', "instructions", "wazero, -i"}, {'n', "open files", "-n"}, {'o', "output", "kbytes, -o"},
	{'p', "pipe size", "512 bytes, -p"}, {'t', "cpu time", "seconds, -t"},
	{'u', "max user processes", "-u"}, {'v', "virtual memory", "kbytes, -v"},
}

func ulimit(c *call) int {
	opts, rest, ok := c.options("SHacdefilmnopqrstuvx")
	if !ok {
		return 2
	}
	limits := c.sh.p.Limits()
	get := func(l byte) uint64 {
		switch l {
		case 'n':
			return uint64(limits.OpenFiles)
		case 'u':
			return uint64(limits.Processes)
		case 'v':
			return limits.Memory >> 10
		case 't':
			return uint64(limits.CPU.Seconds())
		case 'f':
			return limits.FileSize >> 10
		case 'o':
			return limits.Output >> 10
		case 'i':
			return limits.Instructions
		case 'p':
			return uint64(max(limits.PipeBytes, 0)) >> 9
		}
		return 0
	}
	text := func(l byte) string {
		n := get(l)
		if n == 0 && l == 'p' {
			n = 128 // the kernel's own
		}
		if n != 0 {
			return strconv.FormatUint(n, 10)
		}
		return "unlimited"
	}
	if _, all := opts['a']; all {
		for _, l := range limitList {
			c.printf("%-28s(%s) %s\n", l.name, l.unit, text(l.letter))
		}
		return 0
	}
	which := byte('f')
	for l := range opts {
		if l != 'S' && l != 'H' {
			which = l
		}
	}
	if len(rest) == 0 {
		c.print(text(which) + "\n")
		return 0
	}
	n := uint64(0)
	if rest[0] != "unlimited" {
		var err error
		if n, err = strconv.ParseUint(rest[0], 10, 40); err != nil {
			return c.fail("%s: invalid number", rest[0])
		}
	}
	switch which {
	case 'n':
		limits.OpenFiles = int(n)
	case 'u':
		limits.Processes = int(n)
	case 'v':
		limits.Memory = n << 10
	case 't':
		limits.CPU = secondsOf(n)
	case 'f':
		limits.FileSize = n << 10
	case 'o':
		limits.Output = n << 10
	case 'i':
		limits.Instructions = n
	case 'p':
		limits.PipeBytes = int(min(n, 1<<20)) << 9
	default:
		return c.fail("-%c: this limit cannot be set", which)
	}
	c.sh.p.SetLimits(limits)
	return 0
}
