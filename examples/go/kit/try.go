package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec"
)

// try calls all methods of a package.
func try(pkg string) int {
	c, err := bus.Dial(bus.Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, "kit:", err)
		return 1
	}
	defer c.Close(nil)
	t := trial{c.Package(pkg)}
	t.values()
	t.callbacks()
	t.objects()
	t.streams()
	return 0
}

// trial calls a package and prints what came of it.
type trial struct{ pkg bus.Target }

func (t trial) call(to bus.Target, ctx context.Context, name string, a results, h bus.Handler) *bus.Response {
	r, err := to.Invoke(ctx, &bus.Request{Method: bus.MethodOf("kit/1." + name), Format: bus.FormatJSON, Body: a.body(), Handler: h})
	if err != nil {
		e := bus.ErrorOf(err)
		fmt.Printf("%s: %v, %s, %s\n", name, e.Code, e.Message, e.Details)
		return nil
	}
	fmt.Printf("%s: %s\n", name, strings.TrimSpace(string(r.Body)))
	return r
}

func (t trial) values() {
	ctx := context.Background()
	t.call(t.pkg, ctx, "Greet", results{"who": "Ann"}, nil)
	t.call(t.pkg, ctx, "Divide", results{"a": 17, "b": 5}, nil)
	short, stop := context.WithTimeout(ctx, 20*time.Millisecond)
	defer stop()
	t.call(t.pkg, short, "Wait", results{}, nil)
}

func (t trial) callbacks() {
	visit := bus.HandlerFunc(func(in *bus.Incoming) {
		var a struct {
			I    int
			Word string
		}
		if err := codec.JSON.Unmarshal(in.Body(), &a); err != nil {
			in.Fault(err)
			return
		}
		fmt.Println("visit", a.I, a.Word)
		in.Reply(bus.FormatJSON, results{"on": a.Word != "stop"}.body())
	})
	t.call(t.pkg, context.Background(), "Each", results{"words": []string{"one", "stop", "two"}}, visit)
}

func (t trial) objects() {
	ctx := context.Background()
	changed := bus.HandlerFunc(func(in *bus.Incoming) {
		fmt.Println("changed:", string(in.Body()))
		in.Reply(bus.FormatJSON, []byte("{}"))
	})
	r := t.call(t.pkg, ctx, "Open", results{"start": 10}, changed)
	if r == nil {
		return
	}
	t.call(r.Session, ctx, "Counter.Add", results{"n": 5}, nil)
	if fork := t.call(r.Session, ctx, "Counter.Fork", results{}, nil); fork != nil {
		t.call(fork.Session, ctx, "Counter.Add", results{"n": 1}, nil)
		fork.Session.Close()
	}
	r.Session.Close()
	t.call(r.Session, ctx, "Counter.Add", results{"n": 5}, nil)
}

func (t trial) streams() {
	ctx := context.Background()
	s, wait := bus.Begin(ctx, t.pkg, &bus.Request{Method: bus.MethodOf("kit/1.Shout"), Format: bus.FormatJSON, Body: []byte("{}")})
	go func() {
		s.Stream(0).Write([]byte(strings.Repeat("some words ", 60_000)))
		s.Stream(0).CloseSend(nil)
	}()
	if _, err := wait(); err != nil {
		fmt.Println("Shout:", err)
		return
	}
	loud, err := io.ReadAll(s.Stream(1))
	fmt.Println("Shout:", len(loud), string(loud[:10]), err)
	s, wait = bus.Begin(ctx, t.pkg, &bus.Request{Method: bus.MethodOf("kit/1.Sum"), Format: bus.FormatJSON, Body: []byte("{}")})
	for i := range 1000 {
		s.Stream(0).Send(ctx, bus.FormatJSON, fmt.Append(nil, i))
	}
	s.Stream(0).CloseSend(nil)
	r, err := wait()
	if err != nil {
		fmt.Println("Sum:", err)
		return
	}
	fmt.Println("Sum:", string(r.Body))
	r = t.call(t.pkg, ctx, "Count", results{"to": 20_000}, nil)
	if r == nil {
		return
	}
	n := 0
	for {
		_, _, err := r.Session.Stream(0).Recv(ctx, 1<<10)
		if err != nil {
			fmt.Println("Count:", n, err)
			break
		}
		n++
	}
}
