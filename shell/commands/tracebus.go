package commands

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/desc"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/trace"
)

// methodNames are the names of methods, as far as the packages that were called tell them.
type methodNames struct {
	asked map[string]bool
	names map[bus.Method]string
}

// describe asks the package of a call for its methods, once.
func (n *methodNames) describe(c *cmd, call *trace.BusCall) {
	if n.asked == nil {
		n.asked = map[string]bool{"": true}
		n.names = map[bus.Method]string{}
		for _, name := range []string{bus.NameDescribe, bus.NamePing, bus.NameListen, bus.NameList} {
			n.names[bus.MethodOf(name)] = name
		}
	}
	if n.asked[call.Package] || n.names[call.Method] != "" {
		return
	}
	n.asked[call.Package] = true
	conn, err := c.p.Bus(bus.Options{})
	if err != nil {
		return // the numbers do
	}
	defer conn.Close(nil)
	ctx, cancel := context.WithTimeout(c.p.Context(), describeTime)
	defer cancel()
	r, err := conn.Package(call.Package).Invoke(ctx, &bus.Request{Method: bus.MethodDescribe, Format: bus.FormatJSON})
	if err != nil {
		return
	}
	d, err := desc.Parse(r.Body, c.work)
	if err != nil {
		return
	}
	for i := range d.Services {
		s := &d.Services[i]
		n.add(s, "", s.Methods)
		for j := range s.Objects {
			n.add(s, s.Objects[j].Name, s.Objects[j].Methods)
		}
	}
}

func (n *methodNames) add(s *desc.Service, object string, methods []desc.Method) {
	for i := range methods {
		full := s.FullName(object, &methods[i])
		n.names[bus.MethodOf(full)] = full
		for _, v := range methods[i].Params {
			if v.Callback != nil {
				n.names[bus.MethodOf(full+"."+v.Name)] = full + "." + v.Name
			}
		}
	}
}

// of is the name of a method, or its number.
func (n *methodNames) of(m bus.Method) string {
	if name := n.names[m]; name != "" {
		return name
	}
	return m.String()
}

func (c *cmd) shownBody(format bus.Format, body []byte) string {
	if len(body) == 0 {
		return ""
	}
	var b bytes.Buffer
	text := c.toJSON(format, body)
	if json.Compact(&b, text) == nil {
		text = b.Bytes()
	}
	if len(text) > maxShown {
		return strings.ToValidUTF8(string(text[:maxShown]), "") + "..."
	}
	return string(text)
}

func (n *methodNames) busArgs(cmd *cmd, c *trace.BusCall) string {
	words := []string{fmt.Sprintf("#%d", c.Call)}
	if c.Cause != 0 {
		words[0] += fmt.Sprintf(" for #%d", c.Cause)
	}
	if c.Session != 0 {
		words = append(words, fmt.Sprintf("along #%d", c.Session))
	} else {
		words = append(words, c.Package)
	}
	words = append(words, n.of(c.Method))
	if body := cmd.shownBody(c.Format, c.Body); body != "" {
		words = append(words, body)
	}
	return strings.Join(words, ", ")
}

func busResult(cmd *cmd, c *trace.BusCall) string {
	switch {
	case c.Err != nil:
		return fmt.Sprintf("-1 %s (%s)", bus.CodeOf(c.Err), c.Err)
	case c.Notify:
		return "sent"
	}
	if body := cmd.shownBody(c.ReplyFormat, c.Reply); body != "" {
		return body
	}
	return "0"
}

// busTrace prints the calls on the bus of all programs, or to one package.
func (c *cmd) busTrace() int {
	f := c.flags()
	f.bad = 2
	asJSON, pid := false, 0
	f.bool(&asJSON, "j|json")
	f.int(&pid, "p|pid")
	args := f.parse()
	c.operands(args, 0, 1)
	t := &tracer{cmd: c, t: c.p.Kernel().NewTrace(kernel.TraceOptions{Bus: true}), json: asJSON, begun: time.Now(), out: c.p.Stdout()}
	defer t.t.Close()
	if len(args) > 0 {
		t.only = args[0]
	}
	if pid != 0 {
		return t.attach(pid)
	}
	if err := t.t.AttachBus(c.p); err != nil {
		c.fail(1, "%s", reason(err))
	}
	t.print(c.p.Context())
	return 0
}
