package commands

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/trace"
)

var traceSpec = spec{name: "trace", synopsis: "[-cfj] [-e CALLS] [-o FILE] [--chrome FILE] COMMAND [ARG...] | -p PID", run: runTrace, help: `
Run a command, and print each system call and each call on the bus that it makes, when it has
ended: the seconds since the beginning, the pid, the call with its arguments, its
result, and how many seconds it took. A program that is traced asks the kernel for all that it
does not know by itself, and is slower for that.

  -e CALLS       trace CALLS only, a list of names with commas, such as open,read; "bus"
                 for the calls on the bus, "all" for everything; with a "!" before the
                 list, all others
  -f, --follow   trace what it starts too
  -p PID         trace a process that runs already, until it ends or ^C. It may go on
                 reading files that it has open from its copies
  -o FILE        write to FILE, not to standard error
  -c, --summary  print no calls, but a table of how many there were and how long they took
  --chrome FILE  write FILE for Chrome's trace viewer, which Perfetto opens
  -j, --json     print each call as a line of JSON`}

// tracer prints what a trace collects.
type tracer struct {
	*cmd
	t       *kernel.Trace
	out     io.Writer
	file    *sys.File
	begun   time.Time
	json    bool
	sums    *trace.Summary // instead of lines
	chrome  *trace.Chrome
	chromed *sys.File
	names   methodNames
	only    string // a package, if not empty
}

func runTrace(c *cmd) int {
	f := c.flags()
	f.posix, f.bad = true, 2
	calls, out, chrome := "all", "", ""
	follow, summary, asJSON := false, false, false
	pid := 0
	f.str(&calls, "e|expression")
	f.bool(&follow, "f|follow")
	f.int(&pid, "p|pid")
	f.str(&out, "o|output")
	f.bool(&summary, "c|summary")
	f.str(&chrome, "chrome")
	f.bool(&asJSON, "j|json")
	args := f.parse()
	if (len(args) == 0) == (pid == 0) {
		c.usageError(2, "give either a command or -p PID")
	}
	o := c.tracedCalls(calls)
	o.Follow = follow
	t := &tracer{cmd: c, t: c.p.Kernel().NewTrace(o), json: asJSON, begun: time.Now()}
	defer t.t.Close()
	t.open(out, chrome)
	if summary {
		t.sums = &trace.Summary{}
	}
	if pid != 0 {
		return t.attach(pid)
	}
	return t.command(args)
}

// tracedCalls reads the option -e.
func (c *cmd) tracedCalls(list string) kernel.TraceOptions {
	names, not := strings.CutPrefix(list, "!")
	var ops [sys.NumOps]bool
	all, onBus := false, false
	for name := range strings.SplitSeq(names, ",") {
		known := false
		switch name {
		case "all":
			all, onBus, known = true, true, true
		case "bus":
			onBus, known = true, true
		default:
			for op := sys.Op(1); op < sys.NumOps; op++ {
				if op.String() == name {
					ops[op], known = true, true
				}
			}
		}
		if !known {
			c.usageError(2, "there is no call '%s'", name)
		}
	}
	return kernel.TraceOptions{
		Bus:      onBus != not,
		Syscalls: func(op sys.Op) bool { return op < sys.NumOps && (all || ops[op]) != not },
	}
}

// open opens the files that are written; without one, lines go to standard error.
func (t *tracer) open(out, chrome string) {
	create := func(name string) *sys.File {
		fd, err := t.fs.Open(name, sys.OWrite|sys.OCreate|sys.OTrunc|sys.OCloexec, 0o666)
		if err != nil {
			t.fail(1, "%s: %s", name, reason(err))
		}
		return t.fs.File(fd)
	}
	t.out = t.p.Stderr()
	if out != "" {
		t.file = create(out)
		t.out = t.file
	}
	if chrome != "" {
		t.chromed = create(chrome)
		t.chrome = trace.NewChrome(t.chromed, t.begun)
	}
}

// command traces a command until it has ended.
func (t *tracer) command(argv []string) int {
	// It is the command that ^C is for.
	t.p.Catch(sys.SIGINT, sys.SIGQUIT)
	t.cmd.out.Flush()
	pid, err := t.t.Spawn(t.p, &sys.SpawnAttr{Argv: argv, Env: t.p.Environ(), FDs: [][2]uint32{{0, 0}, {1, 1}, {2, 2}}})
	if err != nil {
		t.errorf("%s: %s", argv[0], reason(err))
		return launchCode(err)
	}
	ctx, ended := context.WithCancel(t.p.Context())
	defer ended()
	code := make(chan int, 1)
	go func() {
		code <- t.wait(pid)
		ended()
	}()
	t.print(ctx)
	return <-code
}

// attach traces a process until it ends or somebody has had enough.
func (t *tracer) attach(pid int) int {
	p, ok := t.p.Kernel().Find(pid)
	if !ok {
		t.fail(1, "%d: no such process", pid)
	}
	enough := t.p.Catch(sys.SIGINT, sys.SIGTERM)
	if err := t.t.Attach(t.p, pid); err != nil {
		t.fail(1, "%d: %s", pid, reason(err))
	}
	ctx, ended := context.WithCancel(t.p.Context())
	defer ended()
	go func() {
		defer ended()
		select {
		case <-p.Context().Done():
		case <-enough:
		case <-ctx.Done():
		}
	}()
	t.print(ctx)
	return 0
}

// print prints events until ctx is done, and what comes at the end.
func (t *tracer) print(ctx context.Context) {
	for {
		list, lost := t.t.Next(ctx)
		var b strings.Builder
		for i := range list {
			t.event(&b, &list[i])
			t.tick()
		}
		if lost > 0 {
			fmt.Fprintf(&b, "... %d calls are lost: they came faster than they are written\n", lost)
		}
		if b.Len() > 0 {
			io.WriteString(t.out, b.String()) // as far as somebody reads it
		}
		if ctx.Err() != nil && len(list) == 0 {
			break
		}
	}
	if t.sums != nil {
		t.sums.Write(t.out)
	}
	if t.chrome != nil {
		if err := t.chrome.Close(); err != nil {
			t.errorf("%s", reason(err))
		}
		t.chromed.Close()
	}
	if t.file != nil {
		t.file.Close()
	}
}

// event prints an event, or counts it.
func (t *tracer) event(b *strings.Builder, e *trace.Event) {
	if e.Bus != nil {
		if e.PID == t.p.PID() || t.only != "" && e.Bus.Package != t.only {
			return
		}
		t.names.describe(t.cmd, e.Bus)
		e.Args, e.Result = t.names.busArgs(t.cmd, e.Bus), busResult(t.cmd, e.Bus)
	}
	switch {
	case t.sums != nil:
		t.sums.Add(e)
	case t.json:
		t.jsonLine(b, e)
	default:
		b.WriteString(trace.Line(e, t.begun))
	}
	if t.chrome != nil {
		if err := t.chrome.Add(e); err != nil {
			t.fail(1, "%s", reason(err))
		}
	}
}

// jsonEvent is an event as JSON has it.
type jsonEvent struct {
	Time    float64         `json:"time"` // seconds since the beginning
	Took    *float64        `json:"took"` // seconds, null if it never ended
	PID     int             `json:"pid"`
	Program string          `json:"program"`
	Call    string          `json:"call"`
	Args    string          `json:"args,omitempty"`
	Result  string          `json:"result,omitempty"`
	Failed  bool            `json:"failed,omitempty"`
	Package string          `json:"package,omitempty"`
	Method  string          `json:"method,omitempty"`
	Number  uint64          `json:"number,omitempty"`
	Cause   uint64          `json:"cause,omitempty"`
	Body    json.RawMessage `json:"body,omitempty"`
	Answer  json.RawMessage `json:"answer,omitempty"`
	Error   string          `json:"error,omitempty"`
}

func (t *tracer) jsonLine(b *strings.Builder, e *trace.Event) {
	j := jsonEvent{Time: e.Begin.Sub(t.begun).Seconds(), PID: e.PID, Program: e.Program, Call: e.Call, Failed: e.Failed}
	if e.Took >= 0 {
		took := e.Took.Seconds()
		j.Took = &took
	}
	if c := e.Bus; c == nil {
		j.Args, j.Result = e.Args, e.Result
	} else {
		j.Package, j.Method, j.Number, j.Cause = c.Package, t.names.of(c.Method), c.Call, c.Cause
		j.Body = t.toJSON(c.Format, c.Body)
		switch {
		case c.Err != nil:
			j.Error = c.Err.Error()
		case !c.Notify:
			j.Answer = t.toJSON(c.ReplyFormat, c.Reply)
		}
	}
	text, err := json.Marshal(&j)
	if err != nil {
		t.fail(1, "%s", err)
	}
	b.Write(text)
	b.WriteByte('\n')
}

// describeTime is how long a trace waits for a package to describe itself.
const describeTime = time.Second

// maxShown is how much of a body a line shows.
const maxShown = 200
