// Package oslog is the service by which programs write to the system's log: a level, a
// message and attributes, as log/slog has them. Where entries go, and which levels are kept,
// is a [Sink]'s affair.
package oslog

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/desc"
	"github.com/bushel-wasm/bushel/busimpl/args"
)

// The names of the methods.
const (
	Level = "os.log/1.Level"
	Log   = "os.log/1.Log"
)

// Sink is where entries go. Its methods may be called by several goroutines at once, and
// must not wait.
type Sink interface {
	// Level is the lowest level that is kept of the process pid.
	Level(pid int) slog.Level
	// Log takes an entry of the process pid. ctx carries the call that it came by, see
	// [bus.MetaFrom].
	Log(ctx context.Context, pid int, level slog.Level, msg string, attrs []slog.Attr)
}

const (
	// maxAttrs is how many attributes an entry may have.
	maxAttrs = 64
	// maxMessage is the longest message, in bytes.
	maxMessage = 16 << 10
)

// Register adds the service to s.
func Register(s *bus.Server, sink Sink) {
	s.Register(&bus.Service{
		Name: "os.log/1", Description: desc.JSON(describe()),
		Methods: []bus.MethodHandler{
			{Name: Level, Handler: bus.HandlerFunc(func(in *bus.Incoming) {
				level := sink.Level(int(in.Meta().Caller))
				if err := args.Reply(in, map[string]any{"level": int(level), "name": level.String()}); err != nil {
					in.Fault(err)
				}
			})},
			{Name: Log, Handler: bus.HandlerFunc(func(in *bus.Incoming) {
				if err := record(in, sink); err != nil {
					in.Fault(err)
				}
			})},
		},
	})
}

// record takes an entry.
func record(in *bus.Incoming, sink Sink) error {
	var a struct {
		Level   level          `json:"level"`
		Message string         `json:"message"`
		Attrs   map[string]any `json:"attrs"`
	}
	if err := args.Read(in, &a); err != nil {
		return err
	}
	if len(a.Attrs) > maxAttrs || len(a.Message) > maxMessage {
		return bus.NewError(bus.CodeInvalidArgument, fmt.Sprintf("an entry has at most %d attributes, and a message of at most %d bytes", maxAttrs, maxMessage))
	}
	if pid, lvl := int(in.Meta().Caller), slog.Level(a.Level); lvl >= sink.Level(pid) {
		var attrs []slog.Attr
		for _, name := range slices.Sorted(maps.Keys(a.Attrs)) {
			attrs = append(attrs, slog.Any(name, a.Attrs[name]))
		}
		sink.Log(bus.WithMeta(context.Background(), in.Meta()), pid, lvl, a.Message, attrs)
	}
	return args.Reply(in, map[string]any{})
}

// level is a level as it is sent: slog's number, or its name, such as "warn" or "INFO+2".
type level slog.Level

// UnmarshalJSON implements [encoding/json.Unmarshaler].
func (l *level) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '"' {
		if err := (*slog.Level)(l).UnmarshalJSON(text); err != nil {
			return fmt.Errorf("%s is no level: there are debug, info, warn and error", text)
		}
		return nil
	}
	n, err := strconv.Atoi(string(text))
	if err != nil {
		return fmt.Errorf("%s is no level", text)
	}
	*l = level(n)
	return nil
}

// describe is the service's description.
func describe() desc.Service {
	return desc.Service{
		Name: "os.log/1", Format: "cbor",
		Doc: "The system's log.",
		Methods: []desc.Method{
			{Name: "Level", Doc: "Level is the lowest level that is kept of the caller: what is below it need not be prepared. -4 is debug, 0 info, 4 warn, 8 error.",
				Results: []desc.Var{{Name: "level", Type: "int"}, {Name: "name", Type: "string"}}},
			{Name: "Log", Doc: "Log writes an entry. The level is a number or a name; attrs are further values by their names. It may be a notification.",
				Params: []desc.Var{{Name: "level", Type: "any"}, {Name: "message", Type: "string"}, {Name: "attrs", Type: "map[string]any"}}},
		},
	}
}
