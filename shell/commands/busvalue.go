package commands

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec"
	"github.com/bushel-wasm/bushel/bus/codec/cborvalue"
	"github.com/bushel-wasm/bushel/bus/desc"
	"github.com/bushel-wasm/bushel/kernel/errno"
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
func fromJSON(format string, text []byte) (bus.Format, []byte, error) {
	switch format {
	case "", "json":
		return bus.FormatJSON, text, nil
	case "cbor":
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		var v any
		if err := d.Decode(&v); err != nil {
			return 0, nil, err
		}
		b, err := cborvalue.Append(nil, fromNumbers(v))
		return bus.FormatCBOR, b, err
	case "raw":
		var s string
		if json.Unmarshal(text, &s) == nil {
			text = []byte(s)
		}
		return bus.FormatRaw, text, nil
	}
	return 0, nil, fmt.Errorf("values cannot be written as %s", format)
}

// fromNumbers has whole numbers be integers and the others floats.
func fromNumbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		if n, err := strconv.ParseUint(v.String(), 10, 64); err == nil {
			return n
		}
		f, err := v.Float64()
		if err != nil {
			return v.String()
		}
		return f
	case []any:
		for i := range v {
			v[i] = fromNumbers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = fromNumbers(v[k])
		}
	}
	return v
}

// toJSON is a body as JSON. Bytes that are no text are written in base64, as JSON has
// them; so is a body in a format that is not known.
func toJSON(format bus.Format, body []byte) []byte {
	var v any = body
	switch {
	case format == bus.FormatJSON && json.Valid(body):
		return body
	case format == bus.FormatRaw && utf8Text(body):
		v = string(body)
	case format == bus.FormatCBOR:
		if value, err := cborvalue.Decode(body); err == nil {
			v = forJSON(value)
		}
	}
	text, err := codec.JSON.Marshal(v)
	if err != nil {
		text, _ = json.Marshal(fmt.Sprint(v))
	}
	return text
}

func utf8Text(b []byte) bool { return strings.ToValidUTF8(string(b), "") == string(b) }

// forJSON has maps' keys be texts, and numbers such as JSON has.
func forJSON(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = forJSON(v[i])
		}
	case []cborvalue.Pair:
		m := make(map[string]any, len(v))
		for _, p := range v {
			m[fmt.Sprint(p.Key)] = forJSON(p.Value)
		}
		return m
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Sprint(v)
		}
	}
	return v
}

// indent is JSON for people. One that would become much longer by it stays as it is.
func indent(text []byte) string {
	text = plainJSON(text)
	var b bytes.Buffer
	if indents(text) > maxIndent || json.Indent(&b, text, "", "  ") != nil {
		return string(text)
	}
	return b.String()
}

// maxIndent is how many bytes of room indent puts into a text at most.
const maxIndent = 4 << 20

// indents is how many bytes indent would put into a text.
func indents(text []byte) (n int) {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[', c == '{':
			depth++
			n += 1 + 2*depth
		case c == ']', c == '}':
			depth--
			n += 1 + 2*depth
		case c == ',':
			n += 1 + 2*depth
		}
	}
	return n
}

// plainJSON is JSON without the characters that no line is to have, which it may have within texts: it
// means the same.
func plainJSON(text []byte) []byte {
	odd := func(r rune) bool { return r != '\n' && r != '\t' && r != '\r' && errno.Unprintable(r) }
	if bytes.IndexFunc(text, odd) < 0 {
		return text
	}
	var b bytes.Buffer
	for _, r := range string(text) {
		if odd(r) {
			fmt.Fprintf(&b, "\\u%04x", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.Bytes()
}

// plainLines is [errno.Plain] of each line.
func plainLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = errno.Plain(line)
	}
	return strings.Join(lines, "\n")
}
