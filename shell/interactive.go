package shell

import (
	"errors"
	"io"
	"net/url"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/shell/edit"
)

// history is the lines that were typed, and the file they are kept in.
type history struct {
	edit.History
	file string
}

// interact reads commands from the terminal until its end.
func (sh *shell) interact() {
	sh.interactive, sh.atPrompt = true, true
	sh.tty = sh.private(sh.fd(0))
	for _, sig := range promptSignals {
		sh.disposition(sig)
	}
	winch := sh.p.Catch(sys.SIGWINCH)
	sh.opt.monitor, sh.opt.emacs, sh.opt.history = true, true, true
	sh.setMonitor(true)
	vars := sh.env.global().vars
	setDefault(vars, "PS1", defaultPrompt, false)
	setDefault(vars, "PS2", "> ", false)
	sh.loadHistory()
	sh.startup()
	if mode, err := sh.f.TTYMode(sh.tty); err == nil {
		sh.ttyMode = mode
	}
	var editor *edit.Editor
	editor = edit.New(edit.Config{
		Read:     func() (byte, error) { return sh.readKey(winch, editor) },
		Pending:  sh.keyPending,
		Write:    func(s string) { sh.show(s) },
		Size:     sh.windowSize,
		Complete: sh.complete,
		History:  &sh.history.History,
	})
	for sh.flow != flowExit {
		sh.notify()
		sh.windowVariables()
		text, ok := sh.readCommand(editor)
		if !ok {
			break
		}
		if text == "" {
			continue
		}
		sh.remember(text)
		sh.commands++
		sh.interrupted = false
		sh.line = 1
		sh.show(commandMark(text))
		sh.runText(text, true)
		sh.show(exitMark(sh.status))
		if sh.exiting {
			break
		}
		if sh.interrupted {
			_ = sh.write(2, "\n")
		}
		sh.flow = flowNone
		sh.loops, sh.condition, sh.depth = 0, 0, 0
		sh.closeSubsts(0)
	}
	sh.hangUp()
}

// startup runs the file that $ENV names, or ~/.shrc.
func (sh *shell) startup() {
	file := sh.get("ENV")
	if file == "" {
		file = sh.get("HOME") + "/.shrc"
	}
	if st, err := sh.f.Stat(file); err == nil && st.Type == sys.TypeRegular {
		c := &call{sh: sh, name: ".", args: []string{file}}
		source(c)
	}
	sh.flow, sh.status = flowNone, 0
}

// readCommand reads lines until they are a whole command. ok is false at the
// end of the input.
func (sh *shell) readCommand(editor *edit.Editor) (text string, ok bool) {
	if cmd := sh.get("PROMPT_COMMAND"); cmd != "" {
		status := sh.status
		sh.eval(cmd)
		sh.status = status
		sh.flow = flowNone
	}
	prompt := "PS1"
	for {
		shown := sh.prompt(sh.get(prompt))
		if prompt == "PS1" {
			shown = sh.promptMarks(shown)
		}
		line, err := sh.readLine(editor, shown)
		switch {
		case errors.Is(err, edit.ErrInterrupt):
			sh.status = 130
			return "", true
		case errors.Is(err, io.EOF) && text == "" && sh.opt.ignoreeof:
			_ = sh.write(2, "Use \"exit\" to leave the shell.\n")
			continue
		case errors.Is(err, io.EOF) && text == "":
			c := &call{sh: sh, name: "exit"}
			n := exitCmd(c)
			if sh.flow == flowExit {
				_ = sh.write(2, "exit\n")
				sh.status = n
				return "", false
			}
			return "", true
		case errors.Is(err, io.EOF):
			sh.syntaxError(errors.New("unexpected end of file"))
			return "", true
		case err != nil:
			return "", false
		}
		text += line + "\n"
		if strings.TrimSpace(text) == "" {
			return "", true
		}
		if !sh.incomplete(text) {
			return text, true
		}
		prompt = "PS2"
	}
}

// incomplete reports whether a text would be a program if more of it came.
func (sh *shell) incomplete(text string) bool {
	if sh.nesting(text) > maxNesting {
		return false
	}
	line := strings.TrimSuffix(text, "\n")
	if n := len(line) - len(strings.TrimRight(line, `\`)); n%2 == 1 {
		return true
	}
	_, err := parser().Parse(sh.reader(text), "")
	return err != nil && syntax.IsIncomplete(err)
}

// readLine reads a line with the editor, in raw mode.
func (sh *shell) readLine(editor *edit.Editor, prompt string) (string, error) {
	if mode, err := sh.f.TTYMode(sh.tty); err == nil {
		sh.ttyMode = mode
	}
	if err := sh.f.SetTTYMode(sh.tty, sys.TTYRaw); err != nil {
		return "", err
	}
	line, err := editor.ReadLine(prompt)
	_ = sh.f.SetTTYMode(sh.tty, sh.ttyMode)
	return line, err
}

// readKey reads one byte from the terminal. No more is taken: what is typed
// ahead belongs to the command that runs next.
func (sh *shell) readKey(winch <-chan sys.Signal, editor *edit.Editor) (byte, error) {
	buf := make([]byte, 1)
	for {
		n, err := sh.f.Read(sh.tty, buf)
		switch {
		case n == 1:
			return buf[0], nil
		case isEINTR(err):
			resized := false
			select {
			case <-winch:
				resized = true
			default:
			}
			sh.collect()
			if resized = resized || slices.Contains(sh.traps.pending, sys.SIGWINCH); resized {
				sh.windowVariables()
			}
			resized = sh.signalsAtPrompt(editor) || resized
			if sh.flow == flowExit {
				return 0, err
			}
			sh.flow, sh.interrupted = flowNone, false
			if resized {
				return 0, edit.ErrResize
			}
		case err == nil:
			return 0, io.EOF
		case errno.Of(err) == errno.EAGAIN:
			_, _ = sh.f.Poll([]sys.PollFD{{FD: uint32(sh.tty), Events: sys.PollIn}}, -1)
		default:
			return 0, err
		}
	}
}

// signalsAtPrompt runs the traps of signals that came while a line is edited, with
// the terminal as it is for commands. What they print comes below the line; then it
// reports that the line is to be drawn again.
func (sh *shell) signalsAtPrompt(editor *edit.Editor) (below bool) {
	if len(sh.traps.commands) == 0 || len(sh.traps.pending) == 0 {
		sh.signals()
		return false
	}
	_ = sh.f.SetTTYMode(sh.tty, sh.ttyMode)
	sh.onOutput = func() {
		editor.Below()
		below = true
	}
	sh.signals()
	sh.onOutput = nil
	_ = sh.f.SetTTYMode(sh.tty, sys.TTYRaw)
	return below
}

// outputBegins is called before the shell prints, or starts what may print.
func (sh *shell) outputBegins() {
	if f := sh.onOutput; f != nil {
		sh.onOutput = nil
		f()
	}
}

func (sh *shell) keyPending() bool {
	n, err := sh.f.Poll([]sys.PollFD{{FD: uint32(sh.tty), Events: sys.PollIn}}, 0)
	return err == nil && n > 0
}

// show writes to the terminal.
func (sh *shell) show(s string) {
	data := []byte(s)
	for len(data) > 0 {
		n, err := sh.f.Write(sh.tty, data)
		if err != nil && !isEINTR(err) {
			return
		}
		data = data[n:]
	}
}

func (sh *shell) windowSize() (cols, rows int) {
	cols, rows, err := sh.f.TTYSize(sh.tty)
	if err != nil || cols == 0 {
		return 80, 24
	}
	return cols, rows
}

// windowVariables sets COLUMNS and LINES.
func (sh *shell) windowVariables() {
	cols, rows := sh.windowSize()
	_ = sh.set("COLUMNS", itoa(cols))
	_ = sh.set("LINES", itoa(rows))
}

// setMonitor switches job control on or off.
func (sh *shell) setMonitor(on bool) {
	sh.monitor = on
	if !on {
		return
	}
	ids := sh.f.IDs()
	sh.pgid = ids.PGID
	if sh.tty < 0 {
		if sh.isTerminal(0) {
			sh.tty = sh.private(sh.fd(0))
		} else {
			return
		}
	}
	if sh.interactive && ids.PGID != ids.PID {
		if err := sh.f.SetPGID(0, 0); err == nil {
			sh.pgid = ids.PID
		}
	}
	if sh.interactive {
		_ = sh.f.SetTTYGroup(sh.tty, sh.pgid)
	}
	if mode, err := sh.f.TTYMode(sh.tty); err == nil {
		sh.ttyMode = mode
	}
}

// maxHistory is how much of a history's file is read, in bytes. A file that has grown
// longer is written anew with the lines that are kept.
const maxHistory = 256 << 10

// loadHistory reads the file that HISTFILE names, ~/.sh_history if it is not set. With an
// empty name the lines are not kept.
func (sh *shell) loadHistory() {
	sh.history = &history{}
	file, given := sh.getOK("HISTFILE")
	if home := sh.get("HOME"); !given && home != "" {
		file = strings.TrimSuffix(home, "/") + "/.sh_history"
	}
	if sh.history.file = file; file == "" {
		return
	}
	fd, err := sh.f.Open(file, sys.ORead, 0)
	if err != nil {
		return
	}
	size, _ := sh.f.Seek(fd, 0, int(sys.SeekEnd))
	_, _ = sh.f.Seek(fd, max(size-maxHistory, 0), int(sys.SeekSet))
	data, err := sh.readAll(fd, 2*maxHistory)
	_ = sh.f.Close(fd)
	if err != nil {
		return
	}
	text := string(data)
	if size > maxHistory {
		_, text, _ = strings.Cut(text, "\n") // the first line is a part of one
	}
	sh.history.Load(text)
	if size > maxHistory {
		var b strings.Builder
		for _, line := range sh.history.Lines() {
			b.WriteString(edit.Encode(line))
		}
		_ = sh.f.WriteFile(file, []byte(b.String()), 0o600)
	}
}

// remember adds a command to the history and its file.
func (sh *shell) remember(text string) {
	text = strings.TrimRight(text, "\n")
	if !sh.history.Add(text) || sh.history.file == "" {
		return
	}
	fd, err := sh.f.Open(sh.history.file, sys.OWrite|sys.OCreate|sys.OAppend, 0o600)
	if err != nil {
		return
	}
	_, _ = sh.f.Write(fd, []byte(edit.Encode(text)))
	_ = sh.f.Close(fd)
}

// hangUp ends the jobs that are stopped when the shell ends: nobody could let
// them go on.
func (sh *shell) hangUp() {
	for _, j := range sh.jobs.list {
		if j.stopped() && !j.noHangup {
			_ = sh.signalJob(j, sys.SIGHUP)
			_ = sh.signalJob(j, sys.SIGCONT)
		}
	}
}

func historyCmd(c *call) int {
	opts, rest, ok := c.options("cd:anrwps")
	if !ok {
		return 2
	}
	h := c.sh.history
	if h == nil {
		return 0
	}
	if opts.has('c') {
		h.Clear()
		if h.file != "" {
			_ = c.sh.f.WriteFile(h.file, nil, 0o600)
		}
		return 0
	}
	lines := h.Lines()
	from := 0
	if len(rest) > 0 {
		n, ok, _ := parseNumber(rest[0])
		if !ok || n < 0 {
			return c.fail("%s: numeric argument required", rest[0])
		}
		from = max(len(lines)-int(n), 0)
	}
	for i := from; i < len(lines); i++ {
		c.printf("%5d  %s\n", i+1, lines[i])
	}
	return 0
}

// The marks by which a shell tells its terminal what is prompt, command and
// output (OSC 133, FinalTerm's), and its directory (OSC 7). A terminal that does not
// know them shows nothing of them.

// promptMarks puts the marks around a prompt, and the directory before it.
func (sh *shell) promptMarks(prompt string) string {
	dir := (&url.URL{Path: sh.cwd}).EscapedPath()
	return "\x1b]7;file://bushel" + dir + "\a\x1b]133;A\a" + prompt + "\x1b]133;B\a"
}

// commandMark begins the output of a command.
func commandMark(text string) string {
	return "\x1b]133;C;cmdline_url=" + url.PathEscape(strings.TrimRight(text, "\n")) + "\a"
}

// exitMark ends it.
func exitMark(status int) string { return "\x1b]133;D;" + itoa(status) + "\a" }
