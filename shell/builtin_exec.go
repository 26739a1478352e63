package shell

import (
	"strings"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

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
	short := opts.has('v')
	long := opts.has('V')
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
// command is a child that stands in for the shell, and the shell ends with it.
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
	if opts.has('c') {
		for _, name := range sh.env.names() {
			if v := sh.env.find(name); v != nil {
				v.exported = false
			}
		}
	}
	pid, err := sh.spawn(rest, path, &place{standIn: true}, sys.SpawnAttr{})
	if err != nil {
		code := sh.spawnFailed(rest[0], path, err)
		if !sh.interactive {
			sh.flow = flowExit
		}
		return code
	}
	sh.traps.commands = nil
	sh.flow = flowExit
	return sh.p.Follow(pid)
}
