package commands

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/klog"
)

var logSpec = spec{name: "log", synopsis: "[-f] [-n COUNT] [-l LEVEL] [-p PID] [-m MODULE] [--json] | --console LEVEL | --keep LEVEL", run: runLog, help: `
Show what the system, its services and programs have logged.

  -f, --follow         go on with what is logged from now on
  -n, --lines COUNT    no more than the last COUNT entries
  -l, --level LEVEL    those of LEVEL and above: debug, info, warn or error; info if it is
                       missing
  -p, --pid PID        those of one process, or about it
  -m, --module MODULE  those of one part of the system, such as bus or grants, or one program
  -j, --json           each entry as a line of JSON
  --console LEVEL      show what is logged from LEVEL on in the page's console, or on the
                       standard error of the native command, from now on; "off" ends that
  --keep LEVEL         keep nothing below LEVEL, and have programs not prepare it`}

var dmesgSpec = spec{name: "dmesg", synopsis: "[-w] [-l LEVEL] [--json]", run: runDmesg, help: `
Show what the kernel has logged since it was started: starts that failed, faults, limits
that were met, engines, mounts, packages of the bus, grants that are missing.

  -w, --follow       go on with what is logged from now on
  -l, --level LEVEL  those of LEVEL and above: debug, info, warn or error; debug if it is missing
  -j, --json         each entry as a line of JSON`}

// logView is what of the log is shown, and how.
type logView struct {
	follow, json, sinceStart bool
	last                     int // 0: all
	level                    slog.Level
	pid                      int
	modules                  []string
	begun                    time.Time
}

// level reads the name of a level.
func (c *cmd) level(name string) slog.Level {
	var l slog.Level
	if name == "off" {
		return klog.Off
	}
	if err := l.UnmarshalText([]byte(name)); err != nil {
		c.fail(2, "'%s' is none of debug, info, warn and error", name)
	}
	return l
}

func runLog(c *cmd) int {
	f := c.flags()
	f.bad = 2
	v := logView{}
	level, module, console, keep := "info", "", "", ""
	f.bool(&v.follow, "f|follow")
	f.int(&v.last, "n|lines")
	f.str(&level, "l|level")
	f.int(&v.pid, "p|pid")
	f.str(&module, "m|module")
	f.bool(&v.json, "j|json")
	f.str(&console, "console")
	f.str(&keep, "keep")
	c.operands(f.parse(), 0, 0)
	log := c.p.Kernel().Log()
	if console != "" || keep != "" {
		if console != "" {
			log.ShowOn(c.level(console))
		}
		if keep != "" {
			log.SetLevel(c.level(keep))
		}
		return 0
	}
	v.level = c.level(level)
	if module != "" {
		v.modules = []string{module}
	}
	return c.showLog(&v)
}

func runDmesg(c *cmd) int {
	f := c.flags()
	f.bad = 2
	v := logView{modules: kernel.Modules, sinceStart: true}
	level := "debug"
	f.bool(&v.follow, "w|follow")
	f.str(&level, "l|level")
	f.bool(&v.json, "j|json")
	c.operands(f.parse(), 0, 0)
	v.level = c.level(level)
	return c.showLog(&v)
}

// shows reports whether the entry is to be shown.
func (v *logView) shows(e *klog.Entry) bool {
	if e.Level < v.level || v.pid != 0 && e.PID != v.pid {
		return false
	}
	for _, m := range v.modules {
		if m == e.Module {
			return true
		}
	}
	return len(v.modules) == 0
}

// showLog prints the log, and goes on with it if that is wanted.
func (c *cmd) showLog(v *logView) int {
	log := c.p.Kernel().Log()
	v.begun = c.p.Kernel().Started()
	list, lost := log.Since(0)
	var shown []klog.Entry
	next := lost
	for _, e := range list {
		next = e.Number
		if v.shows(&e) {
			shown = append(shown, e)
		}
		c.tick()
	}
	if v.last > 0 && len(shown) > v.last {
		shown = shown[len(shown)-v.last:]
	}
	for i := range shown {
		c.logLine(v, &shown[i])
	}
	for v.follow {
		c.out.Flush()
		if err := log.Wait(c.p.Context(), next); err != nil {
			return 0
		}
		list, lost := log.Since(next)
		if lost > 0 {
			fmt.Fprintf(c.out, "... %d entries are lost\n", lost)
		}
		for i := range list {
			if next = list[i].Number; v.shows(&list[i]) {
				c.logLine(v, &list[i])
			}
		}
	}
	return 0
}

// logLine prints an entry.
func (c *cmd) logLine(v *logView, e *klog.Entry) {
	if v.json {
		text, err := json.Marshal(e)
		if err != nil {
			c.fail(1, "%s", err)
		}
		c.out.Write(append(text, '\n'))
		return
	}
	if v.sinceStart {
		fmt.Fprintf(c.out, "[%12.6f] ", e.Time.Sub(v.begun).Seconds())
	} else {
		c.out.WriteString(e.Time.Format("15:04:05.000 "))
	}
	from := e.Module
	if e.PID != 0 {
		from += fmt.Sprintf("[%d]", e.PID)
	}
	if e.Call != 0 {
		from += fmt.Sprintf(" call %d", e.Call)
	}
	fmt.Fprintf(c.out, "%-5s %s: %s\n", strings.ToLower(e.Level.String()), strings.TrimSpace(from), e.Text)
}
