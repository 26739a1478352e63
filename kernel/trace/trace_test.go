package trace_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/trace"
)

func TestCalls(t *testing.T) {
	for _, test := range []struct {
		name string
		r    sys.Request
		end  sys.Reply
		args string
		says string
	}{
		{"open", sys.Request{Op: sys.OpOpen, Args: [6]uint64{sys.AtCwd, uint64(sys.OWrite | sys.OCreate | sys.OTrunc), 0o644}, Path: "a b"},
			sys.Reply{Vals: [3]uint64{5, 4}}, `"a b", O_WRONLY|O_CREAT|O_TRUNC, 0644`, "5"},
		{"open below", sys.Request{Op: sys.OpOpen, Args: [6]uint64{3, uint64(sys.ORead | sys.OWrite | sys.OCloexec), 0}, Path: "x"},
			sys.Reply{Errno: errno.ENOENT}, `3, "x", O_RDWR|O_CLOEXEC, 0`, "-1 ENOENT (no such file or directory)"},
		{"a sentence", sys.Request{Op: sys.OpConnect, Args: [6]uint64{80}}, sys.Reply{Errno: errno.EACCES, Data: []byte("not now")}, "80", "-1 EACCES (permission denied): not now"},
		{"write", sys.Request{Op: sys.OpWrite, Args: [6]uint64{1}, Data: []byte("hi\n\x1b\xff")}, sys.Reply{Vals: [3]uint64{5}}, `1, "hi\n\x1b\xff", 5`, "5"},
		{"a long write", sys.Request{Op: sys.OpWrite, Args: [6]uint64{1}, Data: bytes.Repeat([]byte("x"), 100)}, sys.Reply{Vals: [3]uint64{100}}, `1, "` + strings.Repeat("x", 64) + `"..., 100`, "100"},
		{"read", sys.Request{Op: sys.OpRead, Args: [6]uint64{0, 100}}, sys.Reply{Data: []byte("abc")}, "0, 100", `3 "abc"`},
		{"seek", sys.Request{Op: sys.OpSeek, Args: [6]uint64{4, ^uint64(0), 2}}, sys.Reply{Vals: [3]uint64{9}}, "4, -1, SEEK_END", "9"},
		{"stat", sys.Request{Op: sys.OpStat, Args: [6]uint64{sys.AtCwd}, Path: "/"}, sys.Reply{Data: (&sys.Stat{Type: sys.TypeDirectory, Mode: 0o755, Size: 7}).Append(nil)}, `"/"`, "{S_IFDIR, mode=0755, size=7}"},
		{"wait", sys.Request{Op: sys.OpWait, Args: [6]uint64{^uint64(0), 1}}, sys.Reply{Vals: [3]uint64{7, uint64(sys.Exited(3))}}, "-1, WNOHANG", "7 [code 3]"},
		{"wait of one that was killed", sys.Request{Op: sys.OpWait, Args: [6]uint64{7}}, sys.Reply{Vals: [3]uint64{7, uint64(sys.Signaled(sys.SIGKILL))}}, "7, 0", "7 [ended by SIGKILL]"},
		{"kill", sys.Request{Op: sys.OpKill, Args: [6]uint64{^uint64(6), 15}}, sys.Reply{}, "-7, SIGTERM", "0"},
		{"poll", sys.Request{Op: sys.OpPoll, Args: [6]uint64{^uint64(0)}, Data: sys.AppendPoll(nil, []sys.PollFD{{FD: 3, Events: sys.PollIn | sys.PollOut}})},
			sys.Reply{Data: sys.AppendPoll(nil, []sys.PollFD{{FD: 3, Revents: sys.PollHup}})}, "[{fd=3, POLLIN|POLLOUT}], -1", "[{fd=3, POLLHUP}]"},
		{"spawn", sys.Request{Op: sys.OpSpawn, Data: (&sys.SpawnAttr{Argv: []string{"a", "b"}, FDs: [][2]uint32{{0, 0}}}).Append(nil)}, sys.Reply{Vals: [3]uint64{9}}, `"", ["a", "b"], [[0 0]] /* 0 variables */`, "9"},
		{"no spawn", sys.Request{Op: sys.OpSpawn, Data: []byte{1}}, sys.Reply{Errno: errno.EINVAL}, "?", "-1 EINVAL (invalid argument)"},
		{"pipe", sys.Request{Op: sys.OpPipe}, sys.Reply{Vals: [3]uint64{3, 4}}, "", "[3, 4]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := trace.Args(&test.r); got != test.args {
				t.Errorf("arguments %s, not %s", got, test.args)
			}
			if got, failed := trace.Result(test.r.Op, &test.end); got != test.says || failed != (test.end.Errno != 0) {
				t.Errorf("result %s, %v, not %s", got, failed, test.says)
			}
		})
	}
}

// TestEveryCall has nothing that a program sends be more than a trace can print.
func TestEveryCall(t *testing.T) {
	for op := sys.Op(0); op <= sys.NumOps; op++ {
		r := sys.Request{Op: op, Args: [6]uint64{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}, Path: "\xff", Data: []byte{0xff, 1, 2}}
		text := trace.Args(&r)
		end, _ := trace.Result(op, &sys.Reply{Data: []byte{0xff}, Vals: [3]uint64{^uint64(0), ^uint64(0), ^uint64(0)}})
		if strings.ContainsAny(text+end, "\n\x1b") || !utf8.ValidString(text+end) {
			t.Errorf("%v prints %q and %q", op, text, end)
		}
	}
}

func TestForms(t *testing.T) {
	begun := time.Unix(100, 0)
	at := func(ms int) time.Time { return begun.Add(time.Duration(ms) * time.Millisecond) }
	events := []trace.Event{
		{Begin: at(1), Took: 2 * time.Millisecond, PID: 5, Program: "cat", Call: "read", Args: "0, 1", Result: "0"},
		{Begin: at(2), Took: 4 * time.Millisecond, PID: 5, Program: "cat", Call: "write", Args: "1", Result: "-1 EPIPE", Failed: true},
		{Begin: at(3), Took: time.Millisecond, PID: 5, Program: "cat", Call: "read", Args: "0, 1", Result: "0"},
		{Begin: at(7), Took: trace.Unfinished, PID: 5, Program: "cat", Call: "exit", Args: "0", Result: "?"},
		{Begin: at(8), Took: time.Millisecond, PID: 6, Program: "x", Call: "bus", Bus: &trace.BusCall{Call: 9, Package: "os"}},
	}
	if got, want := trace.Line(&events[1], begun), "  0.002000 [5] write(1) = -1 EPIPE <0.004000>\n"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
	if got, want := trace.Line(&events[3], begun), "  0.007000 [5] exit(0) = ?\n"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
	var table, file bytes.Buffer
	var sums trace.Summary
	c := trace.NewChrome(&file, begun)
	for i := range events {
		sums.Add(&events[i])
		if err := c.Add(&events[i]); err != nil {
			t.Fatal(err)
		}
	}
	sums.Write(&table)
	want := `% time     seconds  usecs/call     calls    errors call
 50.00    0.004000        4000         1         1 write
 37.50    0.003000        1500         2         0 read
 12.50    0.001000        1000         1         0 bus os
  0.00    0.000000           0         1         0 exit
100.00    0.008000        1600         5         1 total
`
	if table.String() != want {
		t.Errorf("the table is\n%s", &table)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	var read struct {
		TraceEvents []struct {
			Name, Cat, Ph string
			TS, Dur       float64
			PID, TID      int
		}
	}
	if err := json.Unmarshal(file.Bytes(), &read); err != nil {
		t.Fatalf("%v in %s", err, &file)
	}
	var got []string
	for _, e := range read.TraceEvents {
		got = append(got, strings.Join([]string{e.Ph, e.Cat, e.Name}, " "))
	}
	if text := strings.Join(got, ","); text != "M  process_name,X syscall read,X syscall write,X syscall read,X syscall exit,M  process_name,X bus os bus" {
		t.Errorf("%s", text)
	}
	// What overlaps is in rows of its own.
	if rows := read.TraceEvents; rows[1].TID != 1 || rows[2].TID != 2 || rows[3].TID != 1 || rows[6].TID != 1000 || rows[2].TS != 2000 || rows[2].Dur != 4000 {
		t.Errorf("%+v", rows)
	}
}

func TestEmptyFile(t *testing.T) {
	var file bytes.Buffer
	if err := trace.NewChrome(&file, time.Now()).Close(); err != nil || !json.Valid(file.Bytes()) {
		t.Errorf("%q, %v", &file, err)
	}
}
