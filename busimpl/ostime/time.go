// Package ostime is the service of clocks. Timers of a guest's own language need no
// service; this one is for those that have none, and for the crates wasmer-bus-time and
// wasm-bus-time, whose method is served by its own names.
package ostime

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/busimpl/args"
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

// request is the arguments of Sleep. The crate's type is of 128 bits, so its digits are read here.
type request struct {
	Duration json.RawMessage `json:"duration_ms"`
}

// longest is how long anybody sleeps, in milliseconds: what is longer is for ever.
const longest = 1<<63/1_000_000 - 1

// duration is how long to sleep; ok is false for what is no number, or one with a sign, a point or
// an exponent.
func (r *request) duration() (d time.Duration, ok bool) {
	digits := string(r.Duration)
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	ms, err := strconv.ParseUint(digits, 10, 64)
	if err != nil { // there are more than 64 bits
		ms = longest
	}
	return time.Duration(min(ms, longest)) * time.Millisecond, true
}

func sleep(in *bus.Incoming) {
	var r request
	if err := args.Read(in, &r); err != nil {
		in.Fault(err)
		return
	}
	d, ok := r.duration()
	if !ok {
		in.Fault(&bus.Error{Code: bus.CodeInvalidArgument, Crate: bus.CrateBadRequest, Message: "duration_ms is not a number of milliseconds"})
		return
	}
	timer := time.AfterFunc(d, func() {
		in.Reply(bus.FormatJSON, []byte("null"))
	})
	in.OnEnd(func(error) { timer.Stop() })
}

func now(in *bus.Incoming) {
	in.Reply(bus.FormatJSON, fmt.Appendf(nil, `{"unix_ms":%d}`, time.Now().UnixMilli()))
}
