package osfs

import (
	"context"
	"errors"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// patience is how long a module may take for a call, unless the option timeout says
// otherwise.
const patience = 10 * time.Second

// Register makes the types "bus" and "fuse" known to k. The source of both is the name of
// a package; the option name is what it is asked for, such as one of several trees.
func Register(k *kernel.Kernel) {
	k.AddFSType("bus", func(ctx context.Context, m *kernel.Mount) (vfs.FS, error) {
		return mount(ctx, k, m, "bus", openOwn)
	})
	k.AddFSType("fuse", func(ctx context.Context, m *kernel.Mount) (vfs.FS, error) {
		return mount(ctx, k, m, "fuse", openFuse)
	})
}

// opener begins a session with a package.
type opener func(ctx context.Context, c *client, name string) (server, error)

func mount(ctx context.Context, k *kernel.Kernel, m *kernel.Mount, typ string, open opener) (vfs.FS, error) {
	if m.Source == "" {
		return nil, errno.Faultf(errno.EINVAL, "a file system of the type %s needs the name of a package", typ)
	}
	c := &client{pkg: m.Source, typ: typ, open: open, patience: patience, turn: make(chan struct{}, 1)}
	c.name, _ = m.Option("name")
	if text, ok := m.Option("timeout"); ok {
		d, err := time.ParseDuration(text)
		if err != nil || d <= 0 {
			return nil, errno.Faultf(errno.EINVAL, "timeout=%s is no time, such as 5s", text)
		}
		c.patience = d
	}
	// The mount outlives who makes it, so the link is process 1's.
	conn, err := k.Init().BusFor(m.Process, bus.Options{})
	if err != nil {
		return nil, err
	}
	c.conn = conn
	if _, err := c.session(ctx); err != nil {
		conn.Close(nil)
		return nil, errno.Faultf(errno.Of(number(err)), "the package %s: %s", m.Source, err)
	}
	return newTree(c), nil
}

// client is a mount's end of the bus.
type client struct {
	conn     *bus.Conn
	pkg      string
	typ      string
	name     string
	open     opener
	patience time.Duration

	turn chan struct{} // held by who looks at what is below
	now  server        // the session, nil if there is none
}

// session is the session with the package, begun anew if it has ended.
func (c *client) session(ctx context.Context) (server, error) {
	select {
	case c.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	defer func() { <-c.turn }()
	if c.now != nil && c.now.root().Err() == nil {
		return c.now, nil
	}
	ctx, cancel := context.WithTimeout(ctx, c.patience)
	defer cancel()
	s, err := c.open(ctx, c, c.name)
	if err != nil {
		return nil, err
	}
	c.now = s
	return s, nil
}

// invoke makes a call, which has the time that calls have.
func (c *client) invoke(ctx context.Context, t bus.Target, method bus.Method, format bus.Format, body []byte) (*bus.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, c.patience)
	defer cancel()
	return t.Invoke(ctx, &bus.Request{Method: method, Format: format, Body: body})
}

// object is invoke for a method that returns an object.
func (c *client) object(ctx context.Context, t bus.Target, method bus.Method, format bus.Format, body []byte) (*bus.Session, error) {
	r, err := c.invoke(ctx, t, method, format, body)
	switch {
	case err != nil:
		return nil, err
	case r.Session == nil:
		return nil, errno.EIO
	}
	return r.Session, nil
}

// number is what a process is told of an error of a call: the module's own number, and EIO
// for all that is no answer.
func number(err error) error {
	if err == nil {
		return nil
	}
	var e *bus.Error
	if !errors.As(err, &e) {
		return errno.Of(err)
	}
	if e.Errno != 0 && e.Code != bus.CodeDeadlineExceeded && e.Code != bus.CodeUnavailable && e.Code != bus.CodeCanceled {
		return errno.Errno(e.Errno)
	}
	switch e.Code {
	case bus.CodeNotFound:
		if e.Crate == 0 {
			return errno.ENOENT
		}
	case bus.CodeAlreadyExists:
		return errno.EEXIST
	case bus.CodePermissionDenied:
		return errno.EACCES
	case bus.CodeInvalidArgument:
		return errno.EINVAL
	case bus.CodeUnimplemented:
		return errno.ENOTSUP
	case bus.CodeResourceExhausted:
		return errno.ENOSPC
	}
	return errno.EIO
}
