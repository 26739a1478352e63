// Count is a client of the package counter, or of the one that it is given as argument:
// calls, an object that calls back, a stream, a call that is given up, and goroutines
// that go on while a call waits.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/bushel-wasm/bushel/bus"
)

func main() {
	name := "counter"
	if len(os.Args) > 1 {
		name = os.Args[1]
	}
	c, err := bus.Dial(bus.Options{})
	if err == nil {
		err = run(context.Background(), c, c.Package(name))
		c.Close(nil)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "count:", err)
		os.Exit(1)
	}
}

// request is a call with v in JSON.
func request(method string, v any) *bus.Request {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return &bus.Request{Method: bus.MethodOf(method), Format: bus.FormatJSON, Body: b}
}

func run(ctx context.Context, c *bus.Conn, counter bus.Target) error {
	r, err := counter.Invoke(ctx, request("counter/1.Add", []int{1, 2, 39}))
	if err != nil {
		return err
	}
	fmt.Printf("sum %s\n", r.Body)

	_, err = counter.Invoke(ctx, request("counter/1.Add", "no list"))
	fmt.Println("no list:", bus.CodeOf(err), errors.Is(err, fs.ErrInvalid))
	_, err = counter.Invoke(ctx, request("counter/1.None", nil))
	fmt.Println("no method:", bus.CodeOf(err))
	_, err = c.Package("nobody").Invoke(ctx, request("counter/1.Add", nil))
	fmt.Println("no package:", err)

	if err := object(ctx, counter); err != nil {
		return err
	}
	if err := stream(ctx, counter); err != nil {
		return err
	}
	return wait(ctx, counter)
}

// object uses a counter, which calls back.
func object(ctx context.Context, counter bus.Target) error {
	open := request("counter/1.New", nil)
	open.Handler = bus.HandlerFunc(func(in *bus.Incoming) {
		fmt.Printf("changed to %s\n", in.Body())
		in.Reply(bus.FormatJSON, []byte("null"))
	})
	r, err := counter.Invoke(ctx, open)
	if err != nil {
		return err
	}
	defer r.Session.Close()
	for _, n := range []int{5, 7} {
		a, err := r.Session.Invoke(ctx, request("counter/1.Counter.Add", n))
		if err != nil {
			return err
		}
		fmt.Printf("value %s\n", a.Body)
	}
	return nil
}

// stream reads numbers and adds them.
func stream(ctx context.Context, counter bus.Target) error {
	r, err := counter.Invoke(ctx, request("counter/1.Numbers", 5_000))
	if err != nil {
		return err
	}
	defer r.Session.Close()
	lines, sum := bufio.NewScanner(r.Session.Stream(0)), 0
	for lines.Scan() {
		n, err := strconv.Atoi(lines.Text())
		if err != nil {
			return err
		}
		sum += n
	}
	fmt.Println("numbers", sum, lines.Err())
	return nil
}

// wait has a goroutine run while a call waits, and gives another call up.
func wait(ctx context.Context, counter bus.Target) error {
	var ticks atomic.Int64
	stop := make(chan bool)
	go func() {
		for {
			select {
			case <-time.After(5 * time.Millisecond):
				ticks.Add(1)
			case <-stop:
				return
			}
		}
	}()
	_, err := counter.Invoke(ctx, request("counter/1.Slow", 200))
	close(stop)
	fmt.Println("slow", err, "others went on:", ticks.Load() > 3)
	brief, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	_, err = counter.Invoke(brief, request("counter/1.Slow", 3_600_000))
	fmt.Println("given up:", errors.Is(err, context.DeadlineExceeded))
	return nil
}
