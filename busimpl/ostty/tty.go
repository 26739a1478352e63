// Package ostty is the service of the caller's controlling terminal: its size and how that
// changes, raw mode, colours, the title. To read and write it, programs have files; the crates
// wasmer-bus-tty and wasm-bus-tty do so by calls, which are served by their own names.
//
// What a terminal does with keys is package kernel's affair.
package ostty

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/desc"
	"github.com/bushel-wasm/bushel/busimpl/args"
	"github.com/bushel-wasm/bushel/busimpl/grant"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// The names of the methods.
const (
	Info     = "os.tty/1.Info"
	Sizes    = "os.tty/1.Sizes"
	Raw      = "os.tty/1.Raw"
	SetTitle = "os.tty/1.SetTitle"
)

// StreamSizes is the stream of a call of Sizes, by the number that busgen gives it.
const StreamSizes = 0

type service struct {
	k     *kernel.Kernel
	check grant.Check
}

// Register adds the service to s. check is asked about the service "tty"; nil allows all.
func Register(s *bus.Server, k *kernel.Kernel, check grant.Check) {
	svc := &service{k, check}
	s.Register(&bus.Service{
		Name: "os.tty/1", Description: desc.JSON(describe()),
		Methods: []bus.MethodHandler{
			{Name: Info, Handler: bus.Go(svc.info)},
			{Name: Sizes, Handler: bus.Go(svc.sizes)},
			{Name: Raw, Handler: bus.Go(svc.raw)},
			{Name: SetTitle, Handler: bus.Go(svc.title)},
		},
	})
	for _, prefix := range []string{"wasmer_bus_tty", "wasm_bus_tty"} {
		svc.registerCrate(s, prefix)
	}
}

// terminal is a terminal as a caller has it.
type terminal struct {
	caller *kernel.Process
	agent  *kernel.Process
	files  *sys.Files
	fd     int // of the controlling terminal, -1 if there is none
}

// The fds of the caller's own output, with its agent.
const (
	stdout = 10
	stderr = 11
)

// open finds the terminal of who makes a call. It is let go of with the call.
func (s *service) open(ctx context.Context, in *bus.Incoming) (*terminal, error) {
	p, ok := s.k.Find(int(in.Meta().Caller))
	if !ok {
		return nil, bus.NewError(bus.CodeFailedPrecondition, fmt.Sprintf("the caller, process %d, is none of this system", in.Meta().Caller))
	}
	if s.check != nil {
		if err := s.check(ctx, in, "tty", ""); err != nil {
			return nil, err
		}
	}
	agent, err := p.Agent(kernel.AgentAttr{FDs: [][2]uint32{{1, stdout}, {2, stderr}}})
	if err != nil {
		return nil, err
	}
	t := &terminal{caller: p, agent: agent, files: agent.Files(), fd: -1}
	if fd, err := t.files.Open("/dev/tty", sys.ORead|sys.OWrite|sys.OCloexec, 0); err == nil {
		t.fd = fd
	}
	return t, nil
}

// opens is open for what needs a terminal.
func (s *service) opens(ctx context.Context, in *bus.Incoming) (*terminal, error) {
	t, err := s.open(ctx, in)
	if err == nil && t.fd < 0 {
		t.agent.EndAgent()
		err = bus.NewError(bus.CodeFailedPrecondition, "the program has no terminal")
	}
	return t, err
}

// info tells of the terminal.
func (s *service) info(ctx context.Context, in *bus.Incoming) error {
	t, err := s.open(ctx, in)
	if err != nil {
		return err
	}
	defer t.agent.EndAgent()
	is := map[string]any{
		"terminal": t.fd >= 0, "cols": 0, "rows": 0, "raw": false, "colours": 0,
		"stdout": t.files.IsTTY(stdout), "stderr": t.files.IsTTY(stderr),
	}
	if t.fd >= 0 {
		cols, rows, err := t.files.TTYSize(t.fd)
		if err != nil {
			return err
		}
		mode, err := t.files.TTYMode(t.fd)
		if err != nil {
			return err
		}
		is["cols"], is["rows"], is["raw"], is["colours"] = cols, rows, mode&sys.TTYCanon == 0, colours(t.caller.Environ())
	}
	return args.Reply(in, is)
}

// colours is how many colours the environment says that the terminal has.
func colours(env []string) int {
	get := func(name string) (value string) {
		for _, e := range env {
			if v, ok := strings.CutPrefix(e, name+"="); ok {
				value = v
			}
		}
		return value
	}
	switch term, more := get("TERM"), get("COLORTERM"); {
	case get("NO_COLOR") != "", term == "dumb", term == "" && more == "":
		return 0
	case more == "truecolor", more == "24bit", strings.HasSuffix(term, "-direct"):
		return 1 << 24
	case strings.Contains(term, "256color"):
		return 256
	}
	return 8
}

// raw puts the terminal into raw mode for as long as the call stays open.
func (s *service) raw(ctx context.Context, in *bus.Incoming) error {
	t, err := s.opens(ctx, in)
	if err == nil {
		err = t.setMode(in, sys.TTYRaw)
	}
	if err != nil {
		return err
	}
	format, body, err := args.Write(in, map[string]any{})
	if err != nil {
		return err
	}
	return in.Open(format, body, nil)
}

// setMode sets the terminal's mode until in has ended. A caller that has ended itself
// leaves that to its shell.
func (t *terminal) setMode(in *bus.Incoming, to sys.TTYMode) error {
	was, err := t.files.TTYMode(t.fd)
	if err == nil {
		err = t.files.SetTTYMode(t.fd, to)
	}
	if err != nil {
		t.agent.EndAgent()
		return err
	}
	// At once, since the caller may end behind its close; but in the background it waits.
	back := &sys.Request{Op: sys.OpTTYSet, Args: [6]uint64{uint64(t.fd), uint64(sys.TTYSetMode), uint64(was)}}
	in.OnEnd(func(error) { t.agent.Start(back, func(sys.Reply) { go t.agent.EndAgent() }) })
	return nil
}

// maxTitle is the longest title, in bytes.
const maxTitle = 1 << 10

// title sets the terminal's title.
func (s *service) title(ctx context.Context, in *bus.Incoming) error {
	var a struct {
		Title string `json:"title"`
	}
	if err := args.Read(in, &a); err != nil {
		return err
	}
	if len(a.Title) > maxTitle || strings.ContainsFunc(a.Title, unicode.IsControl) {
		return bus.NewError(bus.CodeInvalidArgument, fmt.Sprintf("a title has at most %d bytes, and no control character", maxTitle))
	}
	t, err := s.opens(ctx, in)
	if err != nil {
		return err
	}
	in.OnEnd(func(error) { t.agent.EndAgent() }) // while the terminal takes nothing, too
	if _, err := t.files.Write(t.fd, []byte("\x1b]2;"+a.Title+"\a")); err != nil {
		return err
	}
	return args.Reply(in, map[string]any{})
}
