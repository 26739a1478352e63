package web_test

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

var update = flag.Bool("update", false, "write the vectors anew")

const vectorFile = "ts/testdata/vectors.json"

// vectors are records of the link in both their forms. The page's TypeScript is
// tested against the same file (e2e/unit), so that neither side can change alone.
type vectors struct {
	Ops      map[string]uint32 `json:"ops"`
	Errnos   []string          `json:"errnos"`
	Signals  map[string]int    `json:"signals"`
	Requests []requestVector   `json:"requests"`
	Replies  []replyVector     `json:"replies"`
	Spawns   []spawnVector     `json:"spawns"`
	Stats    []statVector      `json:"stats"`
	Dirs     []dirVector       `json:"dirs"`
	Statuses []statusVector    `json:"statuses"`
}

type requestVector struct {
	Name string   `json:"name"`
	Lane uint16   `json:"lane"`
	ID   uint32   `json:"id"`
	Op   string   `json:"op"`
	Args []string `json:"args"` // signed decimal
	Path string   `json:"path"`
	Data string   `json:"data"` // hex, as Wire is
	Wire string   `json:"wire"`
}

type replyVector struct {
	Name  string    `json:"name"`
	ID    uint32    `json:"id"`
	Errno uint16    `json:"errno"`
	Vals  [3]uint64 `json:"vals"`
	Data  string    `json:"data"`
	Wire  string    `json:"wire"`
}

type spawnVector struct {
	Name  string         `json:"name"`
	Spawn *sys.SpawnAttr `json:"spawn"`
	Wire  string         `json:"wire"`
}

type statVector struct {
	Name    string   `json:"name"`
	Stat    sys.Stat `json:"stat"`
	MtimeMs float64  `json:"mtimeMs"`
	Wire    string   `json:"wire"`
}

type dirVector struct {
	Name    string         `json:"name"`
	Entries []sys.DirEntry `json:"entries"`
	Wire    string         `json:"wire"`
}

type statusVector struct {
	Name   string `json:"name"`
	Status uint32 `json:"status"`
	Code   int    `json:"code"`
	Signal int    `json:"signal"`
}

func TestWire_vectors(t *testing.T) {
	want := makeVectors()
	data, err := json.MarshalIndent(want, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	data = append(data, '\n')
	if *update {
		if err := os.WriteFile(vectorFile, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(vectorFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != string(data) {
		t.Errorf("%s is not what the Go code writes; if that is meant, run go test ./web -update and adapt web/ts", vectorFile)
	}
}

func makeVectors() *vectors {
	v := &vectors{Ops: map[string]uint32{}, Signals: map[string]int{}}
	for op := sys.Op(1); op < sys.NumOps; op++ {
		v.Ops[op.String()] = uint32(op)
	}
	for e := errno.Errno(1); e <= errno.ENOTCAPABLE; e++ {
		v.Errnos = append(v.Errnos, e.Name()+": "+e.Error())
	}
	for s := sys.Signal(1); s < sys.NumSignals; s++ {
		if s.Valid() {
			v.Signals[s.Name()] = int(s)
		}
	}
	for _, r := range []requestVector{
		{Name: "no arguments", ID: 1, Op: "getpid"},
		{Name: "a path", Lane: 3, ID: 0xfffffffe, Op: "open", Args: []string{"-1", "9", "420"}, Path: "/tmp/ü"},
		{Name: "data", Lane: 0xffff, ID: 7, Op: "write", Args: []string{"1"}, Data: "00ff"},
		{Name: "a negative pid", ID: 8, Op: "kill", Args: []string{"-4294967297", "9"}},
		{Name: "above 32 bits", ID: 9, Op: "pread", Args: []string{"3", "4096", "9007199254740991"}},
		{Name: "a path and data", ID: 10, Op: "rename", Args: []string{"-1", "-1"}, Path: "a", Data: "62"},
	} {
		req := sys.Request{Op: sys.Op(v.Ops[r.Op]), Path: r.Path, Data: unhex(r.Data)}
		for i, a := range r.Args {
			var n int64
			if err := json.Unmarshal([]byte(a), &n); err != nil {
				panic(err)
			}
			req.Args[i] = uint64(n)
		}
		r.Wire = hex.EncodeToString(sys.AppendRequest(nil, bus.KindCall, r.Lane, r.ID, &req))
		v.Requests = append(v.Requests, r)
	}
	for _, r := range []replyVector{
		{Name: "success", ID: 1},
		{Name: "values and data", ID: 2, Vals: [3]uint64{3, 1 << 40, 1<<53 - 1}, Data: "68690a"},
		{Name: "an error", ID: 0xfffffffe, Errno: uint16(errno.ENOENT)},
	} {
		reply := sys.Reply{Errno: errno.Errno(r.Errno), Vals: r.Vals, Data: unhex(r.Data)}
		r.Wire = hex.EncodeToString(sys.AppendReply(nil, 0xffff, r.ID, &reply))
		v.Replies = append(v.Replies, r)
	}
	for name, a := range map[string]*sys.SpawnAttr{
		"a line": {
			Path: "/bin/sh", Argv: []string{"sh", "-c", "echo ü"}, Env: []string{"A=1", "B="}, Cwd: "/home",
			FDs: [][2]uint32{{5, 0}, {6, 1}}, Engine: "wazero", Flags: sys.SpawnSetSID | sys.SpawnSetTTY, TTY: 9,
			Limits: []sys.Limit{{Kind: sys.LimitMemory, Value: 64 << 20}, {Kind: sys.LimitInstructions, Value: 1 << 40}},
		},
	} {
		v.Spawns = append(v.Spawns, spawnVector{name, a, hex.EncodeToString(a.Append(nil))})
	}
	stat := sys.Stat{Dev: 1, Ino: 99, Type: sys.TypeRegular, Mode: 0o644, Nlink: 2, Size: 5 << 30, Atime: 1, Mtime: 1763820000123456789, Ctime: -1, Holes: 3 << 30}
	v.Stats = append(v.Stats, statVector{"a file", stat, 1763820000123.456, hex.EncodeToString(stat.Append(nil))})
	entries := []sys.DirEntry{{Cookie: 1, Ino: 2, Type: sys.TypeDirectory, Name: "d"}, {Cookie: 1 << 40, Ino: 3, Type: sys.TypeRegular, Name: "ü.txt"}}
	var wire []byte
	for i := range entries {
		wire = entries[i].Append(wire)
	}
	v.Dirs = append(v.Dirs, dirVector{"two entries", entries, hex.EncodeToString(wire)}, dirVector{"none", []sys.DirEntry{}, ""})
	for _, s := range []struct {
		name   string
		status sys.WaitStatus
	}{{"success", sys.Exited(0)}, {"a code", sys.Exited(255)}, {"killed", sys.Signaled(sys.SIGKILL)}} {
		v.Statuses = append(v.Statuses, statusVector{s.name, uint32(s.status), s.status.Code(), int(s.status.Signal())})
	}
	return v
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}
