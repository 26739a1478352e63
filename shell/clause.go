package shell

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"mvdan.cc/sh/v3/syntax"

	"github.com/bushel-wasm/bushel/shell/cformat"
)

// timeClause runs time COMMAND. The processor time of commands is not known, so
// user and sys are zero.
func (sh *shell) timeClause(cm *syntax.TimeClause) {
	start, before := time.Now(), sh.processorTime()
	if cm.Stmt != nil {
		sh.stmt(cm.Stmt)
	}
	d, user := time.Since(start), sh.processorTime()-before
	if cm.PosixFormat {
		_ = sh.write(2, fmt.Sprintf("real %.2f\nuser %.2f\nsys 0.00\n", d.Seconds(), user.Seconds()))
		return
	}
	if format, ok := sh.getOK("TIMEFORMAT"); ok {
		if format != "" {
			_ = sh.write(2, sh.timeFormat(format, d, user)+"\n")
		}
		return
	}
	_ = sh.write(2, fmt.Sprintf("\nreal\t%s\nuser\t%s\nsys\t0m0.000s\n", minutes(d, 3), minutes(user, 3)))
}

// processorTime is that of the shell and of the children that it has waited for. All of
// it is the user's: what the kernel does for a process is not counted.
func (sh *shell) processorTime() time.Duration {
	self, children := sh.p.Times()
	return self + children
}

func minutes(d time.Duration, prec int) string {
	m := int(d / time.Minute)
	return fmt.Sprintf("%dm%.*fs", m, prec, (d - time.Duration(m)*time.Minute).Seconds())
}

// timeFormat prints a duration by TIMEFORMAT: %[p][l]R, U, S, P and %%.
func (sh *shell) timeFormat(format string, d, user time.Duration) string {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b.WriteByte(format[i])
			continue
		}
		i++
		prec, long := 3, false
		if '0' <= format[i] && format[i] <= '9' && i+1 < len(format) {
			prec = min(int(format[i]-'0'), 3)
			i++
		}
		if format[i] == 'l' && i+1 < len(format) {
			long = true
			i++
		}
		v := time.Duration(0)
		switch format[i] {
		case '%':
			b.WriteByte('%')
			continue
		case 'R':
			v = d
		case 'P':
			b.WriteString(strconv.FormatFloat(100*user.Seconds()/max(d, 1).Seconds(), 'f', 2, 64))
			continue
		case 'U':
			v = user
		case 'S':
		default:
			b.WriteByte(format[i])
			continue
		}
		if long {
			b.WriteString(minutes(v, prec))
		} else {
			b.WriteString(strconv.FormatFloat(v.Seconds(), 'f', prec, 64))
		}
	}
	text, _ := cformat.Unescape(b.String(), cformat.ANSI, sh.work)
	return text
}

// selectLoop runs select NAME in WORDS.
func (sh *shell) selectLoop(cm *syntax.ForClause, name string, items []string) {
	if len(items) == 0 {
		sh.status = 0
		return
	}
	menu := true
	for sh.step() {
		if menu {
			width := len(itoa(len(items)))
			var b strings.Builder
			for i, item := range items {
				fmt.Fprintf(&b, "%*d) %s\n", width, i+1, item)
			}
			_ = sh.write(2, b.String())
			menu = false
		}
		ps3, ok := sh.getOK("PS3")
		if !ok {
			ps3 = "#? "
		}
		_ = sh.write(2, ps3)
		c := &call{sh: sh, name: "read", args: []string{"REPLY"}}
		if status := read(c); status != 0 {
			_ = sh.write(1, "\n")
			sh.status = 1
			return
		}
		reply := sh.get("REPLY")
		if reply == "" {
			menu = true
			continue
		}
		choice := ""
		if n, err := strconv.Atoi(strings.TrimSpace(reply)); err == nil && n >= 1 && n <= len(items) {
			choice = items[n-1]
		}
		if err := sh.set(name, choice); err != nil {
			sh.failed(err)
			return
		}
		if !sh.body(cm.Do) {
			return
		}
	}
}
