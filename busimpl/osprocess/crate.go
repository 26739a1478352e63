package osprocess

import (
	"context"
	"path"
	"sync"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec"
	"github.com/bushel-wasm/bushel/bus/codec/bincode"
	"github.com/bushel-wasm/bushel/busimpl/serial"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// crate is the names of one of the crates.
type crate struct {
	prefix                                   string
	stdout, stderr, exit                     bus.Method
	id, stdin, closeStdin, kill, flush, work bus.Method
}

func newCrate(prefix string) *crate {
	c := &crate{prefix: prefix}
	for name, m := range map[string]*bus.Method{
		"ProcessId": &c.id, "ProcessStdin": &c.stdin, "ProcessCloseStdin": &c.closeStdin, "ProcessKill": &c.kill,
		"ProcessFlush": &c.flush, "ProcessWork": &c.work,
	} {
		*m = bus.MethodOf(c.name(name))
	}
	for name, m := range map[string]*bus.Method{
		"Stdout": &c.stdout, "Stderr": &c.stderr, "Exit": &c.exit,
	} {
		*m = bus.MethodOf(prefix + "::api::PoolSpawn" + name + "Callback")
	}
	return c
}

// name is the name of a method on the bus: that of the type of its request.
func (c *crate) name(method string) string { return c.prefix + "::api::" + method + "Request" }

// decodeSpawn reads the argument of Pool.spawn: path, args, chroot, working_dir, the three
// modes, pre_open.
func decodeSpawn(data []byte) (*order, error) {
	r := bincode.NewReader(data)
	o := &order{path: r.String(), hangup: sys.SIGHUP}
	for range r.Len(8) {
		o.args = append(o.args, r.String())
	}
	chroot := r.Bool()
	if r.Bool() {
		o.cwd = r.String()
	}
	for i := range o.modes {
		n := r.Uint32()
		if n >= uint32(numModes) {
			return nil, codec.Invalid(bincode.ErrMalformed)
		}
		o.modes[i] = mode(n)
	}
	for range r.Len(8) {
		dir := r.String()
		o.dirs = append(o.dirs, sys.PreopenDir{Path: dir, Name: dir})
	}
	if err := r.End(); err != nil {
		return nil, codec.Invalid(err)
	}
	if chroot {
		// It sees nothing but the working directory, as its root.
		root := o.cwd
		if root == "" {
			root = "."
		}
		for i, d := range o.dirs {
			o.dirs[i].Name = path.Join("/", d.Name)
		}
		o.dirs = append([]sys.PreopenDir{{Path: root, Name: "/"}}, o.dirs...)
	}
	return o, nil
}

// spawnCrate is the crate's Pool.spawn. The child is run as it is said, by no shell.
func (s *service) spawnCrate(ctx context.Context, in *bus.Incoming, names *crate) error {
	o, err := decodeSpawn(in.Body())
	if err != nil {
		return err
	}
	c, err := s.start(ctx, in, o)
	if err != nil {
		return err
	}
	object := &crateChild{child: c, crate: names, piped: o.modes[0] == piped}
	if err := in.Open(bus.FormatBincode, nil, nil); err != nil {
		return err
	}
	in.Release(bus.HandlerFunc(object.serve))
	var outputs sync.WaitGroup
	for fd, callback := range map[int]bus.Method{1: names.stdout, 2: names.stderr} {
		switch o.modes[fd] {
		case logged:
			go c.record(fd, s.opt.Log)
		case piped:
			outputs.Go(func() {
				c.drain(fd, func(p []byte) error { return told(in, callback, bincode.AppendBytes(nil, p)) })
			})
		}
	}
	go func() {
		// All that it has printed is told before its end.
		outputs.Wait()
		select {
		case <-c.ended:
			told(in, names.exit, bincode.AppendUint32(nil, uint32(c.status.Code())))
		case <-in.Done():
		}
	}()
	return nil
}

// told calls the caller back and waits for the end of that. A callback that the caller
// does not take is none the less told; the error is that of a caller that is gone.
func told(in *bus.Incoming, callback bus.Method, body []byte) error {
	_, _ = in.Invoke(in.Context(), &bus.Request{Method: callback, Format: bus.FormatBincode, Body: body})
	return in.Err()
}

// crateChild is the crate's object Process.
type crateChild struct {
	*child
	crate *crate
	piped bool         // its standard input
	input serial.Queue // what is written to it
	shut  bool         // it was closed; input's functions have it
}

func (c *crateChild) serve(in *bus.Incoming) {
	ok := true
	switch in.Method() {
	case c.crate.id:
		in.Reply(bus.FormatBincode, bincode.AppendUint32(nil, uint32(c.pid)))
	case c.crate.stdin:
		ok = c.input.Do(len(in.Body()), func() { c.write(in) })
	case c.crate.closeStdin:
		ok = c.input.Do(0, func() {
			c.close()
			in.Reply(bus.FormatBincode, nil)
		})
	case c.crate.flush:
		ok = c.input.Do(0, func() { in.Reply(bus.FormatBincode, nil) })
	case c.crate.kill:
		c.signal(sys.SIGKILL) // one that has ended is as good as killed
		in.Reply(bus.FormatBincode, nil)
	case c.crate.work:
		go func() {
			select {
			case <-c.ended:
				in.Reply(bus.FormatBincode, nil)
			case <-in.Context().Done():
			}
		}()
	default:
		in.Fault(bus.ErrNoMethod(in.Method()))
	}
	if !ok {
		in.Fault(bus.NewError(bus.CodeResourceExhausted, "the process does not read its standard input"))
	}
}

// write writes to the child's standard input, and answers with how much went.
func (c *crateChild) write(in *bus.Incoming) {
	r := bincode.NewReader(in.Body())
	data := r.Bytes()
	if err := r.End(); err != nil {
		in.Fault(codec.Invalid(err))
		return
	}
	n := 0
	if c.piped && !c.shut {
		n, _ = c.files.Write(c.ours[0], data) // a child need not read it
	}
	if c.crate.prefix == "wasm_bus_process" {
		in.Reply(bus.FormatBincode, nil) // the first interface's answer is a unit
		return
	}
	in.Reply(bus.FormatBincode, bincode.AppendUint64(nil, uint64(n)))
}

func (c *crateChild) close() {
	if c.piped && !c.shut {
		c.shut = true
		c.files.Close(c.ours[0])
	}
}
