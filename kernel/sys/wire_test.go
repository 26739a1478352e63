package sys_test

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

func TestWire_requestAndReply(t *testing.T) {
	in := sys.Request{Op: sys.OpRename, Args: [6]uint64{1, ^uint64(0), 3, 4, 5, 6}, Path: "a/b", Data: []byte("c")}
	frame, rest, err := bus.Decode(sys.AppendRequest(nil, bus.KindCall, 2, 77, &in))
	if err != nil || len(rest) != 0 || frame.Lane != 2 || frame.ID != 77 {
		t.Fatalf("%+v, %v", frame, err)
	}
	op, ok := frame.Method.ReservedNumber()
	out, err := sys.DecodeRequest(sys.Op(op), frame.Format, frame.Payload)
	if !ok || err != nil || !reflect.DeepEqual(in, out) {
		t.Errorf("%+v, %v", out, err)
	}
	rep := sys.Reply{Errno: 44, Vals: [3]uint64{1, 2, ^uint64(0)}, Data: []byte("data")}
	frame, _, err = bus.Decode(sys.AppendReply(nil, 2, 77, &rep))
	if err != nil {
		t.Fatal(err)
	}
	got, err := sys.DecodeReply(frame.Payload)
	if err != nil || !reflect.DeepEqual(rep, got) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestRecords_roundTrip(t *testing.T) {
	attr := sys.SpawnAttr{
		Path: "/p", Argv: []string{"a", ""}, Env: []string{"X=1"}, Cwd: "/c", FDs: [][2]uint32{{1, 2}, {3, 4}},
		Engine: "wazero", Flags: sys.SpawnSetSID, PGID: 9, TTY: 3, Dirs: []sys.PreopenDir{{Path: "/d", Name: "n", ReadOnly: true}},
		Limits: []sys.Limit{{Kind: sys.LimitMemory, Value: 1 << 40}},
		Grants: []string{"http:a.example", "bus"},
	}
	if got, err := sys.DecodeSpawnAttr(attr.Append(nil)); err != nil || !reflect.DeepEqual(got, attr) {
		t.Errorf("%+v, %v", got, err)
	}
	info := sys.StartInfo{PID: 7, Name: "n", Engine: "e", Argv: []string{"a"}, Env: []string{}, Cwd: "/",
		FDs: []sys.StartFD{{FD: 3, Flags: sys.OPreopen, Info: 5, Name: "/"}}, FullPaths: true, MemoryPages: 8, Instructions: 1 << 40,
		Imports: []string{"m\x00n\x00i:"}}
	if got, err := sys.DecodeStartInfo(info.Append(nil)); err != nil || !reflect.DeepEqual(got, info) {
		t.Errorf("%+v, %v", got, err)
	}
	procs := []sys.ProcInfo{{PID: 1, PPID: 2, PGID: 3, SID: 4, State: "R", TTY: "pts/0", StartTime: -5, Engine: "e", Command: []string{"sh", "-c"}}}
	if got, err := sys.DecodeProcs(sys.AppendProcs(nil, procs)); err != nil || !reflect.DeepEqual(got, procs) {
		t.Errorf("%+v, %v", got, err)
	}
	st := sys.Stat{Dev: 1, Ino: 2, Type: sys.TypeSymlink, Mode: 0o777, Nlink: 3, Size: 4, Atime: 5, Mtime: -6, Ctime: 7, Holes: 8}
	if got, err := sys.DecodeStat(st.Append(nil)); err != nil || got != st {
		t.Errorf("%+v, %v", got, err)
	}
	set := sys.SetAttr{Set: sys.AttrMode | sys.AttrSize, Mode: 1, Size: 2, Atime: 3, Mtime: 4}
	if got, err := sys.DecodeSetAttr(set.Append(nil)); err != nil || got != set {
		t.Errorf("%+v, %v", got, err)
	}
	poll := []sys.PollFD{{FD: 1, Events: 2, Revents: 3, Bytes: 4}}
	if got, err := sys.DecodePoll(sys.AppendPoll(nil, poll)); err != nil || !reflect.DeepEqual(got, poll) {
		t.Errorf("%+v, %v", got, err)
	}
	e := sys.DirEntry{Cookie: 1, Ino: 2, Type: sys.TypeRegular, Name: "name"}
	wire := e.Append(nil)
	if len(wire) != sys.DirEntrySize(len(e.Name)) {
		t.Errorf("an entry of %d bytes, announced as %d", len(wire), sys.DirEntrySize(len(e.Name)))
	}
	if got, rest, err := sys.DecodeDirEntry(wire); err != nil || len(rest) != 0 || got != e {
		t.Errorf("%+v, %v", got, err)
	}
}

// again encodes what b decodes to. known is false for what cannot be decoded.
func again(kind uint8, b []byte) (wire []byte, known bool) {
	var err error
	switch kind % 6 {
	case 0:
		var a sys.SpawnAttr
		a, err = sys.DecodeSpawnAttr(b)
		wire = a.Append(nil)
	case 1:
		var s sys.StartInfo
		s, err = sys.DecodeStartInfo(b)
		wire = s.Append(nil)
	case 2:
		var l []sys.ProcInfo
		l, err = sys.DecodeProcs(b)
		wire = sys.AppendProcs(nil, l)
	case 3:
		var l []sys.PollFD
		l, err = sys.DecodePoll(b)
		wire = sys.AppendPoll(nil, l)
	case 4:
		sys.DecodeRequest(sys.OpOpen, 0, b)
		sys.DecodeReply(b)
		var e sys.DirEntry
		e, _, err = sys.DecodeDirEntry(b)
		wire = e.Append(nil)
	case 5:
		var s sys.SetAttr
		s, err = sys.DecodeSetAttr(b)
		wire = s.Append(nil)
	}
	return wire, err == nil
}

// Whatever is decoded from any bytes must survive being encoded and decoded.
func FuzzDecode(f *testing.F) {
	f.Add(uint8(0), []byte{})
	f.Add(uint8(0), (&sys.SpawnAttr{Argv: []string{"a"}, FDs: [][2]uint32{{0, 1}}}).Append(nil))
	f.Add(uint8(1), (&sys.StartInfo{Name: "n"}).Append(nil))
	f.Add(uint8(2), sys.AppendProcs(nil, []sys.ProcInfo{{PID: 1, Command: []string{"x"}}}))
	f.Add(uint8(3), bytes.Repeat([]byte{0xff}, 64))
	f.Fuzz(func(t *testing.T, kind uint8, b []byte) {
		first, known := again(kind, b)
		if !known {
			return
		}
		if second, known := again(kind, first); !known || !bytes.Equal(first, second) {
			t.Errorf("% x became % x, and that % x", b, first, second)
		}
	})
}

func TestSignalByName(t *testing.T) {
	for name, want := range map[string]sys.Signal{"INT": 2, "sigint": 2, "SIGKILL": 9, "15": 15, "Winch": 28} {
		if got, ok := sys.SignalByName(name); got != want || !ok {
			t.Errorf("%s: %d, %v", name, got, ok)
		}
	}
	for _, name := range []string{"", "SIG", "NOPE", "99", "-1", "30"} {
		if got, ok := sys.SignalByName(name); ok {
			t.Errorf("%q is signal %d", name, got)
		}
	}
}

func TestWaitStatus(t *testing.T) {
	for _, tt := range []struct {
		s                  sys.WaitStatus
		code               int
		stopped, continued bool
	}{
		{sys.Exited(3), 3, false, false},
		{sys.Signaled(sys.SIGKILL), 137, false, false},
		{sys.Stopped(sys.SIGTSTP), 148, true, false},
		{sys.Continued(), 0, false, true},
	} {
		if tt.s.Code() != tt.code || tt.s.Stopped() != tt.stopped || tt.s.Continued() != tt.continued {
			t.Errorf("%#x: code %d, stopped %v, continued %v", tt.s, tt.s.Code(), tt.s.Stopped(), tt.s.Continued())
		}
		if tt.s.Stopped() && tt.s.Signal() != sys.SIGTSTP {
			t.Errorf("%#x: signal %d", tt.s, tt.s.Signal())
		}
	}
}
