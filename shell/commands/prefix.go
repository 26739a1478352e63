package commands

import (
	"math"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// The commands that stand before another: nohup, nice and timeout.

var nohupSpec = spec{name: "nohup", synopsis: "COMMAND [ARG]...", run: runNohup, help: `
Run a command that the end of the terminal does not end. If standard output is
the terminal, what it prints is added to nohup.out, or to that file in $HOME;
if standard input is the terminal, it reads nothing.`}

func runNohup(c *cmd) int {
	f := c.flags()
	f.posix, f.bad = true, 125
	args := f.parse()
	if len(args) == 0 {
		c.usageError(125, "missing operand")
	}
	c.p.Ignore(sys.SIGHUP)
	fds := [][2]uint32{{0, 0}, {1, 1}, {2, 2}}
	var did []string
	if c.fs.IsTTY(0) {
		fd, err := c.fs.Open("/dev/null", sys.ORead, 0)
		if err != nil {
			c.fail(125, "/dev/null: %s", reason(err))
		}
		fds[0][0] = uint32(fd)
		did = append(did, "ignoring input")
	}
	if c.fs.IsTTY(1) {
		name := "nohup.out"
		fd, err := c.fs.Open(name, sys.OWrite|sys.OCreate|sys.OAppend, 0o600)
		if home := c.getenv("HOME"); err != nil && home != "" {
			name = joinPath(home, name)
			fd, err = c.fs.Open(name, sys.OWrite|sys.OCreate|sys.OAppend, 0o600)
		}
		if err != nil {
			c.fail(125, "%s: %s", name, reason(err))
		}
		fds[1][0] = uint32(fd)
		did = append(did, "appending output to '"+name+"'")
	}
	if len(did) > 0 {
		c.errorf("%s", strings.Join(did, " and "))
	}
	if c.fs.IsTTY(2) {
		fds[2][0] = fds[1][0]
	}
	return c.become(args, nil, fds)
}

var niceSpec = spec{name: "nice", synopsis: "[-n N] [COMMAND [ARG]...]", run: runNice, help: `
Run a command, or print the niceness, which is 0. A niceness is accepted and has no
effect: the page's workers share the processor as the browser sees fit.
  -n, --adjustment=N  the niceness`}

func runNice(c *cmd) int {
	if len(c.args) > 0 && len(c.args[0]) > 1 && c.args[0][0] == '-' && isDigits(strings.TrimLeft(c.args[0], "-+")) {
		c.args = append([]string{"-n", c.args[0][1:]}, c.args[1:]...) // the old form, -10
	}
	f := c.flags()
	f.posix, f.bad = true, 125
	by := ""
	f.str(&by, "n|adjustment")
	args := f.parse()
	if by != "" {
		if _, err := strconv.Atoi(by); err != nil {
			c.usageError(125, "invalid adjustment '%s'", by)
		}
	}
	if len(args) == 0 {
		if by != "" {
			c.usageError(125, "a command must be given with an adjustment")
		}
		c.out.WriteString("0\n")
		return 0
	}
	return c.become(args, nil, nil)
}

var timeoutSpec = spec{name: "timeout", synopsis: "[OPTION]... DURATION COMMAND [ARG]...", run: runTimeout, help: `
Run a command, and end it if it still runs after DURATION: a number with s, m, h or d;
0 is without end. Exits with 124 if it did, with 125 if timeout itself fails, with 126
or 127 if the command cannot be started, else as the command does.
  -s, --signal=SIGNAL    what to send (TERM)
  -k, --kill-after=TIME  send KILL if it still runs so much later
      --foreground       leave it in the terminal's group; its children are not timed out
      --preserve-status  exit as the command does in any case
  -v, --verbose          report the signals that are sent`}

// timeout is a run of it.
type timeout struct {
	*cmd
	pid        int
	sig        sys.Signal
	kill       time.Duration // 0: never
	foreground bool
	verbose    bool
	preserve   bool
	name       string
	fired      atomic.Bool // the time is over
	killed     atomic.Bool // and SIGKILL was sent
}

func runTimeout(c *cmd) int {
	t := &timeout{cmd: c, sig: sys.SIGTERM}
	f := c.flags()
	f.posix, f.bad = true, 125
	var sig, kill string
	f.str(&sig, "s|signal")
	f.str(&kill, "k|kill-after")
	f.bool(&t.foreground, "foreground")
	f.bool(&t.preserve, "preserve-status|p")
	f.bool(&t.verbose, "v|verbose")
	args := f.parse()
	if len(args) < 2 {
		c.usageError(125, "missing operand")
	}
	if sig != "" {
		var ok bool
		if t.sig, ok = sys.SignalByName(sig); !ok {
			c.usageError(125, "%s: invalid signal", sig)
		}
	}
	t.kill = c.interval(kill)
	limit := c.interval(args[0])
	if !t.foreground {
		_ = c.fs.SetPGID(0, 0) // a leader of a session keeps its group
	}
	t.name = args[1]
	ended := []sys.Signal{sys.SIGINT, sys.SIGTERM, sys.SIGHUP, sys.SIGQUIT}
	pid, err := c.start(args[1:], nil, nil)
	if err != nil {
		c.errorf("%s: %s", args[1], reason(err))
		return launchCode(err)
	}
	t.pid = pid
	caught := c.p.Catch(ended...)
	if limit > 0 {
		defer time.AfterFunc(limit, func() { t.fired.Store(true); t.send(t.sig) }).Stop()
		if t.kill > 0 {
			defer time.AfterFunc(limit+t.kill, func() { t.send(sys.SIGKILL) }).Stop()
		}
	}
	return t.wait(caught)
}

// interval reads a duration; what is too long for a clock is as long as that can be.
func (c *cmd) interval(s string) time.Duration {
	if s == "" {
		return 0
	}
	x, err := seconds(s)
	if err != nil {
		c.usageError(125, "invalid time interval '%s'", s)
	}
	return time.Duration(min(x*1e9, math.MaxInt64/4))
}

// wait waits for the command, and passes on the signals that come for timeout.
func (t *timeout) wait(caught <-chan sys.Signal) int {
	for {
		_, status, err := t.fs.Wait(t.pid, 0)
		switch {
		case isErrno(err, errno.EINTR):
			select {
			case sig := <-caught:
				t.send(sig)
				if t.kill > 0 {
					defer time.AfterFunc(t.kill, func() { t.send(sys.SIGKILL) }).Stop()
				}
			default:
			}
		case err != nil:
			return 125
		case t.fired.Load() && !t.preserve && !t.killed.Load():
			return 124
		case status.Signal() != 0 && !t.fired.Load():
			// It ends as the command did, so that a shell sees what happened.
			t.p.Default(status.Signal())
			_ = t.fs.Kill(t.p.PID(), status.Signal())
			return status.Code()
		default:
			return status.Code()
		}
	}
}

// send sends a signal to the command, and to what it started if that is timeout's own
// group.
func (t *timeout) send(sig sys.Signal) {
	if sig == sys.SIGKILL {
		t.killed.Store(true)
	}
	if t.verbose {
		_, _ = t.fs.Write(2, []byte("timeout: sending signal "+sig.Name()+" to command '"+t.name+"'\n"))
	}
	_ = t.fs.Kill(t.pid, sig)
	self, group := t.p.PID(), t.fs.IDs().PGID
	list, _ := t.fs.PS()
	for _, p := range list {
		if pid := int(p.PID); int(p.PGID) == group && pid != self && pid != t.pid && !t.foreground {
			_ = t.fs.Kill(pid, sig)
		}
	}
	if sig != sys.SIGKILL && sig != sys.SIGCONT {
		_ = t.fs.Kill(t.pid, sys.SIGCONT) // one that is stopped would not notice
	}
}
