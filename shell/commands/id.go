package commands

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// user is the name of the one user.
func (c *cmd) user() string {
	for _, name := range []string{"USER", "LOGNAME"} {
		if v := c.getenv(name); v != "" {
			return v
		}
	}
	return "user"
}

func (c *cmd) host() string {
	if data, err := c.fs.ReadFile("/etc/hostname"); err == nil && len(data) > 0 {
		return strings.TrimSpace(string(data))
	}
	if v := c.getenv("HOSTNAME"); v != "" {
		return v
	}
	return "bushel"
}

var whoamiSpec = spec{name: "whoami", help: `
Print the user's name.`, run: func(c *cmd) int {
	c.out.WriteString(c.user() + "\n")
	return 0
}}

var idSpec = spec{name: "id", synopsis: "[-u | -g | -G] [-n]", run: runId, help: `
Print who the user is. There is one user.
  -u, --user  -g, --group  -G, --groups   only that number
  -n, --name  a name instead of a number`}

func runId(c *cmd) int {
	f := c.flags()
	var one, name bool
	f.bool(&one, "u|g|G|user|group|groups")
	f.bool(&name, "n|name")
	f.ignore("r|real|z")
	f.parse()
	switch {
	case one && name:
		c.out.WriteString(c.user() + "\n")
	case one:
		fmt.Fprintln(c.out, sys.UserID)
	default:
		fmt.Fprintf(c.out, "uid=%d(%s) gid=%d(%s) groups=%d(%s)\n", sys.UserID, c.user(), sys.UserID, c.user(), sys.UserID, c.user())
	}
	return 0
}

var hostnameSpec = spec{name: "hostname", synopsis: "[-s]", help: `
Print the machine's name.`, run: func(c *cmd) int {
	f := c.flags()
	f.ignore("s|f|i|short|fqdn")
	f.parse()
	c.out.WriteString(c.host() + "\n")
	return 0
}}

var unameSpec = spec{name: "uname", synopsis: "[OPTION]...", run: runUname, help: `
Print what runs here.
  -a, --all   -s, --kernel-name   -n, --nodename   -r, --kernel-release
  -v, --kernel-version   -m, --machine   -p, --processor   -i   -o, --operating-system`}

func runUname(c *cmd) int {
	f := c.flags()
	values := [...]string{"Bushel", c.host(), "1.0", runtime.Version(), "wasm32", "Bushel"}
	var show [6]bool
	for i, o := range []string{"s|kernel-name", "n|nodename", "r|kernel-release", "v|kernel-version", "m|p|i|machine|processor|hardware-platform", "o|operating-system"} {
		f.bool(&show[i], o)
	}
	f.fn("a|all", noArg, func(string) error { show = [6]bool{true, true, true, true, true, true}; return nil })
	f.parse()
	if show == [6]bool{} {
		show[0] = true
	}
	var words []string
	for i, s := range show {
		if s {
			words = append(words, values[i])
		}
	}
	c.out.WriteString(strings.Join(words, " ") + "\n")
	return 0
}
