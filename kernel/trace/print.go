package trace

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
)

// Line is an event as strace prints it, with the seconds since begun and the pid before
// and the seconds that it took behind.
func Line(e *Event, begun time.Time) string {
	took := ""
	if e.Took >= 0 {
		took = fmt.Sprintf(" <%.6f>", e.Took.Seconds())
	}
	return fmt.Sprintf("%10.6f [%d] %s(%s) = %s%s\n", e.Begin.Sub(begun).Seconds(), e.PID, e.Call, errno.Plain(e.Args), errno.Plain(e.Result), took)
}

// Summary counts events by their names. The zero value is empty. It is not for several
// goroutines at once.
type Summary struct {
	rows map[string]*row
}

type row struct {
	calls, failed int
	took          time.Duration
}

// Add counts an event, under its name.
func (s *Summary) Add(e *Event) {
	name := e.Call
	if e.Bus != nil {
		name += " " + errno.Plain(strings.TrimSpace(e.Bus.Package))
	}
	if s.rows == nil {
		s.rows = map[string]*row{}
	}
	r := s.rows[name]
	if r == nil {
		r = &row{}
		s.rows[name] = r
	}
	r.calls++
	r.took += max(e.Took, 0)
	if e.Failed {
		r.failed++
	}
}

// Write prints the table, the longest time first.
func (s *Summary) Write(w io.Writer) error {
	names := slices.Collect(maps.Keys(s.rows))
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(s.rows[b].took, s.rows[a].took), strings.Compare(a, b))
	})
	var all row
	for _, r := range s.rows {
		all.calls += r.calls
		all.failed += r.failed
		all.took += r.took
	}
	var b strings.Builder
	b.WriteString("% time     seconds  usecs/call     calls    errors call\n")
	line := func(r *row, name string) {
		share, each := 0.0, 0.0
		if all.took > 0 {
			share = 100 * r.took.Seconds() / all.took.Seconds()
		}
		if r.calls > 0 {
			each = r.took.Seconds() * 1e6 / float64(r.calls)
		}
		fmt.Fprintf(&b, "%6.2f %11.6f %11.0f %9d %9d %s\n", share, r.took.Seconds(), each, r.calls, r.failed, name)
	}
	for _, name := range names {
		line(s.rows[name], name)
	}
	line(&all, "total")
	_, err := io.WriteString(w, b.String())
	return err
}

// Chrome writes a file of Chrome's trace format. It is not for several goroutines at once.
type Chrome struct {
	w     io.Writer
	begun time.Time
	wrote bool
	named map[int]bool
	// lanes are when the last event of each row of a process ended: events of a row must
	// not overlap.
	lanes map[lane][]time.Time
}

type lane struct {
	pid int
	bus bool
}

// NewChrome writes to w, with times since begun.
func NewChrome(w io.Writer, begun time.Time) *Chrome {
	return &Chrome{w: w, begun: begun, named: map[int]bool{}, lanes: map[lane][]time.Time{}}
}

// busRows is the number of the first row of calls on the bus.
const busRows = 1000

// entry is an event of the format.
type entry struct {
	Name string         `json:"name"`
	Cat  string         `json:"cat,omitempty"`
	Ph   string         `json:"ph"`
	TS   float64        `json:"ts"` // microseconds
	Dur  *float64       `json:"dur,omitempty"`
	PID  int            `json:"pid"`
	TID  int            `json:"tid"`
	Args map[string]any `json:"args,omitempty"`
}

// Add writes an event.
func (c *Chrome) Add(e *Event) error {
	if !c.named[e.PID] {
		c.named[e.PID] = true
		if err := c.put(&entry{Name: "process_name", Ph: "M", PID: e.PID, Args: map[string]any{"name": e.Program}}); err != nil {
			return err
		}
	}
	dur := max(e.Took, 0).Seconds() * 1e6
	out := entry{
		Name: e.Call, Cat: "syscall", Ph: "X", TS: e.Begin.Sub(c.begun).Seconds() * 1e6, Dur: &dur,
		PID: e.PID, TID: c.row(e), Args: map[string]any{"args": e.Args, "result": e.Result},
	}
	if b := e.Bus; b != nil {
		out.Cat = "bus"
		out.Name = strings.TrimSpace(b.Package + " " + e.Call)
		out.Args["call"], out.Args["cause"] = b.Call, b.Cause
	}
	return c.put(&out)
}

// row is the first row of the event's process that is free when it begins.
func (c *Chrome) row(e *Event) int {
	l := lane{e.PID, e.Bus != nil}
	first := 1
	if l.bus {
		first = busRows
	}
	end := e.Begin.Add(max(e.Took, 0))
	rows := c.lanes[l]
	for i, busy := range rows {
		if !busy.After(e.Begin) {
			rows[i] = end
			return first + i
		}
	}
	c.lanes[l] = append(rows, end)
	return first + len(rows)
}

func (c *Chrome) put(e *entry) error {
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	before := ",\n"
	if !c.wrote {
		before, c.wrote = `{"displayTimeUnit":"ms","traceEvents":[`+"\n", true
	}
	_, err = io.WriteString(c.w, before+string(text))
	return err
}

// Close ends the file.
func (c *Chrome) Close() error {
	end := "\n]}\n"
	if !c.wrote {
		end = `{"traceEvents":[]}` + "\n"
	}
	_, err := io.WriteString(c.w, end)
	return err
}
