package commands

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec/cborvalue"
	"github.com/bushel-wasm/bushel/bus/codec/jsontext"
	"github.com/bushel-wasm/bushel/bus/desc"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/shell/paced"
)

// busMethod is a method as a call needs to know it.
type busMethod struct {
	name    string // the full name
	format  string
	results []desc.Var
	params  []desc.Var
}

// streams reports whether the method returns streams.
func (m *busMethod) streams() bool {
	for _, v := range m.results {
		if v.Kind == desc.KindBytes || v.Kind == desc.KindItems {
			return true
		}
	}
	return false
}

// callback is the name of the parameter whose method is id.
func (m *busMethod) callback(id bus.Method) string {
	for _, v := range m.params {
		if v.Callback != nil && bus.MethodOf(m.name+"."+v.Name) == id {
			return v.Name
		}
	}
	return id.String()
}

// method finds the method that name means among those that the package describes. A full
// name need not be described.
func (c *cmd) method(ctx context.Context, conn *bus.Conn, pkg, name string) *busMethod {
	_, d := c.busDescription(ctx, conn, pkg)
	var found []*busMethod
	for i := range d.Services {
		s := &d.Services[i]
		for j := range s.Methods {
			m := &s.Methods[j]
			full := s.FullName("", m)
			base, _, _ := strings.Cut(s.Name, "/")
			short := base + "." + m.Name
			if full != name && !strings.EqualFold(short, name) && !endsFold(short, "."+name) {
				continue
			}
			bm := &busMethod{name: full, format: s.Format, results: m.Results, params: m.Params}
			if bm.format == "" {
				bm.format = "json"
				if len(m.Params)+len(m.Results) > 0 {
					bm.format = "cbor" // it was generated
				}
			}
			found = append(found, bm)
		}
	}
	switch {
	case len(found) == 1:
		return found[0]
	case len(found) > 1:
		c.fail(2, "'%s' may mean %s or %s", name, found[0].name, found[1].name)
	case !strings.Contains(name, "/") && !strings.Contains(name, "::"):
		c.fail(2, "the package %s describes no method '%s'", pkg, name)
	}
	return &busMethod{name: name, format: "json"}
}

func endsFold(s, end string) bool {
	return len(s) > len(end) && strings.EqualFold(s[len(s)-len(end):], end)
}

// fromJSON writes a JSON value in another format.
func (c *cmd) fromJSON(format string, text []byte) (bus.Format, []byte, error) {
	switch format {
	case "", "json":
		return bus.FormatJSON, text, nil
	case "cbor":
		b, err := cborvalue.FromJSON(text, c.work)
		return bus.FormatCBOR, b, err
	case "raw":
		if t := jsontext.Scan(text, c.work).Next(); t.Kind == jsontext.String {
			text = jsontext.AppendUnquoted(nil, t.Text, c.work)
		}
		return bus.FormatRaw, text, nil
	}
	return 0, nil, fmt.Errorf("values cannot be written as %s", format)
}

// toJSON is a body as JSON. Bytes that are no text are written in base64, as JSON has
// them; so is a body in a format that is not known.
func (c *cmd) toJSON(format bus.Format, body []byte) []byte {
	switch {
	case format == bus.FormatJSON && jsontext.Valid(body, c.work):
		return body
	case format == bus.FormatRaw && c.utf8Text(body):
		return jsontext.AppendString(nil, body, c.work)
	case format == bus.FormatCBOR:
		if text, err := cborvalue.ToJSON(body, c.work); err == nil {
			return text
		}
	}
	return jsontext.AppendBytes(nil, body, c.work)
}

// members are the members of a map in JSON, if the text is one.
func (c *cmd) members(text []byte) (map[string]json.RawMessage, bool) {
	s := jsontext.Scan(text, c.work)
	if s.Next().Kind != '{' {
		return nil, false
	}
	fields := map[string]json.RawMessage{}
	name, from := "", 0
	for {
		t := s.Next()
		switch {
		case t.Kind == jsontext.Bad:
			return nil, false
		case t.Kind == jsontext.End:
			return fields, true
		case s.Depth() == 1 && t.Kind == jsontext.Key:
			name, from = string(jsontext.AppendUnquoted(nil, t.Text, c.work)), 0
		case from == 0:
			from = t.At
		}
		if s.Depth() == 1 && t.Kind != jsontext.Key {
			fields[name] = text[from : t.At+len(t.Text)]
		}
	}
}

// withMembers is a map in JSON, by its members.
func (c *cmd) withMembers(fields map[string]json.RawMessage) []byte {
	text := []byte{'{'}
	for i, name := range slices.Sorted(maps.Keys(fields)) {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(jsontext.AppendString(text, []byte(name), c.work), ':')
		text = append(text, fields[name]...)
	}
	return append(text, '}')
}

func (c *cmd) utf8Text(b []byte) bool {
	for p := range paced.Pieces(string(b), c.work) {
		if !utf8.ValidString(p) {
			return false
		}
	}
	return true
}

// printJSON prints a value as JSON.
func (c *cmd) printJSON(v any) int {
	text, err := json.Marshal(v)
	if err != nil {
		c.fail(1, "%s", err)
	}
	c.indent(text)
	return 0
}

// indent prints JSON for people.
func (c *cmd) indent(text []byte) {
	s := jsontext.Scan(text, c.work)
	for last := byte(jsontext.Key); ; {
		t := s.Next()
		depth := s.Depth()
		switch t.Kind {
		case jsontext.End, jsontext.Bad:
			c.out.WriteByte('\n')
			return
		case '}', ']':
			if last == t.Kind-2 { // it is empty
				last = jsontext.Key
			}
		default:
			if last != '{' && last != '[' && last != jsontext.Key {
				c.out.WriteByte(',')
			}
			if t.Kind == '{' || t.Kind == '[' {
				depth--
			}
		}
		if last != jsontext.Key && depth <= maxIndent {
			c.out.WriteByte('\n')
			for range depth {
				c.out.WriteString("  ")
			}
		}
		plainJSON(c.out, t.Text)
		if t.Kind == jsontext.Key {
			c.out.WriteString(": ")
		}
		last = t.Kind
	}
}

// maxIndent is how deep lines are indented: what is deeper stands in one line.
const maxIndent = 32

// plainJSON prints JSON without the characters that no line is to have, which it may have within
// texts: it means the same.
func plainJSON(w io.Writer, text []byte) {
	from := 0
	for at := 0; at < len(text); {
		r, n := utf8.DecodeRune(text[at:])
		odd := errno.Unprintable(r) && r != '\n' && r != '\t' && r != '\r'
		if odd || at-from >= paced.Piece {
			w.Write(text[from:at])
			from = at
		}
		if odd {
			fmt.Fprintf(w, "\\u%04x", r)
			from += n
		}
		at += n
	}
	w.Write(text[from:])
}

// plainLines is [errno.Plain] of each line.
func plainLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = errno.Plain(line)
	}
	return strings.Join(lines, "\n")
}
