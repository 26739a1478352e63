package busimpl

import (
	"fmt"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/busimpl/ostime"
	"github.com/bushel-wasm/bushel/kernel"
)

// Package is the name of the package.
const Package = "os"

// Register makes the services the package "os" of a kernel.
func Register(k *kernel.Kernel) {
	s := bus.NewServer()
	ostime.Register(s)
	k.Bus().Register(Package, bus.HandlerFunc(func(in *bus.Incoming) {
		if !s.Serves(in.Method()) {
			in.Fault(&bus.Error{
				Code: bus.CodeUnimplemented, Crate: bus.CrateUnsupported,
				Message: fmt.Sprintf("the system has no method %v", in.Method()),
			})
			return
		}
		s.ServeBus(in)
	}))
}
