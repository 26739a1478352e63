package commands

import (
	"fmt"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
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

// psField is a column of ps.
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
			return errno.Plain(baseName(p.Command[0]))
		}
	case "args", "cmd", "command":
		return errno.Plain(strings.Join(p.Command, " "))
	}
	return ""
}

// clock is d as hours, minutes and seconds.
func clock(d time.Duration) string {
	s := int(max(d, 0) / time.Second)
	return fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60)
}
