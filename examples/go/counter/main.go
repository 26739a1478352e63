// Counter is a package of the bus: it adds numbers, keeps counters as objects that call
// back when they change, and streams numbers. The bus starts it with the argument "bus"
// when it is called; by hand, "counter NAME" serves it under another name.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec"
)

func main() {
	name := "" // as it was started
	if len(os.Args) > 1 && os.Args[1] != "bus" {
		name = os.Args[1]
	}
	s := bus.NewServer()
	s.Func("counter/1.Add", add)
	s.Func("counter/1.Slow", slow)
	s.Func("counter/1.Numbers", numbers)
	s.Handle("counter/1.New", bus.HandlerFunc(newCounter))
	s.Handle("counter/1.Crash", bus.HandlerFunc(func(*bus.Incoming) { os.Exit(3) }))
	c, err := bus.Listen(context.Background(), name, bus.Options{Handler: s})
	if err == nil {
		fmt.Println("counter listens")
		err = c.Wait()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "counter:", err)
		os.Exit(1)
	}
}

// reply answers with v in JSON.
func reply(in *bus.Incoming, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return in.Reply(bus.FormatJSON, b)
}

// add answers with the sum of a list.
func add(_ context.Context, in *bus.Incoming) error {
	var list []int
	if err := codec.JSON.Unmarshal(in.Body(), &list); err != nil {
		return err
	}
	sum := 0
	for _, n := range list {
		sum += n
	}
	return reply(in, sum)
}

// slow answers after a while, unless the caller gives up before.
func slow(ctx context.Context, in *bus.Incoming) error {
	var ms int
	if err := codec.JSON.Unmarshal(in.Body(), &ms); err != nil {
		return err
	}
	select {
	case <-time.After(time.Duration(ms) * time.Millisecond):
		return reply(in, "done")
	case <-ctx.Done():
		fmt.Println("slow:", context.Cause(ctx))
		return ctx.Err()
	}
}

// numbers streams the numbers up to the one it is given, a line each.
func numbers(_ context.Context, in *bus.Incoming) error {
	var n int
	if err := codec.JSON.Unmarshal(in.Body(), &n); err != nil {
		return err
	}
	if err := in.Open(bus.FormatJSON, []byte("null"), nil); err != nil {
		return err
	}
	w := bufio.NewWriterSize(in.Stream(0), 32<<10) // a frame for many lines
	for i := range n {
		if _, err := fmt.Fprintln(w, i+1); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	in.Stream(0).CloseSend(nil)
	return in.Close()
}

// newCounter opens a counter. Add on it answers with its value, which it also tells the
// one who opened it.
func newCounter(in *bus.Incoming) {
	var mu sync.Mutex
	value := 0
	in.OnEnd(func(error) { fmt.Println("a counter ended at", value) })
	object := bus.NewServer()
	object.Func("counter/1.Counter.Add", func(ctx context.Context, call *bus.Incoming) error {
		var n int
		if err := codec.JSON.Unmarshal(call.Body(), &n); err != nil {
			return err
		}
		mu.Lock()
		value += n
		now := value
		mu.Unlock()
		b, _ := json.Marshal(now)
		_, err := in.Invoke(ctx, &bus.Request{Method: bus.MethodOf("counter/1.New.changed"), Format: bus.FormatJSON, Body: b})
		if err != nil {
			return err
		}
		return call.Reply(bus.FormatJSON, b)
	})
	in.Open(bus.FormatJSON, []byte("null"), object)
}
