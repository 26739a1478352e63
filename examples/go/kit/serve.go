package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec"
)

// args are the parameters of all methods.
type args struct {
	Who   string   `json:"who"`
	Pkg   string   `json:"pkg"`
	A     int      `json:"a"`
	B     int      `json:"b"`
	N     int      `json:"n"`
	To    int      `json:"to"`
	Start int      `json:"start"`
	Words []string `json:"words"`
}

// results are a method's results by their names.
type results map[string]any

func (r results) body() []byte {
	b, _ := json.Marshal(r) // of numbers, texts and truth values
	return b
}

// method is one that gets its arguments and answers.
func method(fn func(ctx context.Context, in *bus.Incoming, a *args) error) bus.Handler {
	return bus.Go(func(ctx context.Context, in *bus.Incoming) error {
		a := new(args)
		if body := in.Body(); len(body) > 0 {
			if err := codec.JSON.Unmarshal(body, a); err != nil {
				return err
			}
		}
		return fn(ctx, in, a)
	})
}

func server() *bus.Server {
	methods := map[string]func(context.Context, *bus.Incoming, *args) error{
		"Greet": greet, "Divide": divide, "Ask": ask, "Wait": wait, "Each": each,
		"Open": open, "Shout": shout, "Sum": sum, "Count": count,
	}
	svc := &bus.Service{Name: "kit/1", Description: description}
	for name, fn := range methods {
		svc.Methods = append(svc.Methods, bus.MethodHandler{Name: "kit/1." + name, Handler: method(fn)})
	}
	return bus.NewServer(svc)
}

func greet(_ context.Context, in *bus.Incoming, a *args) error {
	if a.Who == "" {
		return &bus.Error{Code: bus.CodeInvalidArgument, Message: "whom?", Format: bus.FormatJSON, Details: []byte(`{"missing":"who"}`)}
	}
	return in.Reply(bus.FormatJSON, results{"text": "hello, " + a.Who}.body())
}

func divide(_ context.Context, in *bus.Incoming, a *args) error {
	return in.Reply(bus.FormatJSON, results{"quotient": a.A / a.B, "rest": a.A % a.B}.body()) // a panic is a fault
}

// ask has another package greet.
func ask(ctx context.Context, in *bus.Incoming, a *args) error {
	// Along its own link a program may call any package.
	r, err := in.Conn().Package(a.Pkg).Invoke(ctx, &bus.Request{
		Method: bus.MethodOf("kit/1.Greet"), Format: bus.FormatJSON, Body: results{"who": a.Who}.body(),
	})
	if err != nil {
		return err
	}
	return in.Reply(r.Format, r.Body)
}

// wait answers when nobody waits any more.
func wait(ctx context.Context, in *bus.Incoming, _ *args) error {
	_, limited := in.Deadline()
	fmt.Println("wait begins, limited:", limited)
	<-ctx.Done()
	fmt.Println("wait ends:", context.Cause(ctx))
	return ctx.Err()
}

// each calls visit for each word while that returns true.
func each(ctx context.Context, in *bus.Incoming, a *args) error {
	for i, word := range a.Words {
		r, err := in.Invoke(ctx, &bus.Request{
			Method: bus.MethodOf("kit/1.Each.visit"), Format: bus.FormatJSON, Body: results{"i": i, "word": word}.body(),
		})
		if err != nil {
			return err
		}
		var answer struct{ On bool }
		if err := codec.JSON.Unmarshal(r.Body, &answer); err != nil {
			return err
		}
		if !answer.On {
			return in.Reply(bus.FormatJSON, results{"visited": i + 1}.body())
		}
	}
	return in.Reply(bus.FormatJSON, results{"visited": len(a.Words)}.body())
}

// open returns a counter, which tells of its changes.
func open(_ context.Context, in *bus.Incoming, a *args) error {
	c := &counter{value: a.Start, changed: in}
	in.OnEnd(func(error) { fmt.Println("a counter ended at", c.now()) })
	return in.Open(bus.FormatJSON, []byte("{}"), c.server())
}

type counter struct {
	mu      sync.Mutex
	value   int
	changed bus.Target // who is told
}

func (c *counter) now() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.value
}

func (c *counter) server() *bus.Server {
	s := bus.NewServer()
	s.Handle("kit/1.Counter.Add", method(func(ctx context.Context, in *bus.Incoming, a *args) error {
		c.mu.Lock()
		c.value += a.N
		now := c.value
		c.mu.Unlock()
		_, err := c.changed.Invoke(ctx, &bus.Request{
			Method: bus.MethodOf("kit/1.Open.changed"), Format: bus.FormatJSON, Body: results{"value": now}.body(),
		})
		if err != nil {
			return err
		}
		return in.Reply(bus.FormatJSON, results{"value": now}.body())
	}))
	s.Handle("kit/1.Counter.Fork", method(func(_ context.Context, in *bus.Incoming, _ *args) error {
		fork := &counter{value: c.now(), changed: c.changed}
		return in.Open(bus.FormatJSON, []byte("{}"), fork.server())
	}))
	return s
}

// shout sends back what it reads in capitals, as it comes.
func shout(_ context.Context, in *bus.Incoming, _ *args) error {
	if err := in.Open(bus.FormatJSON, []byte("{}"), nil); err != nil {
		return err
	}
	out := in.Stream(1)
	buf := make([]byte, 64<<10)
	for {
		n, err := in.Stream(0).Read(buf)
		if n > 0 {
			if _, err := out.Write(bytes.ToUpper(buf[:n])); err != nil {
				return err
			}
		}
		if err == io.EOF {
			err = nil
		} else if err == nil {
			continue
		}
		out.CloseSend(err)
		return in.Close()
	}
}

// sum adds numbers until the stream ends.
func sum(ctx context.Context, in *bus.Incoming, _ *args) error {
	total := 0
	for {
		item, _, err := in.Stream(0).Recv(ctx, 1<<10)
		if err == io.EOF {
			return in.Reply(bus.FormatJSON, results{"sum": total}.body())
		}
		if err != nil {
			return err
		}
		var n int
		if err := codec.JSON.Unmarshal(item, &n); err != nil {
			return err
		}
		total += n
	}
}

// count streams the numbers up to one.
func count(ctx context.Context, in *bus.Incoming, a *args) error {
	if err := in.Open(bus.FormatJSON, []byte("{}"), nil); err != nil {
		return err
	}
	for i := range a.To {
		if err := in.Stream(0).Send(ctx, bus.FormatJSON, fmt.Append(nil, i+1)); err != nil {
			fmt.Println("count left at", strings.Repeat(".", min(i, 3))) // how far differs from run to run
			return err
		}
	}
	in.Stream(0).CloseSend(nil)
	return in.Close()
}
