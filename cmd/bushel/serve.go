package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strings"

	"github.com/bushel-wasm/bushel/busimpl/buslink"
	"github.com/bushel-wasm/bushel/web/site"
)

// busPath is where pages link to the server's bus.
const busPath = "/bus"

// serving are the flags of serve.
type serving struct {
	addr, dir string
	bus       bool
	token     string
	origins   []string
	modules   []served // in the order of the flags
}

// served is a module that the server runs when it is called.
type served struct{ name, file string }

// parseServe reads the flags of serve and its folder.
func parseServe(args []string) (*serving, error) {
	s := &serving{addr: site.DefaultAddr(), dir: "dist"}
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		flag := args[0]
		name, value, has := strings.Cut(strings.TrimLeft(flag, "-"), "=")
		args = args[1:]
		if name == "bus" && !has {
			s.bus = true
			continue
		}
		switch name {
		case "addr", "module", "token", "origin":
		default:
			return nil, usagef("there is no flag %s", flag)
		}
		if !has {
			if len(args) == 0 {
				return nil, usagef("%s needs a value", flag)
			}
			value, args = args[0], args[1:]
		}
		if err := s.set(name, value); err != nil {
			return nil, err
		}
	}
	switch {
	case len(args) > 1:
		return nil, usagef("serve takes one folder")
	case len(args) == 1:
		s.dir = args[0]
	}
	if !s.bus && (s.token != "" || len(s.origins)+len(s.modules) > 0) {
		return nil, usagef("--token, --origin and --module are for a server with --bus")
	}
	return s, nil
}

func (o *serving) set(name, value string) error {
	switch name {
	case "addr":
		o.addr = value
	case "token":
		if value == "" {
			return usagef("--token needs a text that nobody guesses; without it one is made")
		}
		o.token = value
	case "origin":
		o.origins = append(o.origins, value)
	case "module":
		name, file, ok := strings.Cut(value, "=")
		if !ok || name == "" || file == "" || strings.ContainsAny(name, "/:*") {
			return usagef("--module %s is not NAME=FILE", value)
		}
		o.modules = append(o.modules, served{name, file})
	}
	return nil
}

// serveCommand is `bushel serve`.
func serveCommand(args []string, out io.Writer) (int, error) {
	o, err := parseServe(args)
	if err != nil {
		return 2, err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	more := map[string]http.Handler{}
	if o.bus {
		s, err := newSystem(options{})
		if err != nil {
			return 1, err
		}
		defer s.close()
		if more[busPath], err = o.open(s); err != nil {
			return 1, err
		}
		fmt.Fprintf(out, "pages link to its bus at %s with the token %s\n", busPath, o.token)
	}
	if err := (&site.Server{Dir: o.dir, Addr: o.addr, Out: out, More: more}).Serve(ctx); err != nil {
		return 1, err
	}
	return 0, nil
}

// open declares the modules as packages and is what accepts links to them.
func (o *serving) open(s *system) (http.Handler, error) {
	if o.token == "" {
		o.token = rand.Text()
	}
	share := []string{}
	for _, m := range o.modules {
		module, err := os.ReadFile(m.file)
		if err != nil {
			return nil, fmt.Errorf("--module %s: %w", m.name, plain(err))
		}
		path := "/lib/bus/" + m.name + ".wasm"
		declaration, err := json.Marshal(map[string]string{"name": m.name, "module": path})
		if err != nil {
			return nil, err
		}
		if err := s.put(path, module, 0o755); err != nil {
			return nil, err
		}
		if err := s.put("/etc/bus.d/"+m.name+".json", declaration, 0o644); err != nil {
			return nil, err
		}
		share = append(share, m.name)
	}
	return &buslink.Server{Kernel: s.kernel, Token: o.token, Origins: o.origins, Share: share}, nil
}
