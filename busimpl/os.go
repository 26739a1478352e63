package busimpl

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/busimpl/grant"
	"github.com/bushel-wasm/bushel/busimpl/osaudio"
	"github.com/bushel-wasm/bushel/busimpl/osfs"
	"github.com/bushel-wasm/bushel/busimpl/oshttp"
	"github.com/bushel-wasm/bushel/busimpl/oslog"
	"github.com/bushel-wasm/bushel/busimpl/osprocess"
	"github.com/bushel-wasm/bushel/busimpl/ostime"
	"github.com/bushel-wasm/bushel/busimpl/ostty"
	"github.com/bushel-wasm/bushel/busimpl/osws"
	"github.com/bushel-wasm/bushel/kernel"
)

// Package is the name of the package.
const Package = "os"

// Options is what the services reach outside of the kernel. What is missing is not there.
type Options struct {
	HTTP  oshttp.Transport // requests
	WS    osws.Transport   // WebSockets
	Audio osaudio.Output   // sound; nil: a service that says that there is none
	Check grant.Check      // whether a program may use what it asks for; nil asks the kernel's grants
	Log   oslog.Sink       // entries of the log; nil: the kernel's log
}

// line logs what a process has printed that was started for that.
func (o *Options) line(pid int, text string) {
	if o.Log.Level(pid) <= slog.LevelInfo {
		o.Log.Log(context.Background(), pid, slog.LevelInfo, text, nil)
	}
}

// Register makes the services the package "os" of a kernel, and has it mount what other
// packages serve.
func Register(k *kernel.Kernel, o Options) {
	if o.Check == nil {
		o.Check = k.Grants().CheckCall
	}
	if o.Log == nil {
		o.Log = k.ProgramLog()
	}
	// Their descriptions take longer to be put together than the kernel to boot.
	services := sync.OnceValue(func() *bus.Server { return serve(k, &o) })
	osfs.Register(k)
	k.Bus().Register(Package, bus.HandlerFunc(func(in *bus.Incoming) {
		s := services()
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

// serve makes the services.
func serve(k *kernel.Kernel, o *Options) *bus.Server {
	s := bus.NewServer()
	ostime.Register(s)
	osprocess.Register(s, k, osprocess.Options{Check: o.Check, Log: o.line})
	ostty.Register(s, k, o.Check)
	oslog.Register(s, o.Log)
	if o.HTTP != nil {
		oshttp.Register(s, o.HTTP, o.Check)
	}
	osaudio.Register(s, o.Audio, o.Check)
	if o.WS != nil {
		osws.Register(s, o.WS, o.Check)
	}
	return s
}
