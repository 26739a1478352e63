package commands

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/itchyny/gojq"
)

var jqSpec = spec{name: "jq", synopsis: "[OPTION]... FILTER [FILE]...", run: runJq, help: `
Run a filter on each JSON value of the input. Keys are printed in order.
  -r, --raw-output    strings as they are      -j, --join-output  without newlines
  -c, --compact-output                         --tab, --indent=N
  -n, --null-input    null instead of the input; the filter asks for it with input
  -s, --slurp         all values in one array  -R, --raw-input    lines as strings
  -e, --exit-status   1 if the last result is false or null, 4 if there is none
  -a, --ascii-output  -f, --from-file=FILE     -S, -M, -C  accepted
  --arg NAME TEXT  --argjson NAME JSON  --slurpfile NAME FILE  --rawfile NAME FILE
  --args, --jsonargs  what follows is $ARGS.positional`}

// jq is a run of jq.
type jq struct {
	c                         *cmd
	raw, join, compact, ascii bool
	indent                    string
	names                     []string
	values                    []any
	named                     map[string]any
}

// yieldContext lets others run whenever it is asked whether it is done, which gojq
// does between any two steps.
type yieldContext struct {
	context.Context
	c *cmd
}

func (y yieldContext) Done() <-chan struct{} {
	y.c.tick()
	return nil
}

func runJq(c *cmd) int {
	q := jq{c: c, indent: "  ", named: map[string]any{}}
	positional := q.takeArgs()
	f := c.flags()
	f.bad = 2
	var null, slurp, rawIn, status, tab bool
	file, indent := "", -1
	f.bool(&q.raw, "r|raw-output")
	f.fn("j|join-output", noArg, func(string) error { q.raw, q.join = true, true; return nil })
	f.bool(&q.compact, "c|compact-output")
	f.bool(&tab, "tab")
	f.int(&indent, "indent")
	f.bool(&null, "n|null-input")
	f.bool(&slurp, "s|slurp")
	f.bool(&rawIn, "R|raw-input")
	f.bool(&status, "e|exit-status")
	f.bool(&q.ascii, "a|ascii-output")
	f.str(&file, "f|from-file")
	f.ignore("S|M|C|sort-keys|monochrome-output|color-output|unbuffered")
	args := f.parse()
	if tab {
		q.indent = "\t"
	} else if indent == 0 {
		q.compact = true
	} else if indent > 0 {
		q.indent = strings.Repeat(" ", min(indent, 9))
	}
	text := ""
	if file != "" {
		data, err := c.readAll(file)
		if err != nil {
			c.fail(2, "%s: %s", file, reason(err))
		}
		text = string(data)
	} else {
		if len(args) == 0 {
			c.usageError(2, "no filter given")
		}
		text, args = args[0], args[1:]
	}
	query, err := gojq.Parse(text)
	if err != nil {
		c.fail(3, "compile error: %s", err)
	}
	iter := q.inputs(args, rawIn, slurp)
	q.names, q.values = append(q.names, "$ARGS"), append(q.values, map[string]any{"named": q.named, "positional": positional})
	code, err := gojq.Compile(query, gojq.WithVariables(q.names), gojq.WithInputIter(iter), gojq.WithEnvironLoader(c.p.Environ))
	if err != nil {
		c.fail(3, "compile error: %s", err)
	}
	ctx := yieldContext{context.WithoutCancel(c.p.Context()), c}
	var last any
	some, exit := false, 0
	for {
		var v any
		if !null {
			var ok bool
			if v, ok = iter.Next(); !ok {
				break
			}
			if err, ok := v.(error); ok {
				c.errorf("%s", err)
				exit = 2
				break
			}
		}
		results := code.RunWithContext(ctx, v, q.values...)
		for {
			r, ok := results.Next()
			if !ok {
				break
			}
			if err, ok := r.(error); ok {
				if halt, ok := errors.AsType[*gojq.HaltError](err); ok {
					return q.halt(halt)
				}
				c.errorf("error: %s", strings.TrimPrefix(err.Error(), "error: "))
				exit = 5
				break
			}
			q.print(r)
			last, some = r, true
		}
		if null {
			break
		}
	}
	if exit == 0 && status {
		switch {
		case !some:
			return 4
		case last == nil || last == false:
			return 1
		}
	}
	return exit
}

// halt is the end by halt and halt_error.
func (q *jq) halt(h *gojq.HaltError) int {
	if v := h.Value(); v != nil {
		text, ok := v.(string)
		if !ok {
			data, _ := gojq.Marshal(v)
			text = string(data) + "\n"
		}
		q.c.out.Flush()
		q.c.fs.Write(2, []byte(text))
	}
	return h.ExitCode()
}

// takeArgs takes --arg and its like, which have two arguments, out of the command line.
func (q *jq) takeArgs() (positional []any) {
	c := q.c
	var rest []string
	positional = []any{}
	kind, filter := "", false
	for i := 0; i < len(c.args); i++ {
		a := c.args[i]
		switch a {
		case "--arg", "--argjson", "--slurpfile", "--rawfile":
			if i+2 >= len(c.args) {
				c.usageError(2, "%s takes two arguments", a)
			}
			name := c.args[i+1]
			v := q.argument(a, c.args[i+2])
			q.names, q.values = append(q.names, "$"+name), append(q.values, v)
			q.named[name] = v
			i += 2
			continue
		case "--args", "--jsonargs":
			kind = a
			continue
		}
		option := strings.HasPrefix(a, "-") && a != "-"
		if kind != "" && !option && filter {
			if kind == "--args" {
				positional = append(positional, a)
			} else {
				positional = append(positional, q.argument("--argjson", a))
			}
			continue
		}
		filter = filter || !option
		rest = append(rest, a)
	}
	c.args = rest
	return positional
}

func (q *jq) argument(kind, text string) any {
	c := q.c
	switch kind {
	case "--arg":
		return text
	case "--argjson":
		var v any
		if err := decodeJSON(strings.NewReader(text)).Decode(&v); err != nil {
			c.fail(2, "invalid JSON text passed to --argjson")
		}
		return v
	}
	data, err := c.readAll(text)
	if err != nil {
		c.fail(2, "%s: %s", text, reason(err))
	}
	if kind == "--rawfile" {
		return string(data)
	}
	list := []any{}
	for d := decodeJSON(bytes.NewReader(data)); ; {
		var v any
		if err := d.Decode(&v); err == io.EOF {
			return list
		} else if err != nil {
			c.fail(2, "%s: %s", text, err)
		}
		list = append(list, v)
	}
}

func decodeJSON(r io.Reader) *json.Decoder {
	d := json.NewDecoder(r)
	d.UseNumber()
	return d
}

// jqInputs is the input, value by value.
type jqInputs func() (any, bool)

func (f jqInputs) Next() (any, bool) { return f() }

func (q *jq) inputs(files []string, raw, slurp bool) gojq.Iter {
	r := q.c.concat(files)
	var next jqInputs
	if raw && slurp {
		done := false
		return jqInputs(func() (any, bool) {
			if done {
				return nil, false
			}
			done = true
			data, err := io.ReadAll(r)
			if err != nil {
				return badArg(reason(err)), true
			}
			return string(data), true
		})
	}
	if raw {
		l := newLines(r, '\n')
		return jqInputs(func() (any, bool) {
			line, _, err := l.next()
			if err == io.EOF {
				return nil, false
			}
			if err != nil {
				return badArg(reason(err)), true
			}
			return string(line), true
		})
	}
	d := decodeJSON(r)
	broken := false
	next = func() (any, bool) {
		var v any
		if broken {
			return nil, false
		}
		q.c.yield()
		err := d.Decode(&v)
		if err == io.EOF {
			return nil, false
		}
		if err != nil {
			broken = true
			return badArg("parse error: " + err.Error()), true
		}
		return v, true
	}
	if !slurp {
		return next
	}
	done := false
	return jqInputs(func() (any, bool) {
		if done {
			return nil, false
		}
		done = true
		list := []any{}
		for {
			v, ok := next()
			if !ok {
				return list, true
			}
			if _, bad := v.(error); bad {
				return v, true
			}
			list = append(list, v)
		}
	})
}

func (q *jq) print(v any) {
	out := q.c.out
	if s, ok := v.(string); ok && q.raw {
		out.WriteString(s)
	} else {
		data, err := gojq.Marshal(v)
		if err != nil {
			q.c.errorf("%s", err)
			return
		}
		if q.ascii {
			data = asciiJSON(data)
		}
		if q.compact {
			out.Write(data)
		} else {
			var b bytes.Buffer
			json.Indent(&b, data, "", q.indent)
			out.Write(b.Bytes())
		}
	}
	if !q.join {
		out.WriteByte('\n')
	}
}

// asciiJSON writes all that is not ASCII as escapes.
func asciiJSON(data []byte) []byte {
	var b bytes.Buffer
	const digits = "0123456789abcdef"
	unit := func(u rune) {
		b.WriteString(`\u`)
		for shift := 12; shift >= 0; shift -= 4 {
			b.WriteByte(digits[u>>shift&15])
		}
	}
	for _, r := range string(data) {
		switch {
		case r < 0x80:
			b.WriteRune(r)
		case r < 0x10000:
			unit(r)
		default:
			r -= 0x10000
			unit(0xd800 + r>>10)
			unit(0xdc00 + r&0x3ff)
		}
	}
	return b.Bytes()
}
