// Package osprocess is the service with which programs start programs. What is started is
// a child of the caller: it inherits its limits, group and working directory, and is hung up
// when the caller lets go of it or ends.
//
// It is also what the crates wasmer-bus-process and wasm-bus-process call, by their own
// names. What a process is, and what may wait for what, is package kernel's affair.
package osprocess

import (
	"context"
	"fmt"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/desc"
	"github.com/bushel-wasm/bushel/busimpl/grant"
	"github.com/bushel-wasm/bushel/kernel"
)

// The names of the methods, those of the object Child among them.
const (
	Spawn     = "os.process/1.Spawn"
	ChildWait = "os.process/1.Child.Wait"
	ChildKill = "os.process/1.Child.Kill"
)

// The streams of a call of Spawn.
const (
	StreamStdin  = 0 // from the caller
	StreamStdout = 1
	StreamStderr = 2
)

// Options are what the service needs besides a kernel.
type Options struct {
	// Check is asked whether the caller of in may use the service "process" for a target,
	// the path of a program from the root, with no link in it. Nil allows all.
	Check grant.Check
	// Log gets the lines of what a program prints that was started with the mode "log". It
	// must not wait. Nil discards them.
	Log func(pid int, line string)
}

// service starts programs on a kernel.
type service struct {
	k   *kernel.Kernel
	opt Options
}

// Register adds the service to s.
func Register(s *bus.Server, k *kernel.Kernel, o Options) {
	if o.Log == nil {
		o.Log = func(int, string) {}
	}
	svc := &service{k, o}
	s.Register(&bus.Service{
		Name: "os.process/1", Description: desc.JSON(describe()),
		Methods: []bus.MethodHandler{{Name: Spawn, Handler: bus.GoHeld(svc.spawn)}},
	})
	for _, c := range []*crate{newCrate("wasmer_bus_process"), newCrate("wasm_bus_process")} {
		// Held, since the crate calls the object without waiting for it.
		s.Handle(c.name("PoolSpawn"), bus.GoHeld(func(ctx context.Context, in *bus.Incoming) error { return svc.spawnCrate(ctx, in, c) }))
	}
}

// allowed asks whether the caller of in may start a program.
func (s *service) allowed(ctx context.Context, in *bus.Incoming, program string) error {
	if s.opt.Check == nil {
		return nil
	}
	return s.opt.Check(ctx, in, "process", program)
}

// caller is the process that makes a call.
func (s *service) caller(in *bus.Incoming) (*kernel.Process, error) {
	p, ok := s.k.Find(int(in.Meta().Caller))
	if !ok {
		return nil, bus.NewError(bus.CodeFailedPrecondition, fmt.Sprintf("the caller, process %d, is none of this system", in.Meta().Caller))
	}
	return p, nil
}
