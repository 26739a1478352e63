package commands

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

var psSpec = spec{name: "ps", synopsis: "[OPTION]...", run: runPs, help: `
List processes: those of this terminal's session.
  -e, -A, -a, -x   all; "ps aux" and "ps -ef" are that with -f
  -f               with group, start, engine and arguments
  -l               with the session too
  -o LIST          columns: pid ppid pgid sid stat tty start time etime pcpu engine user comm args
  -p, --pid=LIST   only these
TIME is the processor time, ETIME how long ago it began.`}

func runPs(c *cmd) int {
	// The BSD forms have no dash.
	args := c.args
	if len(args) > 0 && strings.Trim(args[0], "auxef") == "" && args[0] != "" {
		c.args = append([]string{"-e", "-f"}, args[1:]...)
	}
	f := c.flags()
	var all, full, long bool
	var columns, only string
	f.bool(&all, "e|A|a|x")
	f.bool(&full, "f")
	f.bool(&long, "l")
	f.str(&columns, "o|format")
	f.str(&only, "p|pid")
	f.ignore("u|w|H|forest|no-headers")
	f.parse()
	switch {
	case columns != "":
	case full && !long:
		columns = "pid,ppid,pgid,stat,tty,start,time,engine,args"
	case long:
		columns = "pid,ppid,pgid,sid,stat,tty,start,time,engine,args"
	default:
		columns = "pid,ppid,stat,tty,time,comm"
	}
	procs, err := c.fs.PS()
	if err != nil {
		c.fail(1, "%s", reason(err))
	}
	sid := uint32(c.fs.IDs().SID)
	names := strings.FieldsFunc(columns, func(r rune) bool { return r == ',' || r == ' ' })
	header := make([]string, len(names))
	align := ""
	for i, n := range names {
		n, title, ok := strings.Cut(n, "=")
		names[i] = n
		if header[i] = strings.ToUpper(n); ok {
			header[i] = title
		}
		switch n {
		case "args", "cmd", "command", "comm", "ucmd":
			if !ok {
				header[i] = "COMMAND"
			}
		case "pid", "ppid", "pgid", "sid", "pcpu", "%cpu":
			if !ok && strings.HasSuffix(n, "cpu") {
				header[i] = "%CPU"
			}
			align += ">"
			continue
		}
		align += "<"
	}
	rows := [][]string{header}
	if strings.Join(header, "") == "" {
		rows = nil
	}
	found := false
	for _, p := range procs {
		if only != "" && !strings.Contains(","+strings.ReplaceAll(only, " ", ",")+",", fmt.Sprintf(",%d,", p.PID)) {
			continue
		}
		if only == "" && !all && p.SID != sid {
			continue
		}
		found = true
		row := make([]string, len(names))
		for i, n := range names {
			if row[i] = c.psField(n, &p); row[i] == "" {
				row[i] = "-"
			}
		}
		rows = append(rows, row)
	}
	c.printTable(rows, nil, align)
	if only != "" && !found {
		return 1
	}
	return 0
}

func (c *cmd) psField(name string, p *sys.ProcInfo) string {
	started := time.Unix(0, p.StartTime)
	switch name {
	case "pid":
		return fmt.Sprint(p.PID)
	case "ppid":
		return fmt.Sprint(p.PPID)
	case "pgid":
		return fmt.Sprint(p.PGID)
	case "sid", "sess":
		return fmt.Sprint(p.SID)
	case "stat", "state", "s":
		return p.State
	case "tty", "tt":
		if p.TTY == "" {
			return "?"
		}
		return strings.TrimPrefix(p.TTY, "/dev/")
	case "start", "stime", "lstart":
		return started.In(c.zone()).Format("15:04:05")
	case "time", "cputime":
		return clock(time.Duration(p.CPU))
	case "etime":
		return clock(time.Since(started))
	case "pcpu", "%cpu":
		return fmt.Sprintf("%.1f", 100*float64(p.CPU)/float64(max(time.Since(started), time.Millisecond)))
	case "engine":
		return p.Engine
	case "user", "uid":
		return "user"
	case "comm", "ucmd":
		if len(p.Command) > 0 {
			return baseName(p.Command[0])
		}
	case "args", "cmd", "command":
		return strings.Join(p.Command, " ")
	}
	return ""
}

// clock is d as hours, minutes and seconds.
func clock(d time.Duration) string {
	s := int(max(d, 0) / time.Second)
	return fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60)
}

var killSpec = spec{name: "kill", synopsis: "[-s SIGNAL | -SIGNAL] PID...", run: runKill, literal: true, help: `
Send a signal (TERM) to processes; -PID is a group.
  -s, -n SIGNAL     this one, by name or number
  -l [SIGNAL]...    list the signals, or translate names and numbers
STOP stops a guest on the wazero engine wherever it is; on the browser's engine, where
nothing can hold a program that computes, at its next system call.`}

func runKill(c *cmd) int {
	args := c.args
	if len(args) == 1 && args[0] == "--help" {
		c.help()
	}
	if len(args) > 0 && (args[0] == "-l" || args[0] == "-L" || args[0] == "--list") {
		return c.listSignals(args[1:])
	}
	sig := sys.SIGTERM
	pick := func(name string) {
		var ok bool
		if sig, ok = sys.SignalByName(name); !ok && name != "0" {
			c.fail(1, "%s: invalid signal", name)
		}
	}
	switch {
	case len(args) == 0:
	case args[0] == "--":
		args = args[1:]
	case args[0] == "-s" || args[0] == "-n" || args[0] == "--signal":
		if len(args) < 2 {
			c.usageError(2, "option requires an argument -- '%s'", strings.TrimLeft(args[0], "-"))
		}
		pick(args[1])
		args = args[2:]
	case len(args[0]) > 1 && args[0][0] == '-':
		pick(strings.TrimPrefix(args[0][1:], "s"))
		args = args[1:]
	}
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		c.usageError(2, "no process ID specified")
	}
	for _, a := range args {
		pid, err := strconv.Atoi(a)
		if err != nil {
			c.errorf("%s: arguments must be process IDs", a)
			c.code = 1
			continue
		}
		if err := c.fs.Kill(pid, sig); err != nil {
			c.errorf("(%d): %s", pid, reason(err))
			c.code = 1
		}
	}
	return 0
}

func (c *cmd) listSignals(args []string) int {
	if len(args) == 0 {
		for s := sys.Signal(1); s < sys.NumSignals; s++ {
			if s.Valid() {
				c.out.WriteString(s.Name() + "\n")
			}
		}
	}
	for _, a := range args {
		n, err := strconv.Atoi(a)
		sig, ok := sys.SignalByName(a)
		if err == nil && n > 128 {
			// What the shell shows for a process that a signal ended.
			sig, ok = sys.Signal(n-128), n-128 < sys.NumSignals && sys.Signal(n-128).Valid()
		}
		switch {
		case !ok:
			c.errorf("%s: invalid signal", a)
			c.code = 1
		case err == nil:
			c.out.WriteString(sig.Name() + "\n")
		default:
			fmt.Fprintf(c.out, "%d\n", sig)
		}
	}
	return 0
}

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

var syncSpec = spec{name: "sync", synopsis: "[FILE]...", run: runSync, help: `
Make what was written last; without FILE, that of all files.`}

func runSync(c *cmd) int {
	f := c.flags()
	f.ignore("d|f|data|file-system")
	files := f.parse()
	if len(files) == 0 {
		files = []string{"/"}
	}
	for _, name := range files {
		fd, err := c.fs.Open(name, 0, 0)
		if err == nil {
			err = c.fs.Sync(fd)
			c.fs.Close(fd)
		}
		if err != nil {
			c.fileError(name, err)
		}
	}
	return 0
}
