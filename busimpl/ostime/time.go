// Package ostime is the service of clocks. Timers of a guest's own language need no
// service; this one is for those that have none, and for the crates wasmer-bus-time and
// wasm-bus-time, whose method is served by its own names.
package ostime

import (
	"fmt"
	"math/big"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec"
)

// The names of the methods.
const (
	Sleep    = "os.time/1.Sleep"
	Now      = "os.time/1.Now"
	sleepNew = "wasmer_bus_time::api::TimeSleepRequest"
	sleepOld = "wasm_bus_time::api::TimeSleepRequest"
)

// Register adds the service to s.
func Register(s *bus.Server) {
	for _, name := range []string{Sleep, sleepNew, sleepOld} {
		s.Handle(name, bus.HandlerFunc(sleep))
	}
	s.Handle(Now, bus.HandlerFunc(now))
}

// request is the arguments of Sleep. The crate's type is of 128 bits.
type request struct {
	Duration *big.Int `json:"duration_ms"`
}

// longest is how long anybody sleeps: what is longer is for ever.
const longest = 1 << 53

func sleep(in *bus.Incoming) {
	var r request
	err := codec.JSON.Unmarshal(in.Body(), &r)
	switch {
	case err != nil:
		in.Fault(err)
		return
	case r.Duration == nil || r.Duration.Sign() < 0:
		in.Fault(&bus.Error{Code: bus.CodeInvalidArgument, Crate: bus.CrateBadRequest, Message: "duration_ms is not a number of milliseconds"})
		return
	}
	ms := int64(longest)
	if r.Duration.IsInt64() {
		ms = min(ms, r.Duration.Int64())
	}
	timer := time.AfterFunc(time.Duration(min(ms, int64(1<<63-1)/int64(time.Millisecond)))*time.Millisecond, func() {
		in.Reply(bus.FormatJSON, []byte("null"))
	})
	in.OnEnd(func(error) { timer.Stop() })
}

func now(in *bus.Incoming) {
	in.Reply(bus.FormatJSON, fmt.Appendf(nil, `{"unix_ms":%d}`, time.Now().UnixMilli()))
}
