package machine_test

import (
	"fmt"
	"io"
	"os"
	"testing"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/engine/wasmtest"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// TestSockets has guests serve several clients at once: a socket that they begin with is
// behind their preopened directory.
func TestSockets(t *testing.T) {
	source := func(t *testing.T, name string) string {
		b, err := os.ReadFile("../../examples/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	tests := []struct {
		name  string
		build func(t *testing.T) []byte
	}{
		{"c", func(t *testing.T) []byte { return wasmtest.BuildC(t, source(t, "c/shout.c")) }},
		{"go", func(t *testing.T) []byte { return wasmtest.BuildGo(t, "wasip1", source(t, "go/shout/main.go")) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			code := test.build(t)
			both(t, func(t *testing.T, k *kernel.Kernel) {
				install(t, k, "/shout.wasm", code)
				f := k.Init().Files()
				listening, port, err := f.Listen(0, 8)
				if err != nil {
					t.Fatal(err)
				}
				in, err := f.Open("/dev/null", sys.ORead, 0)
				if err != nil {
					t.Fatal(err)
				}
				const clients = 5
				_, wait := spawn(t, k, sys.SpawnAttr{
					Path: "/shout.wasm", Argv: []string{"shout", fmt.Sprint(clients)}, Env: []string{"LISTEN_FDS=1", "LISTEN_FDS_START=4"},
					FDs: [][2]uint32{{uint32(in), 0}, {uint32(listening), 4}},
				})
				f.Close(listening)
				var conns []int
				for i := range clients {
					conn, err := f.Connect(port, 0)
					if err != nil {
						t.Fatal(err)
					}
					fmt.Fprintf(f.File(conn), "client %d\n", i)
					conns = append(conns, conn)
				}
				for i := clients - 1; i >= 0; i-- {
					if err := f.Shutdown(conns[i], sys.ShutWrite); err != nil {
						t.Error(err)
					}
					got, err := io.ReadAll(f.File(conns[i]))
					if want := fmt.Sprintf("CLIENT %d\n", i); string(got) != want || err != nil {
						t.Errorf("%q, %v; want %q", got, err, want)
					}
					f.Close(conns[i])
				}
				if got := wait(); got.status != sys.Exited(0) || got.out != fmt.Sprintf("served %d\n", clients) {
					t.Errorf("%+v", got)
				}
			})
		})
	}
}
