// Command get makes a request by the service os.http/1 of the bus: get [-X method]
// [-H 'name: value']... [-redirect how] [-d] URL. The body of the answer goes to the standard
// output as it comes, its status to the standard error; with -d the standard input is
// the request's body.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec/cbor"
)

type header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type request struct {
	Method   string   `json:"method"`
	URL      string   `json:"url"`
	Headers  []header `json:"headers"`
	Redirect string   `json:"redirect"`
	Stream   bool     `json:"stream"`
}

type response struct {
	Status     int      `json:"status"`
	StatusText string   `json:"status_text"`
	Headers    []header `json:"headers"`
	Redirected bool     `json:"redirected"`
	Held       bool     `json:"held"`
}

func main() {
	r := request{}
	flag.StringVar(&r.Method, "X", "GET", "the method")
	flag.StringVar(&r.Redirect, "redirect", "follow", "follow, error or manual")
	flag.BoolVar(&r.Stream, "d", false, "send the standard input")
	flag.Func("H", "a header", func(s string) error {
		name, value, _ := strings.Cut(s, ":")
		r.Headers = append(r.Headers, header{name, strings.TrimSpace(value)})
		return nil
	})
	flag.Parse()
	if r.URL = flag.Arg(0); flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := get(context.Background(), r); err != nil {
		fmt.Fprintf(os.Stderr, "get: %s: %v\n", bus.CodeOf(err), err)
		os.Exit(1)
	}
}

func get(ctx context.Context, r request) error {
	conn, err := bus.Dial(bus.Options{})
	if err != nil {
		return err
	}
	defer conn.Close(nil)
	body, err := cbor.Codec.Marshal(map[string]any{"request": r})
	if err != nil {
		return err
	}
	s, wait := bus.Begin(ctx, conn.Package("os"), &bus.Request{
		Method: bus.MethodOf("os.http/1.Fetch"), Format: bus.FormatCBOR, Body: body,
	})
	if r.Stream {
		go func() {
			_, err := io.Copy(s.Stream(0), os.Stdin)
			s.Stream(0).CloseSend(err)
		}()
	}
	res, err := wait()
	if err != nil {
		return err
	}
	defer s.Close()
	var head struct {
		Response response `json:"response"`
	}
	if err := cbor.Codec.Unmarshal(res.Body, &head); err != nil {
		return err
	}
	h := head.Response
	fmt.Fprintf(os.Stderr, "%d %s\n", h.Status, h.StatusText)
	for _, told := range h.Headers {
		if strings.HasPrefix(told.Name, "x-") {
			fmt.Fprintf(os.Stderr, "%s: %s\n", told.Name, told.Value)
		}
	}
	if h.Redirected {
		fmt.Fprintln(os.Stderr, "redirected")
	}
	if h.Held {
		fmt.Fprintln(os.Stderr, "the body was held")
	}
	_, err = io.Copy(os.Stdout, s.Stream(1))
	return err
}
