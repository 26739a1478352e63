package commands_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec/cbor"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
)

const greeterDescription = `{"name":"demo.greeter/1","methods":[
 {"name":"Greet","id":"","params":[{"name":"who","type":"string"},{"name":"said","kind":"callback","callback":{"name":"said","id":"SAID"}}],"results":[{"name":"text","type":"string"}]},
 {"name":"Count","id":"","params":[{"name":"to","type":"int"}],"results":[{"name":"n","kind":"items","type":"int","stream":1}]},
 {"name":"Upper","id":"","params":[{"name":"in","kind":"bytes"}],"results":[{"name":"out","kind":"bytes","stream":1}]},
 {"name":"Sum","id":"","params":[{"name":"in","kind":"items","type":"int"}],"results":[{"name":"sum","type":"int"}]},
 {"name":"Big","id":"","params":[{"name":"n","type":"uint64"}],"results":[{"name":"n","type":"uint64"}]}]}`

func greeter() bus.Handler {
	said := bus.MethodOf("demo.greeter/1.Greet.said")
	s := bus.NewServer(&bus.Service{
		Name: "demo.greeter/1", Description: strings.Replace(greeterDescription, "SAID", said.String(), 1),
		Methods: []bus.MethodHandler{
			{Name: "demo.greeter/1.Greet", Handler: bus.Go(func(ctx context.Context, in *bus.Incoming) error {
				var args struct{ Who string }
				if err := cbor.Codec.Unmarshal(in.Body(), &args); err != nil {
					return err
				}
				if args.Who == "" {
					return bus.NewError(bus.CodeInvalidArgument, "who is it?")
				}
				if _, err := in.Invoke(ctx, &bus.Request{Method: said, Format: bus.FormatJSON, Body: []byte("7")}); err != nil {
					return err
				}
				b, err := cbor.Codec.Marshal(map[string]any{"text": "hello " + args.Who, "raw": []byte{1}})
				if err != nil {
					return err
				}
				return in.Reply(bus.FormatCBOR, b)
			})},
			{Name: "demo.greeter/1.Count", Handler: bus.Go(func(ctx context.Context, in *bus.Incoming) error {
				var args struct{ To int }
				if err := cbor.Codec.Unmarshal(in.Body(), &args); err != nil {
					return err
				}
				none := []byte("null")
				if args.To > 3 {
					none = []byte("{}")
				}
				in.Open(bus.FormatJSON, none, nil)
				for i := range args.To {
					b, _ := cbor.Codec.Marshal(i)
					if err := in.Stream(1).Send(ctx, bus.FormatCBOR, b); err != nil {
						return err
					}
				}
				in.Stream(1).CloseSend(nil)
				return nil
			})},
			{Name: "demo.greeter/1.Upper", Handler: bus.Go(func(ctx context.Context, in *bus.Incoming) error {
				in.Open(bus.FormatRaw, nil, nil)
				text, err := io.ReadAll(in.Stream(0))
				if err == nil {
					_, err = in.Stream(1).Write(bytes.ToUpper(text))
				}
				in.Stream(1).CloseSend(err)
				return in.Close()
			})},
			{Name: "demo.greeter/1.Sum", Handler: bus.Go(func(ctx context.Context, in *bus.Incoming) error {
				sum := 0
				for {
					item, _, err := in.Stream(0).Recv(ctx, 1<<10)
					if err == io.EOF {
						b, err := cbor.Codec.Marshal(map[string]int{"sum": sum})
						return errors.Join(err, in.Reply(bus.FormatCBOR, b))
					}
					var n int
					if err == nil {
						err = cbor.Codec.Unmarshal(item, &n)
					}
					if err != nil {
						return err
					}
					sum += n
				}
			})},
			{Name: "demo.greeter/1.Big", Handler: bus.HandlerFunc(func(in *bus.Incoming) { in.Reply(in.Format(), in.Body()) })},
		},
	})
	s.Handle("demo.greeter/1.Echo", bus.HandlerFunc(func(in *bus.Incoming) { in.Reply(in.Format(), in.Body()) }))
	return s
}

func TestBus(t *testing.T) {
	w := newWorld(t)
	w.k.Bus().Register("demo", greeter())
	for _, test := range []struct {
		name  string
		argv  []string
		stdin string
		want  result
	}{
		{"call by a short name", []string{"call", "demo", "greeter.greet", "who=you"}, "",
			result{"said: 7\n{\n  \"raw\": \"AQ==\",\n  \"text\": \"hello you\"\n}\n", "", 0}},
		{"call with JSON", []string{"call", "demo", "Greet", `{"who":"all"}`}, "",
			result{"said: 7\n{\n  \"raw\": \"AQ==\",\n  \"text\": \"hello all\"\n}\n", "", 0}},
		{"standard input", []string{"call", "-f", "json", "demo", "demo.greeter/1.Echo", "-"}, `[1, "x"]`,
			result{"[\n  1,\n  \"x\"\n]\n", "", 0}},
		{"items", []string{"call", "demo", "count", "to=3"}, "", result{"0\n1\n2\n", "", 0}},
		{"items, and an empty result", []string{"call", "demo", "count", "to=4"}, "", result{"0\n1\n2\n3\n", "", 0}},
		{"a fault", []string{"call", "demo", "greet"}, "", result{"", "bus: invalid_argument: who is it?\n", 1}},
		{"no such method", []string{"call", "demo", "nothing"}, "", result{"", "bus: the package demo describes no method 'nothing'\n", 2}},
		{"no such package", []string{"call", "nobody", "x/1.Y"}, "", result{"", "bus: not_found: there is no package nobody\n", 1}},
		{"no JSON", []string{"call", "demo", "greet", "{"}, "", result{"", "bus: '{' is no JSON\n", 2}},
		{"bytes", []string{"call", "demo", "upper", "in=abc"}, "", result{"ABC", "", 0}},
		{"bytes from standard input", []string{"call", "demo", "upper", "in=-"}, "a\nb\n", result{"A\nB\n", "", 0}},
		{"no bytes", []string{"call", "demo", "upper"}, "not read", result{"", "", 0}},
		{"bytes that are none", []string{"call", "demo", "upper", "in=[1]"}, "", result{"", "bus: in is a stream of bytes: give a text, or - for standard input\n", 2}},
		{"a list of items", []string{"call", "demo", "sum", "in=[1, 2,3]"}, "", result{"{\n  \"sum\": 6\n}\n", "", 0}},
		{"items from standard input", []string{"call", "demo", "sum", `{"in": "-"}`}, "4\n5 6", result{"{\n  \"sum\": 15\n}\n", "", 0}},
		{"no items", []string{"call", "demo", "sum"}, "7", result{"{\n  \"sum\": 0\n}\n", "", 0}},
		{"an item that is none", []string{"call", "demo", "sum", "in=-"}, "1 x", result{"", "bus: invalid_argument: an item is no JSON: invalid character 'x' looking for beginning of value\n", 1}},
		{"items that are none", []string{"call", "demo", "sum", "in=1"}, "", result{"", "bus: in is a stream of items: give a list, or - for JSON from standard input\n", 2}},
		{"a value for a callback", []string{"call", "demo", "greet", "who=me", "said=x"}, "", result{"", "bus: said is called by the callee: no value can be given for it\n", 2}},
		{"a parameter that is not there", []string{"call", "demo", "greet", "whom=me"}, "",
			result{"", "bus: demo.greeter/1.Greet of the package demo has no parameter 'whom': it has who\n", 2}},
		{"a number of 64 bits", []string{"call", "demo", "big", "n=18446744073709551615"}, "", result{"{\n  \"n\": 18446744073709551615\n}\n", "", 0}},
		{"no method of a full name", []string{"call", "demo", "demo.greeter/1.Nothing"}, "",
			result{"", "bus: unimplemented: the package demo has no method demo.greeter/1.Nothing\n", 1}},
		{"no number of seconds", []string{"call", "-t", "soon", "demo", "sum"}, "", result{"", "bus: invalid number of seconds: 'soon'\n", 2}},
		{"no time at all", []string{"call", "-t", "0", "demo", "sum"}, "", result{"", "bus: invalid number of seconds: '0'\n", 2}},
		{"no method", []string{"call", "demo"}, "", result{"", "bus: missing operand after 'demo'\nTry 'bus --help' for more information.\n", 2}},
		{"statistics of no package", []string{"stats", "nobody"}, "", result{"", "bus: not_found: there is no package nobody\n", 1}},
		{"ls of something", []string{"ls", "demo"}, "", result{"", "bus: extra operand 'demo'\nTry 'bus --help' for more information.\n", 2}},
		{"ls", []string{"ls"}, "", result{"demo                 kernel\n", "", 0}},
		{"no such verb", []string{"frobnicate"}, "", result{"", "bus: there is no 'frobnicate'\nTry 'bus --help' for more information.\n", 2}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := w.run(append([]string{"bus"}, test.argv...), test.stdin); got != test.want {
				t.Errorf("%+v\nwant %+v", got, test.want)
			}
		})
	}
	if got := w.run([]string{"bus", "describe", "demo"}, ""); got.code != 0 || !strings.Contains(got.out, `"name": "Greet"`) {
		t.Errorf("describe: %+v", got)
	}
	types := `// Types of the bus, generated by busgen from a description; do not edit.

export interface DemoGreeter1 {
  "demo.greeter/1.Greet": { args: { who: string; said?: (() => void | Promise<void>) }; result: string };
  "demo.greeter/1.Count": { args: { to: number }; result: AsyncIterableIterator<number> };
`
	if got := w.run([]string{"bus", "describe", "--ts", "demo"}, ""); got.code != 0 || !strings.HasPrefix(got.out, types) {
		t.Errorf("describe --ts: %+v", got)
	}
	if got := w.run([]string{"bus", "stats", "demo"}, ""); got.code != 0 || !strings.HasPrefix(got.out, "demo ") || !strings.Contains(got.out, "0 open") {
		t.Errorf("stats: %+v", got)
	}
}

// TestBus_plain has a package choose names and texts that would move the cursor: what is shown of
// them does not.
func TestBus_plain(t *testing.T) {
	w := newWorld(t)
	const odd = "a\x1b[2J\u009bx\u202e"
	s := bus.NewServer(&bus.Service{Name: "odd/1", Description: `{"name":"odd/1","doc":"a\u001b[2J` + "\u009b" + `","methods":[
		{"name":"Fail","params":[{"name":"a\u001b[2J","kind":"callback","callback":{"id":"` + bus.MethodOf("odd/1.Fail.back").String() + `"}}]},
		{"name":"deep","x":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}]}`})
	s.Handle("odd/1.Fail", bus.Go(func(ctx context.Context, in *bus.Incoming) error {
		in.Invoke(ctx, &bus.Request{Method: bus.MethodOf("odd/1.Fail.back"), Format: bus.FormatJSON, Body: []byte(`"` + "\u009b" + `"`)})
		return bus.NewError(bus.CodeInvalidArgument, odd)
	}))
	w.k.Bus().Register(odd, s)
	p, err := w.k.Init().Fork(func(p *kernel.Process) int {
		<-p.Context().Done()
		return 0
	}, kernel.ForkAttr{Argv: []string{"/bin/" + odd, odd}, FDs: [][2]uint32{}})
	if err != nil {
		t.Fatal(err)
	}
	pid := fmt.Sprint(p.PID())
	for _, line := range [][]string{
		{"bus", "ls"}, {"bus", "ls", "--json"}, {"bus", "stats"}, {"bus", "describe", odd}, {"bus", "describe", "--ts", odd},
		{"bus", "call", odd, "odd/1.Fail"}, {"bus", "call", odd, "odd"}, {"bus", "call", "none" + odd, "x/1.Y"},
		{"ps", "-p", pid}, {"ps", "-f", "-p", pid}, {"cat", "/" + odd},
	} {
		got := w.run(line, "")
		if at := strings.IndexFunc(got.out+got.err, func(r rune) bool { return r != '\n' && r != '\t' && errno.Unprintable(r) }); at >= 0 {
			t.Errorf("%q shows %.300q", line, (got.out + got.err)[at:])
		}
		if got.out+got.err == "" || len(got.out) > 1<<20 {
			t.Errorf("%q shows %d bytes", line, len(got.out))
		}
	}
}
