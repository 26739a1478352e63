// Package buslink joins the bus of a kernel with another one, over a WebSocket: the link is a
// process, which serves the far packages under a name of its own and calls packages here
// for those who call from there. What that process may do, they may. README.md tells users.
//
// Opening sockets is package osws's; the handshake on the server is in
// accept.go. Frames and sessions are package bus's.
package buslink

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/busimpl/osws"
	"github.com/bushel-wasm/bushel/kernel"
)

// Anything is the name by which a process serves what no other package is.
const Anything = "*"

// alive is how often a link is tried out, and how long the answer may take.
const alive = 20 * time.Second

// farewell is how long a link that ends waits for the network to take its last words.
const farewell = 5 * time.Second

// Options say how a bus is joined.
type Options struct {
	// Name is what the far packages' names begin with here: "server" makes their echo
	// server:echo.
	Name string
	// Plain has the far packages have their own names too, where nobody here has them.
	Plain bool
	// Share are the packages that the far side may call; nil are all but os and bus.
	Share []string
}

// Link is a far bus as a process of the kernel has it. Its methods may be used by several
// goroutines at once.
type Link struct {
	opt   Options
	local *bus.Conn // serves the far packages, and makes the far side's calls
	plain *bus.Conn // serves what nobody here has; nil if somebody else does so

	mu   sync.Mutex
	far  *bus.Conn // nil while there is none
	down error     // why not
}

// New is a link of the process p that leads nowhere yet.
//
// # Errors
//
// already_exists if another link has the name.
func New(p *kernel.Process, opt Options) (*Link, error) {
	if opt.Name == "" || strings.ContainsAny(opt.Name, ":*") {
		return nil, bus.NewError(bus.CodeInvalidArgument, fmt.Sprintf("%q is no name of a link", opt.Name))
	}
	l := &Link{opt: opt, down: errors.New("it is not open yet")}
	var err error
	if l.local, err = l.listen(p, opt.Name+":"); err != nil {
		return nil, err
	}
	if opt.Plain {
		l.plain, err = l.listen(p, Anything)
		if err != nil && bus.CodeOf(err) != bus.CodeAlreadyExists { // the first link has them
			l.local.Close(nil)
			return nil, err
		}
	}
	return l, nil
}

func (l *Link) listen(p *kernel.Process, name string) (*bus.Conn, error) {
	c, err := p.Bus(bus.Options{Handler: bus.HandlerFunc(l.out)})
	if err != nil {
		return nil, err
	}
	if err := c.Listen(p.Context(), name, 0); err != nil {
		c.Close(nil)
		return nil, err
	}
	return c, nil
}

// Close ends the link, and all that is open on it.
func (l *Link) Close() {
	l.local.Close(nil)
	if l.plain != nil {
		l.plain.Close(nil)
	}
	l.mu.Lock()
	far := l.far
	l.mu.Unlock()
	if far != nil {
		far.Close(nil)
	}
}

// Run joins the bus at the other end of s until s or ctx ends, or the process's link to
// its own bus does, and returns why. accepts says that the other side has opened s; joined is
// called when calls go there. All that is open has failed in the end.
func (l *Link) Run(ctx context.Context, s osws.Conn, accepts bool, joined func()) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	port := newPort(s)
	c := bus.NewConn(port, bus.Options{Handler: bus.HandlerFunc(l.in), Accepts: accepts, Limits: bus.Limits{Frame: frameMost}})
	l.mu.Lock()
	l.far = c
	l.mu.Unlock()
	joined()
	written := make(chan struct{})
	go func() {
		defer close(written)
		port.write(ctx, c)
	}()
	go func() {
		select {
		case <-ctx.Done():
		case <-l.local.Done():
		}
		c.Lost(bus.ErrLinkClosed)
	}()
	go try(ctx, c)
	err := port.read(ctx, c)
	c.Lost(&bus.Error{Code: bus.CodeUnavailable, Crate: bus.CrateAborted, Message: fmt.Sprintf("the link %s broke: %v", l.opt.Name, err)})
	err = c.Err()
	l.mu.Lock()
	l.far, l.down = nil, err
	l.mu.Unlock()
	select {
	case <-written: // the other side has been told why
	case <-time.After(farewell):
	}
	return err
}

// try calls the other side now and then, and cuts the link when it does not answer: a
// connection can be gone without a word.
func try(ctx context.Context, c *bus.Conn) {
	for {
		select {
		case <-time.After(alive):
		case <-ctx.Done():
			return
		}
		wait, stop := context.WithTimeout(ctx, alive)
		_, err := c.Package(bus.PackageBus).Invoke(wait, &bus.Request{Method: bus.MethodPing})
		stop()
		if bus.CodeOf(err) == bus.CodeDeadlineExceeded {
			c.Lost(bus.NewError(bus.CodeUnavailable, "the other side does not answer any more"))
			return
		}
	}
}

// out serves a call to a far package.
func (l *Link) out(in *bus.Incoming) {
	l.mu.Lock()
	far, down := l.far, l.down
	l.mu.Unlock()
	name := strings.TrimPrefix(in.Package(), l.opt.Name+":")
	switch {
	case name == "" || name == Anything:
		in.Fault(&bus.Error{Code: bus.CodeNotFound, Crate: bus.CrateInvalidPackage, Message: "the link " + l.opt.Name + " wants a package behind its name"})
	case far == nil:
		in.Fault(&bus.Error{Code: bus.CodeUnavailable, Crate: bus.CrateAborted, Message: fmt.Sprintf("the link %s is down: %v", l.opt.Name, down)})
	default:
		in.SetMeta(bus.Meta{Depth: in.Meta().Depth}) // pids and numbers mean something here only
		(&bus.Forwarder{}).Forward(in, far.Package(name))
	}
}

// in serves a call of the far side.
func (l *Link) in(in *bus.Incoming) {
	name := in.Package()
	switch {
	case name == bus.PackageBus && in.Method() == bus.MethodPing:
		in.Reply(in.Format(), nil)
	case !l.shares(name):
		in.Fault(bus.NewError(bus.CodePermissionDenied, fmt.Sprintf("the package %s is not shared over this link", name)))
	default:
		in.SetMeta(bus.Meta{Depth: in.Meta().Depth + 1}) // else calls could go round over links for ever
		(&bus.Forwarder{}).Forward(in, l.local.Package(name))
	}
}

// shares reports whether the far side may call a package. Those of other links are not
// passed on.
func (l *Link) shares(name string) bool {
	if l.opt.Share != nil {
		return slices.Contains(l.opt.Share, name)
	}
	return name != "os" && name != bus.PackageBus && name != Anything && !strings.Contains(name, ":")
}
