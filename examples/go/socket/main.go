// Command socket talks to a WebSocket server by the service os.ws/1 of the bus: socket URL
// [PROTOCOL]... Each line of the standard input is sent as a text, and what comes back
// is printed; but "/bytes N" sends N bytes, "/send N TIMES" does so TIMES and waits for no
// answer, "/wait" waits for one message more, and "/close CODE REASON" closes. The end of the input closes too. How the socket has ended is
// the last line.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec/cbor"
)

type message struct {
	Text bool   `json:"text"`
	Data []byte `json:"data"`
}

type socket struct {
	ctx context.Context
	s   *bus.Session
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: socket URL [PROTOCOL]...")
		os.Exit(2)
	}
	if err := talk(context.Background(), os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintf(os.Stderr, "socket: %s: %v\n", bus.CodeOf(err), err)
		os.Exit(1)
	}
}

func talk(ctx context.Context, url string, protocols []string) error {
	conn, err := bus.Dial(bus.Options{})
	if err != nil {
		return err
	}
	defer conn.Close(nil)
	body, err := cbor.Codec.Marshal(map[string]any{"url": url, "protocols": protocols})
	if err != nil {
		return err
	}
	res, err := conn.Package("os").Invoke(ctx, &bus.Request{Method: bus.MethodOf("os.ws/1.Connect"), Format: bus.FormatCBOR, Body: body})
	if err != nil {
		return err
	}
	var opened struct {
		Protocol string `json:"protocol"`
	}
	if err := cbor.Codec.Unmarshal(res.Body, &opened); err != nil {
		return err
	}
	fmt.Printf("open %s\n", opened.Protocol)
	k := &socket{ctx, res.Session}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		name, rest, _ := strings.Cut(lines.Text(), " ")
		switch name {
		case "/wait":
			err = k.receive()
		case "/close":
			code, reason, _ := strings.Cut(rest, " ")
			n, _ := strconv.Atoi(code)
			return k.end("CloseWith", map[string]any{"code": n, "reason": reason})
		case "/send":
			err = k.pour(rest)
		case "/bytes":
			n, _ := strconv.Atoi(rest)
			err = k.exchange(message{Data: make([]byte, n)})
		default:
			err = k.exchange(message{Text: true, Data: lines.Bytes()})
		}
		if errors.Is(err, io.EOF) {
			return k.end("Wait", nil)
		}
		if err != nil {
			fmt.Println(err)
			return k.end("Wait", nil)
		}
	}
	return k.end("CloseWith", nil)
}

// exchange sends a message and prints the next that comes.
func (k *socket) exchange(m message) error {
	if err := k.send(m); err != nil {
		return err
	}
	return k.receive()
}

// send returns when the service has room for the next message.
func (k *socket) send(m message) error {
	item, err := cbor.Codec.Marshal(m)
	if err != nil {
		return err
	}
	return k.s.Stream(0).Send(k.ctx, bus.FormatCBOR, item)
}

// pour sends messages one behind the other, and counts them.
func (k *socket) pour(what string) error {
	var size, times int
	if _, err := fmt.Sscan(what, &size, &times); err != nil {
		return err
	}
	for i := range times {
		if err := k.send(message{Data: make([]byte, size)}); err != nil {
			return err
		}
		fmt.Printf("sent %d\n", i+1)
	}
	return nil
}

func (k *socket) receive() error {
	item, _, err := k.s.Stream(1).Recv(k.ctx, bus.MaxFrame)
	if err != nil {
		return err
	}
	var m message
	if err := cbor.Codec.Unmarshal(item, &m); err != nil {
		return err
	}
	if m.Text {
		fmt.Printf("text %s\n", m.Data)
	} else {
		fmt.Printf("%d bytes\n", len(m.Data))
	}
	return nil
}

// end calls a method of the object and prints how the socket has ended.
func (k *socket) end(method string, args map[string]any) error {
	body, err := cbor.Codec.Marshal(args)
	if err != nil {
		return err
	}
	res, err := k.s.Invoke(k.ctx, &bus.Request{Method: bus.MethodOf("os.ws/1.Socket." + method), Format: bus.FormatCBOR, Body: body})
	if err != nil {
		return err
	}
	var v struct {
		End struct {
			Code   int    `json:"code"`
			Reason string `json:"reason"`
			Clean  bool   `json:"clean"`
		} `json:"end"`
	}
	if err := cbor.Codec.Unmarshal(res.Body, &v); err != nil {
		return err
	}
	fmt.Printf("closed %d %s clean %v\n", v.End.Code, v.End.Reason, v.End.Clean)
	return nil
}
