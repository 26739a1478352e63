package osprocess

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/busimpl/args"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// spawnArgs are the arguments of Spawn.
type spawnArgs struct {
	Path   string   `json:"path"`
	Args   []string `json:"args"`
	Env    []string `json:"env"`
	Cwd    string   `json:"cwd"`
	Stdin  string   `json:"stdin"`
	Stdout string   `json:"stdout"`
	Stderr string   `json:"stderr"`
	Left   string   `json:"left"`
}

// order is what they ask for.
func (a *spawnArgs) order() (*order, error) {
	o := &order{path: a.Path, args: a.Args, env: a.Env, cwd: a.Cwd, modes: [3]mode{null, piped, piped}}
	for i, name := range [...]string{a.Stdin, a.Stdout, a.Stderr} {
		m, ok := modeNames[name]
		switch {
		case name == "":
		case !ok:
			return nil, bus.NewError(bus.CodeInvalidArgument, fmt.Sprintf("%q is no place for a standard stream: there are pipe, inherit, null and log", name))
		default:
			o.modes[i] = m
		}
	}
	switch a.Left {
	case "", "hangup":
		o.hangup = sys.SIGHUP
	case "kill":
		o.hangup = sys.SIGKILL
	case "keep":
	default:
		return nil, bus.NewError(bus.CodeInvalidArgument, fmt.Sprintf("%q is nothing that can be done to a child that is left: there are hangup, kill and keep", a.Left))
	}
	return o, nil
}

// spawn starts a child of the caller, which is an object.
func (s *service) spawn(ctx context.Context, in *bus.Incoming) error {
	var a spawnArgs
	if err := args.Read(in, &a); err != nil {
		return err
	}
	o, err := a.order()
	if err != nil {
		return err
	}
	c, err := s.start(ctx, in, o)
	if err != nil {
		return err
	}
	format, body, err := args.Write(in, map[string]any{"id": int64(c.pid)})
	if err == nil {
		err = in.Open(format, body, nil)
	}
	if err != nil {
		return err
	}
	in.Release(bus.HandlerFunc(c.serve))
	for fd, m := range o.modes {
		switch {
		case m == logged && fd > 0:
			go c.record(fd, s.opt.Log)
		case m == piped && fd == 0:
			go c.feed(in.Stream(StreamStdin))
		case m == piped:
			st := in.Stream(uint32(StreamStdout + fd - 1))
			go func() {
				st.CloseSend(c.drain(fd, func(p []byte) error {
					_, err := st.Write(p)
					return err
				}))
			}()
		case fd == 0:
			in.Stream(StreamStdin).Stop()
		default:
			in.Stream(uint32(StreamStdout + fd - 1)).CloseSend(nil)
		}
	}
	return nil
}

var (
	childWait = bus.MethodOf(ChildWait)
	childKill = bus.MethodOf(ChildKill)
)

// serve serves the object Child.
func (c *child) serve(in *bus.Incoming) {
	switch in.Method() {
	case childWait:
		go c.wait(in)
	case childKill:
		c.kill(in)
	default:
		in.Fault(bus.ErrNoMethod(in.Method()))
	}
}

// wait answers when the child has ended.
func (c *child) wait(in *bus.Incoming) {
	select {
	case <-c.ended:
	case <-in.Context().Done():
		return // it was answered then
	}
	result := map[string]any{"code": int64(c.status.Code())}
	if sig := c.status.Signal(); sig != 0 {
		result["signal"] = sig.Name()
	}
	if err := args.Reply(in, result); err != nil {
		in.Fault(err)
	}
}

// kill sends the child a signal.
func (c *child) kill(in *bus.Incoming) {
	var a struct {
		Signal json.RawMessage `json:"signal"`
	}
	if err := args.Read(in, &a); err != nil {
		in.Fault(err)
		return
	}
	sig := sys.SIGTERM
	if name := strings.Trim(string(a.Signal), `"`); name != "" && name != "null" {
		var ok bool
		if sig, ok = sys.SignalByName(name); !ok {
			in.Fault(bus.NewError(bus.CodeInvalidArgument, fmt.Sprintf("%s is no signal", a.Signal)))
			return
		}
	}
	if err := c.signal(sig); err != nil {
		in.Fault(err)
		return
	}
	in.Reply(in.Format(), nil)
}

// signal sends sig to the child, unless it has ended.
func (c *child) signal(sig sys.Signal) error {
	select {
	case <-c.ended:
		return fmt.Errorf("process %d has ended: %w", c.pid, errno.ESRCH)
	default:
		return c.files.Kill(c.pid, sig)
	}
}
