package commands_test

import (
	"context"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec/cbor"
)

const greeterDescription = `{"name":"demo.greeter/1","methods":[
 {"name":"Greet","id":"","params":[{"name":"who","type":"string"},{"name":"said","kind":"callback","callback":{"name":"said","id":"SAID"}}],"results":[{"name":"text","type":"string"}]},
 {"name":"Count","id":"","params":[{"name":"to","type":"int"}],"results":[{"name":"n","kind":"items","type":"int","stream":1}]}]}`

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
	if got := w.run([]string{"bus", "stats", "demo"}, ""); got.code != 0 || !strings.HasPrefix(got.out, "demo ") || !strings.Contains(got.out, "0 open") {
		t.Errorf("stats: %+v", got)
	}
}
