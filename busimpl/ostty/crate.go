package ostty

import (
	"bytes"
	"context"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec"
	"github.com/bushel-wasm/bushel/bus/codec/bincode"
	"github.com/bushel-wasm/bushel/busimpl/serial"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// registerCrate adds the methods of the crate whose names begin with prefix.
func (s *service) registerCrate(srv *bus.Server, prefix string) {
	name := func(method string) string { return prefix + "::api::" + method }
	recv := bus.MethodOf(name("TtyStdinRecvCallback"))
	srv.Func(name("TtyStdinRequest"), func(ctx context.Context, in *bus.Incoming) error { return s.stdin(ctx, in, recv) })
	srv.Func(name("TtyRectRequest"), s.rect)
	for method, fd := range map[string]int{"Stdout": stdout, "Stderr": stderr} {
		write, flush := bus.MethodOf(name(method+"WriteRequest")), bus.MethodOf(name(method+"FlushRequest"))
		// Held, since the crate calls the object without waiting for it.
		srv.Handle(name("Tty"+method+"Request"), bus.GoHeld(func(ctx context.Context, in *bus.Incoming) error { return s.output(ctx, in, fd, write, flush) }))
	}
}

// rect is the crate's Tty.rect: columns and rows.
func (s *service) rect(ctx context.Context, in *bus.Incoming) error {
	t, err := s.opens(ctx, in)
	if err != nil {
		return err
	}
	defer t.agent.EndAgent()
	cols, rows, err := t.files.TTYSize(t.fd)
	if err != nil {
		return err
	}
	return in.Reply(bus.FormatBincode, bincode.AppendUint32(bincode.AppendUint32(nil, uint32(cols)), uint32(rows)))
}

// stdin is the crate's Tty.stdin: as long as the object lives, all keys are told to the
// program, those for signals too. Return is a newline.
func (s *service) stdin(ctx context.Context, in *bus.Incoming, recv bus.Method) error {
	t, err := s.opens(ctx, in)
	if err == nil {
		err = t.setMode(in, sys.TTYCRNL|sys.TTYONLCR)
	}
	if err == nil {
		err = in.Open(bus.FormatBincode, nil, bus.HandlerFunc(func(in *bus.Incoming) { in.Fault(bus.ErrNoMethod(in.Method())) }))
	}
	if err != nil {
		return err
	}
	over, cancel := context.WithCancel(bus.WithMeta(context.Background(), in.Meta()))
	in.OnEnd(func(error) { cancel() })
	go func() {
		buf := make([]byte, 4<<10)
		for {
			n, err := t.files.Read(t.fd, buf)
			if err != nil || n == 0 {
				in.Fault(bus.CrateError(bus.CrateAborted, "the terminal is closed")) // or it has ended already
				return
			}
			keys := bytes.ReplaceAll(buf[:n], []byte("\r"), []byte("\n"))
			// A program that takes no keys gets the next ones all the same.
			_, _ = in.Invoke(over, &bus.Request{Method: recv, Format: bus.FormatBincode, Body: bincode.AppendBytes(nil, keys)})
		}
	}()
	return nil
}

// output is the crate's Tty.stdout and Tty.stderr: the program's own.
func (s *service) output(ctx context.Context, in *bus.Incoming, fd int, write, flush bus.Method) error {
	t, err := s.open(ctx, in)
	if err != nil {
		return err
	}
	in.OnEnd(func(error) { t.agent.EndAgent() })
	var queue serial.Queue
	if err := in.Open(bus.FormatBincode, nil, nil); err != nil {
		return err
	}
	in.Release(bus.HandlerFunc(func(in *bus.Incoming) {
		ok := true
		switch in.Method() {
		case write:
			ok = queue.Do(len(in.Body()), func() { t.write(in, fd) })
		case flush:
			ok = queue.Do(0, func() { in.Reply(bus.FormatBincode, nil) })
		default:
			in.Fault(bus.ErrNoMethod(in.Method()))
		}
		if !ok {
			in.Fault(bus.NewError(bus.CodeResourceExhausted, "what was written before waits yet"))
		}
	}))
	return nil
}

// write answers with the crate's WriteResult.
func (t *terminal) write(in *bus.Incoming, fd int) {
	r := bincode.NewReader(in.Body())
	data := r.Bytes()
	if err := r.End(); err != nil {
		in.Fault(codec.Invalid(err))
		return
	}
	n, err := t.files.Write(fd, data)
	if err != nil {
		in.Reply(bus.FormatBincode, bincode.AppendBytes(bincode.AppendUint32(nil, 1), err.Error()))
		return
	}
	in.Reply(bus.FormatBincode, bincode.AppendUint64(bincode.AppendUint32(nil, 0), uint64(n)))
}
