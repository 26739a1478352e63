package commands

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec/jsontext"
	"github.com/bushel-wasm/bushel/bus/desc"
	"github.com/bushel-wasm/bushel/bus/desc/typescript"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

var busSpec = spec{name: "bus", synopsis: "ls [--json] | stats [--json] [PACKAGE] | describe [--ts] PACKAGE | call [-t SECONDS] [-f FORMAT] PACKAGE METHOD [NAME=VALUE... | JSON | -] | serve PACKAGE METHOD COMMAND... | link URL | grants [--json] [allow|deny|ask|forget PATTERN...] | trace [--json] [-p PID] [PACKAGE]", run: runBus, help: `
Use the bus, on which modules call each other.

  ls          list the packages: what is served, what runs, what is declared
  stats       count the calls to each package
  describe    say what a package serves, as JSON; with --ts as types in TypeScript, for the
              page's shell.bus
  call        call a method, and print its result as JSON. The arguments are NAME=VALUE,
              where VALUE is JSON or else a text, or one JSON value, or "-" for JSON from
              standard input. What the callee calls back is printed line by line; the bytes
              and items that it streams follow the result. A stream that it reads is given as
              NAME=TEXT or NAME=[ITEM,...], or as NAME=- from standard input; else it is empty
  serve       serve a package until it is stopped: for each call of METHOD, a full name such
              as greeter/1.Greet, the shell runs COMMAND with the arguments, as JSON, as its standard
              input. Its output is the result: JSON, or else a text
  link        join the bus of a server, until it is stopped; "bus link --help" says how
  grants      show who may use what of services, or change what you have decided, for all
              programs. A PATTERN is a service, as http, ws, tcp, mount, process, fs, tty or
              log; "net" for those that reach hosts; a service and a target, as
              http:example.com, http:*.example.com:443, fs:/home/data; or '*'. The
              narrowest pattern decides. What the page or a package does not allow, you cannot
              allow here; where they ask, your rule is the answer
  trace       print the calls on the bus as they end, of all programs or of one, to all
              packages or to one, until ^C. The command trace has more

METHOD is a full name, service/major.Method, or the end of one: time.sleep for os.time/1.Sleep.

  -t SECONDS  give up after so long, such as 0.5
  -f FORMAT   json, cbor or raw; what the description says, or json, if it is missing
  -j, --json  print JSON`}

func runBus(c *cmd) int {
	if len(c.args) == 0 {
		c.usageError(2, "missing operand")
	}
	verb := c.args[0]
	c.args = c.args[1:]
	switch verb {
	case "ls", "stats":
		return c.busList(verb == "stats")
	case "describe":
		return c.busDescribe()
	case "call":
		return c.busCall()
	case "serve":
		return c.busServe()
	case "grants":
		return c.busGrants()
	case "trace":
		return c.busTrace()
	case "link":
		return c.become(append([]string{"buslink"}, c.args...), nil, nil)
	}
	c.usageError(2, "there is no '%s'", verb)
	return 2
}

// busFlags are options whose wrong use ends with code 2: 1 is a call that has failed.
func (c *cmd) busFlags() *flags {
	f := c.flags()
	f.bad = 2
	return f
}

// dialBus opens the bus, or ends the run.
func (c *cmd) dialBus(opt bus.Options) *bus.Conn {
	conn, err := c.p.Bus(opt)
	if err != nil {
		c.fail(1, "%s", reason(err))
	}
	return conn
}

// busFail ends the run with a fault of a call.
func (c *cmd) busFail(err error) {
	c.fail(1, "%s: %s", bus.CodeOf(err), err)
}

func (c *cmd) busList(stats bool) int {
	f, asJSON := c.busFlags(), false
	f.bool(&asJSON, "j|json")
	args := f.parse()
	most := 0
	if stats {
		most = 1
	}
	c.operandsOr(2, args, 0, most)
	conn := c.dialBus(bus.Options{})
	defer conn.Close(nil)
	r, err := conn.Package(bus.PackageBus).Invoke(c.p.Context(), &bus.Request{Method: bus.MethodList})
	if err != nil {
		c.busFail(err)
	}
	var list []kernel.PackageInfo
	if err := json.Unmarshal(r.Body, &list); err != nil {
		c.fail(1, "%s", err)
	}
	if len(args) > 0 {
		list = slices.DeleteFunc(list, func(p kernel.PackageInfo) bool { return p.Name != args[0] })
		if len(list) == 0 {
			c.fail(1, "%s: there is no package %s", bus.CodeNotFound, args[0])
		}
	}
	if asJSON {
		return c.printJSON(list)
	}
	for _, p := range list {
		switch {
		case stats:
			fmt.Fprintf(c.out, "%-20s %8d calls %6d faults %6d open\n", errno.Plain(p.Name), p.Calls, p.Faults, p.Open)
		default:
			where := p.Module
			if p.Wrong != "" {
				where = p.Wrong
			}
			if len(p.PIDs) > 0 {
				where = strings.TrimSpace(strings.Trim(fmt.Sprint(p.PIDs), "[]") + " " + where)
			}
			fmt.Fprintln(c.out, strings.TrimRight(fmt.Sprintf("%-20s %-8s %s", errno.Plain(p.Name), p.State, errno.Plain(where)), " "))
		}
	}
	return 0
}

// busDescription asks what a package serves.
func (c *cmd) busDescription(ctx context.Context, conn *bus.Conn, pkg string) ([]byte, *desc.Description) {
	r, err := conn.Package(pkg).Invoke(ctx, &bus.Request{Method: bus.MethodDescribe, Format: bus.FormatJSON})
	if err != nil {
		if bus.CodeOf(err) == bus.CodeUnimplemented {
			return []byte(`{"services":[]}`), &desc.Description{} // a guest of another kind
		}
		c.busFail(err)
	}
	d, err := desc.Parse(r.Body, c.work)
	if err != nil {
		c.fail(1, "%s: %s", pkg, err)
	}
	return r.Body, d
}

func (c *cmd) busDescribe() int {
	f, types := c.busFlags(), false
	f.bool(&types, "ts")
	args := f.parse()
	c.operandsOr(2, args, 1, 1)
	conn := c.dialBus(bus.Options{})
	defer conn.Close(nil)
	text, d := c.busDescription(c.p.Context(), conn, args[0])
	if types {
		for piece := range typescript.Pieces(d) {
			c.out.WriteString(plainLines(piece))
			c.p.Work(len(piece))
		}
	} else {
		c.indent(text)
	}
	return 0
}

func (c *cmd) busServe() int {
	f := c.busFlags()
	f.posix = true
	args := f.parse()
	c.operandsOr(2, args, 3, -1)
	if len(args)%2 == 0 {
		c.usageError(2, "a METHOD without a COMMAND")
	}
	c.p.Ignore(sys.SIGPIPE) // a command may end before it has read all that it was sent
	s := bus.NewServer()
	for i := 1; i < len(args); i += 2 {
		if !strings.Contains(args[i], "/") {
			c.usageError(2, "'%s' is no full name, such as greeter/1.Greet", args[i])
		}
		s.Func(args[i], func(ctx context.Context, in *bus.Incoming) error { return c.busAnswer(in, args[i+1]) })
	}
	conn := c.dialBus(bus.Options{Handler: s})
	defer conn.Close(nil)
	if err := conn.Listen(c.p.Context(), args[0], 0); err != nil {
		c.busFail(err)
	}
	if err := conn.Wait(); err != nil {
		c.fail(1, "%s", err)
	}
	return 0
}

// busAnswer runs a command for a call.
func (c *cmd) busAnswer(in *bus.Incoming, command string) error {
	fs := c.p.Files()
	inR, inW, err := fs.Pipe()
	if err != nil {
		return err
	}
	outR, outW, err := fs.Pipe()
	if err != nil {
		fs.Close(inR)
		fs.Close(inW)
		return err
	}
	env := append(append([]string(nil), c.p.Environ()...), fmt.Sprintf("BUS_CALLER=%d", in.Meta().Caller))
	pid, err := fs.Spawn(&sys.SpawnAttr{Argv: []string{"sh", "-c", command}, Env: env, Flags: sys.SpawnSetSigDef, FDs: [][2]uint32{{uint32(inR), 0}, {uint32(outW), 1}, {2, 2}}})
	fs.Close(inR)
	fs.Close(outW)
	defer fs.Close(outR)
	if err != nil {
		fs.Close(inW)
		return err
	}
	var over atomic.Bool
	in.OnEnd(func(error) {
		if !over.Load() {
			fs.Kill(pid, sys.SIGTERM) // nobody waits for it any more
		}
	})
	go func() {
		fs.Write(inW, c.toJSON(in.Format(), in.Body())) // a command need not read it
		fs.Close(inW)
	}()
	out, err := io.ReadAll(fs.File(outR))
	if err != nil {
		return err
	}
	_, status, err := fs.Wait(pid, 0)
	over.Store(true)
	if err == nil && status.Code() != 0 {
		return bus.NewError(bus.CodeUnknown, fmt.Sprintf("the command ended with code %d", status.Code()))
	}
	text := bytes.TrimSuffix(out, []byte("\n"))
	if !jsontext.Valid(text, c.work) {
		text = jsontext.AppendString(nil, text, c.work)
	}
	format, body, err := c.fromJSON(in.Format().String(), text)
	if err != nil {
		format, body = bus.FormatJSON, text
	}
	return in.Reply(format, body)
}
