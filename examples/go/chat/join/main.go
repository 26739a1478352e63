// Join joins the chat room that PACKAGE serves, says each line of its input, and prints what
// it hears: join PACKAGE NICK. A line "/nicks" asks who is there, "/wait N" goes on when N
// messages have been heard.
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/examples/go/chat/room"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: join PACKAGE NICK")
		os.Exit(2)
	}
	if err := join(os.Args[1], os.Args[2]); err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}

// ears count what was heard.
type ears struct {
	mu   sync.Mutex
	n    int
	more *sync.Cond
}

func (e *ears) heard(_ context.Context, m room.Message) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if m.From != "" {
		m.Text = m.From + ": " + m.Text
	}
	fmt.Println("<", m.Text)
	e.n++
	e.more.Broadcast()
	return nil
}

func (e *ears) wait(n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for e.n < n {
		e.more.Wait()
	}
}

func join(pkg, nick string) error {
	conn, err := bus.Dial(bus.Options{})
	if err != nil {
		return err
	}
	defer conn.Close(nil)
	ctx := context.Background()
	e := new(ears)
	e.more = sync.NewCond(&e.mu)
	member, err := room.NewRoomClientOn(conn, pkg).Join(ctx, nick, e.heard)
	if err != nil {
		return err
	}
	defer member.Close()
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		line := lines.Text()
		if line == "/nicks" {
			nicks, err := member.Who(ctx)
			if err != nil {
				return err
			}
			fmt.Println(strings.Join(nicks, " "))
		} else if count, ok := strings.CutPrefix(line, "/wait "); ok {
			n, err := strconv.Atoi(count)
			if err != nil {
				return err
			}
			e.wait(n)
		} else {
			told, err := member.Say(ctx, line)
			if err != nil {
				return err
			}
			fmt.Println("told", told)
		}
	}
	return lines.Err()
}
