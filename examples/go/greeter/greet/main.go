// Greet has the package PACKAGE greet people: greet PACKAGE NAME...
package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/examples/go/greeter/greeting"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: greet PACKAGE NAME...")
		os.Exit(2)
	}
	if err := greet(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "greet:", err)
		os.Exit(1)
	}
}

func greet(pkg string, names []string) error {
	conn, err := bus.Dial(bus.Options{})
	if err != nil {
		return err
	}
	defer conn.Close(nil)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	greeter := greeting.NewGreeterClientOn(conn, pkg)

	people := make([]greeting.Person, len(names))
	for i, name := range names {
		people[i] = greeting.Person{Name: name}
	}
	texts, err := greeter.GreetAll(ctx, people, func(_ context.Context, done int) error {
		fmt.Printf("%d of %d\n", done, len(people))
		return nil
	})
	if err != nil {
		return err
	}
	for _, text := range texts {
		fmt.Println(text)
	}

	// A stream that has no end: the loop is left when it is enough.
	hellos, err := greeter.Hellos(ctx, greeting.Person{Name: names[0], Tone: greeting.Loud}, 50*time.Millisecond)
	if err != nil {
		return err
	}
	n := 0
	for text, err := range hellos {
		if err != nil {
			return err
		}
		fmt.Println(text)
		if n++; n == 3 {
			break
		}
	}

	_, err = greeter.Greet(ctx, greeting.Person{})
	fmt.Println("nobody:", err, errors.Is(err, fs.ErrInvalid))
	return nil
}
