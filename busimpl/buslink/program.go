package buslink

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/busimpl/osws"
	"github.com/bushel-wasm/bushel/kernel"
)

// Program is the name of the program that opens links: bus link runs it.
const Program = "buslink"

// TokenVariable is the variable of the environment that has the token, for those who do not
// want it in the list of processes.
const TokenVariable = "BUS_TOKEN"

// The pause before a link is tried again: it doubles from the first to the longest.
const (
	firstPause   = 250 * time.Millisecond
	longestPause = 30 * time.Second
)

// Register adds the program to a kernel.
func Register(k *kernel.Kernel, d osws.Transport) {
	k.Register(Program, func(p *kernel.Process) int { return run(k, p, d) })
}

const usage = `usage: bus link [--token TOKEN] [--name NAME] [--as NAME] [--share PACKAGE]... URL

Joins the bus with that of a server, such as "bushel serve --bus", until it is stopped. The
server's package echo is called server:echo then, and echo where nobody else is; the server
calls packages here as page:NAME. A link that breaks is opened again; what was open has failed.

  --token TOKEN    what the server asks for (or the variable BUS_TOKEN)
  --name NAME      what stands before the far packages' names (server)
  --as NAME        what stands before this side's names there (page)
  --share PACKAGE  let the far side call that package, and no other but those named so; without it,
                   all but os
`

// arguments are those of the program.
type arguments struct {
	url, host, token, as string
	opt                  Options
}

// parse reads the arguments.
func parse(args []string, token string) (*arguments, error) {
	a := &arguments{token: token, opt: Options{Name: "server", Plain: true}}
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		name, value, has := strings.Cut(arg, "=")
		if !strings.HasPrefix(arg, "--") {
			if a.url != "" {
				return nil, fmt.Errorf("one URL, not %s too", arg)
			}
			a.url = arg
			continue
		}
		if !has {
			if len(args) == 0 {
				return nil, fmt.Errorf("%s needs a value", name)
			}
			value, args = args[0], args[1:]
		}
		switch name {
		case "--token":
			a.token = value
		case "--name":
			a.opt.Name = value
		case "--as":
			a.as = value
		case "--share":
			a.opt.Share = append(a.opt.Share, value)
		default:
			return nil, fmt.Errorf("there is no flag %s", name)
		}
	}
	u, err := url.Parse(a.url)
	if err != nil || u.Host == "" || u.Scheme != "ws" && u.Scheme != "wss" {
		return nil, fmt.Errorf("%q is no URL of a WebSocket, such as ws://localhost:8080/bus", a.url)
	}
	if a.as != "" {
		q := u.Query()
		q.Set("as", a.as)
		u.RawQuery = q.Encode()
	}
	a.url = u.String()
	a.host, err = osws.Target(a.url)
	return a, err
}

// run makes the link and makes it again, until the process is to end.
func run(k *kernel.Kernel, p *kernel.Process, d osws.Transport) int {
	token := ""
	for _, v := range p.Environ() {
		if t, ok := strings.CutPrefix(v, TokenVariable+"="); ok {
			token = t
		}
	}
	fail := func(code int, format string, args ...any) int {
		fmt.Fprintf(p.Stderr(), "bus link: "+format+"\n", args...)
		return code
	}
	if slices.Contains(p.Args()[1:], "--help") {
		fmt.Fprint(p.Stdout(), usage)
		return 0
	}
	a, err := parse(p.Args()[1:], token)
	if err != nil {
		return fail(2, "%v\n%s", err, usage)
	}
	if err := k.Grants().Check(p.Context(), p, "ws", a.host); err != nil {
		return fail(1, "%v", err)
	}
	l, err := New(p, a.opt)
	if err != nil {
		return fail(1, "%v", err)
	}
	defer l.Close()
	protocols := []string{Protocol}
	if a.token != "" {
		protocols = append(protocols, "token."+base64.RawURLEncoding.EncodeToString([]byte(a.token)))
	}
	say := func(format string, args ...any) { fmt.Fprintf(p.Stdout(), format+"\n", args...) }
	ctx := p.Context()
	for pause := firstPause; ctx.Err() == nil; pause = min(2*pause, longestPause) {
		began := time.Now()
		s, err := d.Dial(ctx, a.url, protocols)
		if err == nil && s.Protocol() != Protocol {
			s.Close(codeFailed, "it does not speak "+Protocol)
			err = errors.New("the server does not speak " + Protocol)
		}
		if err == nil {
			err = l.Run(ctx, s, false, func() { say("linked to %s", a.url) })
		} else {
			l.failed(err)
		}
		if time.Since(began) > longestPause {
			pause = firstPause // it was good for a while
		}
		say("the link is down: %v", err)
		// Those that lost one server do not all come back at once.
		if !sleep(ctx, pause/2+rand.N(pause/2)) {
			break
		}
	}
	return 0
}

// failed notes why there is no far side.
func (l *Link) failed(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = err
}

func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// taken reports whether a link's name has an owner.
func taken(err error) bool { return bus.CodeOf(err) == bus.CodeAlreadyExists }
