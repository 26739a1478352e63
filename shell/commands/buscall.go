package commands

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec/jsontext"
	"github.com/bushel-wasm/bushel/bus/desc"
	"github.com/bushel-wasm/bushel/kernel/errno"
)

// busArgs is the JSON that the operands of a call mean.
func (c *cmd) busArgs(args []string) []byte {
	switch {
	case len(args) == 0:
		return []byte("{}")
	case len(args) == 1 && args[0] == "-":
		text, err := io.ReadAll(c.p.Stdin())
		if err != nil {
			c.fail(1, "standard input: %s", reason(err))
		}
		args[0] = string(text)
		fallthrough
	case len(args) == 1 && !strings.Contains(args[0], "="), len(args) == 1 && jsontext.Valid([]byte(args[0]), c.work):
		if !jsontext.Valid([]byte(args[0]), c.work) {
			c.fail(2, "'%s' is no JSON", args[0])
		}
		return []byte(args[0])
	}
	fields := map[string]json.RawMessage{}
	for _, a := range args {
		name, value, ok := strings.Cut(a, "=")
		if !ok {
			c.usageError(2, "'%s' is not NAME=VALUE", a)
		}
		if !jsontext.Valid([]byte(value), c.work) {
			value = string(jsontext.AppendString(nil, []byte(value), c.work))
		}
		fields[name] = json.RawMessage(value)
	}
	return c.withMembers(fields)
}

// busCall is bus call.
func (c *cmd) busCall() int {
	f := c.busFlags()
	f.posix = true
	var timeout time.Duration
	format := ""
	f.fn("t|timeout", needArg, func(s string) error {
		n, err := strconv.ParseFloat(s, 64)
		if timeout = time.Duration(n * float64(time.Second)); err != nil || !(n > 0 && n < 1e9) {
			return badArg("invalid number of seconds: '" + s + "'")
		}
		return nil
	})
	f.str(&format, "f|format")
	args := f.parse()
	c.operandsOr(2, args, 2, -1)
	conn := c.dialBus(bus.Options{})
	defer conn.Close(nil)
	ctx := c.p.Context()
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	body := c.busArgs(args[2:])
	m := c.method(ctx, conn, args[0], args[1])
	if format != "" {
		m.format = format
	}
	body, feeds := c.busFeeds(m, args[0], body)
	r := &bus.Request{Method: bus.MethodOf(m.name)}
	var err error
	if r.Format, r.Body, err = c.fromJSON(m.format, body); err != nil {
		c.fail(2, "%s", err)
	}
	r.Handler = bus.HandlerFunc(func(in *bus.Incoming) {
		line := bytes.NewBufferString(errno.Plain(m.callback(in.Method())) + ": ")
		plainJSON(line, c.toJSON(in.Format(), in.Body()))
		line.WriteByte('\n')
		c.p.Stdout().Write(line.Bytes())
		in.Reply(bus.FormatJSON, []byte("null"))
	})
	s, wait := bus.Begin(ctx, conn.Package(args[0]), r)
	for _, feed := range feeds {
		go feed(ctx, s)
	}
	a, err := wait()
	if e, ok := errors.AsType[*bus.Error](err); ok && e.Crate == bus.CrateInvalidTopic {
		c.fail(1, "%s: the package %s has no method %s", e.Code, args[0], m.name)
	}
	if err != nil {
		c.busFail(err)
	}
	if len(a.Body) > 0 {
		text := c.toJSON(a.Format, a.Body)
		if !m.streams() || string(text) != "null" && string(text) != "{}" {
			c.indent(text)
		}
	}
	if a.Session != nil {
		defer a.Session.Close()
		c.busStreams(ctx, a.Session, m)
	}
	return 0
}

// busStreams prints what a call streams, one stream after the other.
func (c *cmd) busStreams(ctx context.Context, s *bus.Session, m *busMethod) {
	for _, v := range m.results {
		var err error
		switch v.Kind {
		case desc.KindBytes:
			c.out.Flush()
			_, err = io.Copy(c.p.Stdout(), s.Stream(v.Stream))
		case desc.KindItems:
			for err == nil {
				var item []byte
				var format bus.Format
				if item, format, err = s.Stream(v.Stream).Recv(ctx, 16<<20); err == nil {
					plainJSON(c.out, c.toJSON(format, item))
					c.out.WriteByte('\n')
					c.out.Flush()
				}
			}
		}
		if err != nil && !errors.Is(err, io.EOF) {
			c.busFail(err)
		}
	}
}
