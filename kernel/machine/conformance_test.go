package machine_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/abi/wasi"
	"github.com/bushel-wasm/bushel/kernel/engine/wasmtest"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// kinds are the columns of the table: what the cases of a function are about.
var kinds = []string{"success", "error", "pointer", "iovec", "rights", "fd", "flags", "offset"}

// exempt are the cells that every function would have but these: it has no such
// argument, or nothing that can go wrong.
var exempt = map[string]string{
	"pointer": "fd_advise fd_allocate fd_close fd_datasync fd_fdstat_set_flags fd_fdstat_set_rights fd_filestat_set_size " +
		"fd_filestat_set_times fd_renumber fd_sync proc_raise sched_yield sock_shutdown",
	"fd": "args_get args_sizes_get environ_get environ_sizes_get clock_res_get clock_time_get proc_raise random_get sched_yield",
}

// TestConformance runs the tests of WASI preview 1 in kernel/abi/wasi/conformance.
func TestConformance(t *testing.T) {
	sources, err := filepath.Glob("../abi/wasi/conformance/*.c")
	if err != nil || len(sources) == 0 {
		t.Fatal(sources, err)
	}
	clang := wasmtest.Clang(t)
	out := filepath.Join(t.TempDir(), "conformance.wasm")
	code := wasmtest.Built(t, exec.Command(clang, append([]string{"--target=wasm32-wasi", "-O1", "-Wall", "-Werror", "-o", out}, sources...)...), out)
	var table map[string]map[string]int
	both(t, func(t *testing.T, k *kernel.Kernel) {
		install(t, k, "/conformance.wasm", code)
		f := k.Init().Files()
		for _, dir := range []string{"/w", "/ro"} {
			if err := f.Mkdir(dir, 0o777); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.WriteFile("/ro/file", []byte("text\n"), 0o666); err != nil {
			t.Fatal(err)
		}
		listening, _, err := f.Listen(7000, 8)
		if err != nil {
			t.Fatal(err)
		}
		in, err := f.Open("/dev/null", sys.ORead, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, wait := spawn(t, k, sys.SpawnAttr{
			Path: "/conformance.wasm", Argv: []string{"conformance", "one", "two words"}, Env: []string{"CONFORMANCE=a b=c"},
			Dirs: []sys.PreopenDir{{Path: "/w", Name: "w"}, {Path: "/ro", Name: "ro", ReadOnly: true}, {Path: "/dev/tcp/localhost", Name: "tcp"}},
			FDs:  [][2]uint32{{uint32(in), 0}, {uint32(listening), 6}},
		})
		f.Close(listening)
		r := wait()
		table = map[string]map[string]int{"proc_exit": {"success": 1}} // the exit code is what it is about
		for line := range strings.Lines(r.out) {
			words := strings.Fields(line)
			if words[0] != "ok" || len(words) < 3 {
				t.Error(strings.TrimSpace(line))
				continue
			}
			if table[words[1]] == nil {
				table[words[1]] = map[string]int{}
			}
			table[words[1]][words[2]]++
		}
		if r.status != sys.Exited(0) || r.err != "" {
			t.Errorf("status %v, %q", r.status, r.err)
		}
	})
	var text strings.Builder
	fmt.Fprintf(&text, "%-26s%s\n", "function", strings.Join(kinds, "  "))
	for _, h := range wasi.New(nil, &sys.StartInfo{}, wasi.Options{}).Host() {
		if h.Module != wasi.Preview1 {
			continue
		}
		fmt.Fprintf(&text, "%-26s", h.Name)
		for _, kind := range kinds {
			n := table[h.Name][kind]
			fmt.Fprintf(&text, "%*d  ", len(kind), n)
			if _, all := exempt[kind]; n == 0 && h.Name != "proc_exit" && (kind == "success" || all) && !slices.Contains(strings.Fields(exempt[kind]), h.Name) {
				t.Errorf("%s has no case of the kind %q", h.Name, kind)
			}
		}
		text.WriteByte('\n')
	}
	t.Logf("\n%s", text.String())
}
