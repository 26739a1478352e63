package commands

import (
	"cmp"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

var topSpec = spec{name: "top", synopsis: "[-b] [-d SECONDS] [-n COUNT]", run: runTop, help: `
Show the processes that use the processor most, again and again. On the terminal q
ends it, a blank shows it anew, k asks for a process to end.
  -b          print one list after another, as it also does if the output is no terminal
  -d SECONDS  between two (2)
  -n COUNT    end after so many`}

// top is a run of it.
type top struct {
	*cmd
	before map[uint32]int64 // processor time of each process when it was last shown
	at     time.Time        // when that was
}

func runTop(c *cmd) int {
	f := c.flags()
	batch, every, count := false, "2", 0
	f.bool(&batch, "b|batch")
	f.str(&every, "d|delay")
	f.int(&count, "n|iterations")
	f.parse()
	secs, err := seconds(every)
	if err != nil || secs > 1e6 {
		c.usageError(1, "invalid delay '%s'", every)
	}
	delay := max(time.Duration(secs*1e9), 100*time.Millisecond)
	t := &top{cmd: c, at: time.Now(), before: map[uint32]int64{}}
	if batch || !c.fs.IsTTY(1) || !c.fs.IsTTY(0) {
		for i := 0; count == 0 || i < count; i++ {
			if i > 0 {
				c.sleep(delay)
				c.out.WriteString("\n")
			}
			c.out.WriteString(strings.Join(t.lines(512, 1<<16), "\n") + "\n")
			c.out.Flush()
		}
		return 0
	}
	return t.screen(delay, count)
}

// screen shows the list on the terminal until a key ends it.
func (t *top) screen(delay time.Duration, count int) int {
	was, err := t.fs.TTYMode(0)
	if err != nil {
		t.fail(1, "standard input: %s", reason(err))
	}
	enter := func() {
		_ = t.fs.SetTTYMode(0, was&^(sys.TTYCanon|sys.TTYEcho))
		t.show("\x1b[?1049h\x1b[?25l")
	}
	leave := func() {
		t.show("\x1b[?25h\x1b[?1049l")
		_ = t.fs.SetTTYMode(0, was)
	}
	signals := t.p.Catch(sys.SIGINT, sys.SIGTERM, sys.SIGHUP, sys.SIGQUIT, sys.SIGTSTP, sys.SIGWINCH)
	enter()
	message := ""
	for shown := 1; ; shown++ {
		t.draw(message)
		message = ""
		if shown == count {
			leave()
			return 0
		}
		n, err := t.fs.Poll([]sys.PollFD{{FD: 0, Events: sys.PollIn}}, delay)
		switch {
		case isErrno(err, errno.EINTR):
			sig := sys.SIGWINCH
			select {
			case sig = <-signals:
			default:
			}
			switch sig {
			case sys.SIGWINCH:
			case sys.SIGTSTP:
				leave()
				t.p.Default(sys.SIGTSTP)
				_ = t.fs.Kill(0, sys.SIGTSTP)
				t.fs.GetPID() // it stops here
				signals = t.p.Catch(sys.SIGINT, sys.SIGTERM, sys.SIGHUP, sys.SIGQUIT, sys.SIGTSTP, sys.SIGWINCH)
				enter()
			default:
				leave()
				t.p.Default(sig)
				_ = t.fs.Kill(t.p.PID(), sig)
				return 128 + int(sig)
			}
		case err != nil:
			leave()
			return 1
		case n > 0:
			key := make([]byte, 1)
			if n, err := t.fs.Read(0, key); n == 0 && err != nil && !isErrno(err, errno.EINTR) {
				leave()
				return 0
			}
			switch key[0] {
			case 'q', 'Q':
				leave()
				return 0
			case 'k':
				message = t.ask()
			}
		}
	}
}

// ask reads the number of a process, and sends it SIGTERM.
func (t *top) ask() (message string) {
	_, rows, _ := t.fs.TTYSize(0)
	t.show(fmt.Sprintf("\x1b[%d;1H\x1b[K\x1b[?25hend process: ", max(rows, 1)))
	defer t.show("\x1b[?25l")
	digits := ""
	for key := make([]byte, 1); ; {
		if n, err := t.fs.Read(0, key); n == 0 || err != nil {
			return ""
		}
		switch b := key[0]; {
		case b == '\r' || b == '\n':
			pid, err := strconv.Atoi(digits)
			if err != nil {
				return ""
			}
			if err := t.fs.Kill(pid, sys.SIGTERM); err != nil {
				return fmt.Sprintf("(%d): %s", pid, reason(err))
			}
			return fmt.Sprintf("SIGTERM was sent to %d", pid)
		case '0' <= b && b <= '9' && len(digits) < 9:
			digits += string(b)
			t.show(string(b))
		case (b == 127 || b == 8) && digits != "":
			digits = digits[:len(digits)-1]
			t.show("\b \b")
		case b == 27:
			return ""
		}
	}
}

func (t *top) show(s string) {
	t.out.WriteString(s)
	t.out.Flush()
}

// draw shows one list.
func (t *top) draw(message string) {
	cols, rows, err := t.fs.TTYSize(0)
	if err != nil || cols == 0 || rows == 0 {
		cols, rows = 80, 24
	}
	lines := t.lines(cols, rows)
	if message != "" && len(lines) > 1 {
		lines[1] = cut(message, cols)
	}
	var b strings.Builder
	b.WriteString("\x1b[H")
	for i, line := range lines {
		if i > 0 {
			b.WriteString("\r\n")
		}
		b.WriteString(line + "\x1b[K")
	}
	b.WriteString("\x1b[J")
	t.show(b.String())
}

// lines is what one list shows, rows lines at the most.
func (t *top) lines(cols, rows int) []string {
	procs, err := t.fs.PS()
	if err != nil {
		t.fail(1, "%s", reason(err))
	}
	now := time.Now()
	since := max(now.Sub(t.at), time.Millisecond)
	used := map[uint32]int64{}
	share := map[uint32]float64{}
	states := map[string]int{}
	for _, p := range procs {
		used[p.PID] = p.CPU
		was, known := t.before[p.PID]
		span := since
		if !known { // since it began
			span = max(now.Sub(time.Unix(0, p.StartTime)), time.Millisecond)
		}
		share[p.PID] = 100 * float64(p.CPU-was) / float64(span)
		states[p.State]++
	}
	t.before, t.at = used, now
	sort.Slice(procs, func(i, j int) bool {
		a, b := procs[i].PID, procs[j].PID
		return share[a] > share[b] || share[a] == share[b] && a < b
	})
	lines := []string{
		cut(fmt.Sprintf("top - %s, %d processes: %d running, %d waiting, %d stopped, %d zombie", now.In(t.zone()).Format("15:04:05"),
			len(procs), states["R"], states["S"], states["T"], states["Z"]), cols),
		"",
		cut(fmt.Sprintf("%5s %5s %-4s %-7s %-7s %5s %8s %s", "PID", "PPID", "STAT", "TTY", "ENGINE", "%CPU", "TIME", "COMMAND"), cols),
	}
	for _, p := range procs {
		if len(lines) >= rows {
			break
		}
		field := func(name string) string {
			return cmp.Or(t.psField(name, &p), "-")
		}
		lines = append(lines, cut(fmt.Sprintf("%5d %5d %-4s %-7s %-7s %5.1f %8s %s", p.PID, p.PPID, p.State, field("tty"),
			field("engine"), share[p.PID], clock(time.Duration(p.CPU)), field("args")), cols))
	}
	return lines[:min(len(lines), max(rows, 1))]
}

// cut is the beginning of s that fits into cols columns, with nothing in it that could
// move the cursor.
func cut(s string, cols int) string {
	clean := []rune(errno.Plain(s))
	return string(clean[:min(len(clean), cols)])
}
