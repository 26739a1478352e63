package machine_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/internal/await"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/engine/wasmtest"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// example builds a program of examples/go for wasip1.
func example(t *testing.T, name string) []byte {
	t.Helper()
	out := filepath.Join(t.TempDir(), name+".wasm")
	cmd := exec.Command("go", "build", "-ldflags=-s -w", "-o", out, "../../examples/go/"+name)
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "GOFLAGS=")
	return wasmtest.Built(t, cmd, out)
}

const counted = `sum 42
no list: invalid_argument true
no method: unimplemented
no package: there is no package nobody
changed to 5
value 5
changed to 12
value 12
numbers 12502500 <nil>
slow <nil> others went on: true
given up: true
`

func TestBus_guestsCallEachOther(t *testing.T) {
	counter, count := example(t, "counter"), example(t, "count")
	both(t, func(t *testing.T, k *kernel.Kernel) {
		files := k.Init().Files()
		if err := files.MkdirAll("/bin", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := files.MkdirAll("/etc/bus.d", 0o755); err != nil {
			t.Fatal(err)
		}
		install(t, k, "/bin/counter.wasm", counter)
		install(t, k, "/count.wasm", count)
		conn, err := k.Init().Bus(bus.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(nil)
		call := func(pkg, method, body string) (string, error) {
			r, err := conn.Package(pkg).Invoke(t.Context(), &bus.Request{Method: bus.MethodOf(method), Format: bus.FormatJSON, Body: []byte(body)})
			if err != nil {
				return "", err
			}
			return string(r.Body), nil
		}
		pids := func(pkg string) (list []uint32) {
			for _, p := range k.Bus().Packages() {
				if p.Name == pkg {
					list = append(list, p.PIDs...)
				}
			}
			return list
		}
		t.Run("a package from /bin", func(t *testing.T) {
			_, wait := spawn(t, k, sys.SpawnAttr{Path: "/count.wasm", Argv: []string{"count"}})
			if got := wait(); got.out != counted || got.err != "" {
				t.Errorf("%q, %q", got.out, got.err)
			}
		})
		t.Run("it goes on for the next call", func(t *testing.T) {
			before := pids("counter")
			if sum, err := call("counter", "counter/1.Add", "[20,3]"); sum != "23" || err != nil {
				t.Errorf("%q, %v", sum, err)
			}
			if after := pids("counter"); len(before) != 1 || len(after) != 1 || before[0] != after[0] {
				t.Errorf("pids %v, then %v", before, after)
			}
		})
		t.Run("a crash fails what is open", func(t *testing.T) {
			before := pids("counter")
			_, err := call("counter", "counter/1.Crash", "")
			if bus.CodeOf(err) != bus.CodeUnavailable {
				t.Errorf("%v", err)
			}
			if sum, err := call("counter", "counter/1.Add", "[1]"); sum != "1" || err != nil {
				t.Errorf("the next call: %q, %v", sum, err)
			}
			if after := pids("counter"); len(after) != 1 || before[0] == after[0] {
				t.Errorf("pids %v, then %v", before, after)
			}
		})
		t.Run("its output is in its log", func(t *testing.T) {
			text, err := files.ReadFile("/var/log/bus/counter.log")
			if err != nil || !bytes.Contains(text, []byte("counter listens\n")) || !bytes.Contains(text, []byte("a counter ended at 12\n")) {
				t.Errorf("%q, %v", text, err)
			}
		})
		t.Run("a declared package that is idle is stopped", func(t *testing.T) {
			err := files.WriteFile("/etc/bus.d/brief.json", []byte(`{"name":"brief","module":"/bin/counter.wasm","idle":"1ms"}`), 0o644)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if sum, err := call("brief", "counter/1.Add", "[4,4]"); sum != "8" || err != nil {
					t.Errorf("%q, %v", sum, err)
				}
				await.Until(t, "it has been stopped", func() bool { return len(pids("brief")) == 0 })
			}
		})
		t.Run("a module that does not listen", func(t *testing.T) {
			err := files.WriteFile("/etc/bus.d/deaf.json", []byte(`{"name":"deaf","module":"/count.wasm","args":["x"]}`), 0o644)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := call("deaf", "counter/1.Add", "[]"); bus.CodeOf(err) != bus.CodeUnavailable || !strings.Contains(err.Error(), "ended before it listened") {
				t.Errorf("%v", err)
			}
		})
	})
}
