package shell

import (
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"time"

	"mvdan.cc/sh/v3/syntax"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/shell/paced"
)

// flow is why commands are being skipped.
type flow uint8

const (
	flowNone     flow = iota
	flowBreak         // levels loops are to be left
	flowContinue      // levels-1 loops are to be left, and one goes on
	flowReturn        // a function or a sourced file is to be left
	flowExit          // the shell ends
	flowAbort         // the rest of the line is not run
)

// function is a function of the shell. Its body is never changed.
type function struct {
	body   *syntax.Stmt
	source string
}

// frame is a call that is under way.
type frame struct {
	name, source string
}

// shell is the state of one shell process. A fork gets a copy, so that nothing
// is shared between goroutines but parsed programs, which nobody changes.
type shell struct {
	p *kernel.Process
	f *sys.Files

	name   string // $0
	script string // the file that is run, for messages
	// oneLine says that this is "sh -c"; lastStmt is then the last command there is,
	// once it is known, and final says that it is the one that runs.
	oneLine, final bool
	lastStmt       *syntax.Stmt
	params         []string
	env            environment
	funcs          map[string]*function
	alias          map[string]string
	hashed         map[string]string // command name to path
	opt            options
	shopt          map[string]bool

	fds map[int]int // the shell's numbers of files to the process's

	status       int
	pipestatus   []int
	lastArg      string
	flow         flow
	levels       int
	loops        int        // loops around the command at hand
	condition    int        // above 0 the status is being tested, and -e does not count
	interrupted  bool       // Ctrl-C at an interactive shell
	dying        sys.Signal // the signal that ends the shell after its EXIT trap
	substFiles   []int      // numbers of the files of process substitutions
	redirFailed  bool       // the redirections of a compound command failed
	readonlyFunc map[string]bool
	disabled     map[string]bool // builtins that "enable -n" hides
	execKeeps    bool            // the redirections of exec are to stay
	substCode    int             // status of the last command substitution, -1 if there was none
	depth        int             // nesting of commands and calls
	arithDepth   int
	frames       []frame
	sourcing     int
	line         int
	expanding    map[string]bool // aliases that are being expanded

	pid, ppid      int
	subshells      int
	substs         int  // command substitutions around
	piped          bool // the input is a pipe of this shell's parent
	lastBackground int
	started        time.Time
	secondsBase    int
	seed           uint32
	lostSpecial    map[string]bool // computed variables that were unset
	cwd            string
	dirs           []string
	optPlace       int // getopts: place within a cluster of letters
	patterns       patterns
	cut            bool   // the expansion at hand is given up
	bare           bool   // it is no shell: messages have no "sh" before them
	onOutput       func() // to be called once before anything is printed; nil: nothing

	traps   traps
	jobs    jobs
	history *history

	interactive bool
	atPrompt    bool        // the process is an interactive shell's own
	commands    int         // commands that were typed
	warnedAt    int         // the one at which the shell warned of stopped jobs
	exiting     bool        // exit was run at the prompt
	monitor     bool        // job control
	tty         int         // the terminal of job control, -1 for none
	pgid        int         // the shell's own group
	ttyMode     sys.TTYMode // the mode that commands begin with
}

// newShell is the state of a shell that begins on p.
func newShell(p *kernel.Process) *shell {
	f := p.Files()
	ids := f.IDs()
	sh := &shell{
		p: p, f: f, name: "sh",
		env:       newEnvironment(),
		funcs:     map[string]*function{},
		fds:       map[int]int{},
		shopt:     map[string]bool{},
		pid:       ids.PID,
		ppid:      ids.PPID,
		started:   time.Now(),
		substCode: -1,
		tty:       -1,
	}
	sh.patterns.work = sh.work
	sh.opt.hashall = true
	for _, kv := range p.Environ() {
		if name, value, ok := strings.Cut(kv, "="); ok && validName(name) {
			sh.env.global().vars[name] = &variable{set: true, exported: true, str: value}
		}
	}
	for fd := range 10 {
		if flags, _, _, err := f.FDFlags(fd); err == nil && flags&sys.OPreopen == 0 {
			sh.fds[fd] = fd
		}
	}
	sh.cwd, _ = f.Getcwd()
	vars := sh.env.global().vars
	if old := vars["PWD"]; old == nil || old.str != sh.cwd {
		vars["PWD"] = &variable{set: true, exported: true, str: sh.cwd}
	}
	setDefault(vars, "IFS", " \t\n", false)
	setDefault(vars, "PATH", "/bin", true)
	setDefault(vars, "OPTIND", "1", false)
	setDefault(vars, "PS4", "+ ", false)
	level := 1
	if v := vars["SHLVL"]; v != nil {
		if n, ok, _ := parseNumber(v.str); ok {
			level = int(n) + 1
		}
	}
	vars["SHLVL"] = &variable{set: true, exported: true, str: itoa(level)}
	vars["OPTIND"].str = "1"
	return sh
}

func setDefault(vars map[string]*variable, name, value string, exported bool) {
	if vars[name] == nil {
		vars[name] = &variable{set: true, exported: exported, str: value}
	}
}

// clone copies the state for a subshell. It still stands on the same process
// until it is forked.
func (sh *shell) clone() *shell {
	sh.outputBegins()
	c := *sh
	c.params = paced.Clone(sh.params, sh.work)
	c.env = sh.env.clone(sh.work)
	c.funcs = maps.Clone(sh.funcs)
	c.alias = maps.Clone(sh.alias)
	c.hashed = maps.Clone(sh.hashed)
	c.shopt = maps.Clone(sh.shopt)
	c.disabled = maps.Clone(sh.disabled)
	c.readonlyFunc = maps.Clone(sh.readonlyFunc)
	c.fds = maps.Clone(sh.fds)
	c.frames = slices.Clone(sh.frames)
	c.dirs = slices.Clone(sh.dirs)
	c.expanding = maps.Clone(sh.expanding)
	c.lostSpecial = maps.Clone(sh.lostSpecial)
	c.pipestatus = slices.Clone(sh.pipestatus)
	c.patterns = patterns{work: c.work}
	c.cut = false
	sh.reap() // the copy cannot ask for what has become of them
	c.jobs = sh.jobs.forChild()
	c.traps = sh.traps.forChild()
	c.substFiles = nil
	c.dying, c.interrupted = 0, false
	c.loops = sh.loops
	c.interactive = false
	c.monitor = false
	c.history = nil
	c.substCode = -1
	c.lastStmt, c.final = nil, false
	return &c
}

// maxDepth bounds the nesting of calls and compound commands.
const maxDepth = 4000

// unwindEvery is how often a deep recursion gives the processor away in a
// browser, where that also empties WebAssembly's own stack: Go's frames are
// kept in memory, so the depth is then bounded by memory alone.
const unwindEvery = 16

// enter counts a level of nesting and reports whether there may be one more.
func (sh *shell) enter() bool {
	sh.depth++
	if sh.depth > maxDepth {
		sh.depth--
		sh.errorf("maximum nesting level exceeded (%d)", maxDepth)
		sh.status = 1
		sh.flow = flowAbort
		return false
	}
	if runtime.GOOS == "js" && sh.depth%unwindEvery == 0 {
		runtime.Gosched()
	}
	return true
}

func (sh *shell) leave() { sh.depth-- }

// step is called before each command and each turn of a loop. It reports
// whether the shell may go on.
func (sh *shell) step() bool {
	sh.work(stepUnits)
	sh.signals()
	return sh.flow == flowNone
}

// fd is the process's number for the shell's file n, -1 if it is closed.
func (sh *shell) fd(n int) int {
	if real, ok := sh.fds[n]; ok {
		return real
	}
	return -1
}

// print writes to the shell's standard output, as one write.
func (sh *shell) print(s string) error { return sh.write(1, s) }

// writeMost is how much is written by one system call, in bytes.
const writeMost = 256 << 10

func (sh *shell) write(n int, s string) error {
	if s == "" {
		return nil
	}
	fd := sh.fd(n)
	if fd < 0 {
		return errClosed
	}
	sh.outputBegins()
	data := []byte(s)
	for len(data) > 0 {
		k, err := sh.f.Write(fd, data[:min(len(data), writeMost)])
		if isEINTR(err) {
			sh.signals()
			if sh.flow != flowNone {
				return nil
			}
		} else if err != nil {
			return err
		}
		data = data[k:]
	}
	return nil
}

// errorf prints a message of the shell itself.
func (sh *shell) errorf(format string, args ...any) {
	prefix := "sh: "
	if sh.bare {
		prefix = ""
	}
	if sh.script != "" {
		prefix = fmt.Sprintf("%s: line %d: ", sh.script, sh.line)
	}
	_ = sh.write(2, prefix+errno.Sentence(format, args...)+"\n")
}

// failed handles an error of an expansion: the command is not run. An unset
// parameter that must be set ends a shell that is not interactive; bad
// arithmetic ends the line.
func (sh *shell) failed(err error) {
	if errors.Is(err, errInterrupted) {
		sh.signals()
		if sh.flow == flowNone {
			sh.status, sh.flow = 130, flowAbort
		}
		return
	}
	sh.errorf("%s", message(err))
	sh.status = 1
	switch {
	case isFatal(err):
		sh.flow = flowAbort
		if !sh.interactive {
			sh.status = 127
			if sh.subshells > 0 {
				sh.status = 1
			}
			sh.flow = flowExit
		}
	case isAbort(err):
		sh.flow = flowAbort
	}
}

func (sh *shell) frameNames() []string {
	list := make([]string, 0, len(sh.frames)+1)
	for _, f := range slices.Backward(sh.frames) {
		list = append(list, f.name)
	}
	return append(list, "main")
}

func (sh *shell) frameSources() []string {
	list := make([]string, 0, len(sh.frames)+1)
	for _, f := range slices.Backward(sh.frames) {
		list = append(list, f.source)
	}
	if sh.script != "" || len(list) > 0 {
		list = append(list, sh.script)
	}
	return list
}
