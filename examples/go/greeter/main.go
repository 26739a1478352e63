// Greeter is a package of the bus that says hello. The bus starts it when it is called, with
// the argument "bus"; by hand, "greeter NAME" serves it under another name.
package main

import (
	"context"
	"fmt"
	"iter"
	"os"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/examples/go/greeter/greeting"
)

func main() {
	name := "" // as it was started
	if len(os.Args) > 1 && os.Args[1] != "bus" {
		name = os.Args[1]
	}
	server := bus.NewServer()
	greeting.RegisterGreeter(server, polite{})
	conn, err := bus.Listen(context.Background(), name, bus.Options{Handler: server})
	if err == nil {
		err = conn.Wait()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "greeter:", err)
		os.Exit(1)
	}
}

type polite struct{ greeting.UnimplementedGreeter }

func (polite) Greet(_ context.Context, who greeting.Person) (string, error) {
	switch {
	case who.Name == "":
		return "", bus.NewError(bus.CodeInvalidArgument, "who is it?")
	case who.Tone == greeting.Loud:
		return strings.ToUpper("hello, " + who.Name + "!"), nil
	}
	return "hello, " + who.Name, nil
}

func (p polite) GreetAll(ctx context.Context, people []greeting.Person, progress func(context.Context, int) error) ([]string, error) {
	var texts []string
	for i, who := range people {
		text, err := p.Greet(ctx, who)
		if err != nil {
			return nil, err
		}
		texts = append(texts, text)
		if err := progress(ctx, i+1); err != nil {
			return nil, fmt.Errorf("tell of progress: %w", err)
		}
	}
	return texts, nil
}

func (p polite) Hellos(ctx context.Context, who greeting.Person, every time.Duration) (iter.Seq2[string, error], error) {
	text, err := p.Greet(ctx, who)
	if err != nil {
		return nil, err
	}
	return func(yield func(string, error) bool) {
		for yield(text, nil) {
			select {
			case <-time.After(every):
			case <-ctx.Done():
				return
			}
		}
	}, nil
}
