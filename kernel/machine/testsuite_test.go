package machine_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/machine"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// TestSuite runs the preview 1 cases of a checkout of the official
// wasi-testsuite (branch prod/testsuite-base) that BUSHEL_WASI_TESTSUITE names.
func TestSuite(t *testing.T) {
	root := os.Getenv("BUSHEL_WASI_TESTSUITE")
	if root == "" {
		t.Skip("BUSHEL_WASI_TESTSUITE names no checkout of wasi-testsuite")
	}
	cases, err := filepath.Glob(filepath.Join(root, "tests/*/testsuite/wasm32-wasip1/*.wasm"))
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases in %s: %v", root, err)
	}
	for _, name := range []string{"compiler", "interpreter"} {
		t.Run(name, func(t *testing.T) {
			for _, file := range cases {
				rel, _ := filepath.Rel(filepath.Join(root, "tests"), file)
				t.Run(strings.ReplaceAll(strings.TrimSuffix(rel, ".wasm"), "/testsuite/wasm32-wasip1/", "/"), func(t *testing.T) {
					suiteCase(t, file, boot(t, machine.Config{Interpreter: name == "interpreter"}))
				})
			}
		})
	}
}

func suiteCase(t *testing.T, file string, k *kernel.Kernel) {
	var spec struct {
		Args           []string
		Env            map[string]string
		Root           string
		Stdout, Stderr *string
		ExitCode       int `json:"exit_code"`
	}
	if b, err := os.ReadFile(strings.TrimSuffix(file, ".wasm") + ".json"); err == nil {
		if err := json.Unmarshal(b, &spec); err != nil {
			t.Fatal(err)
		}
	}
	code, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	install(t, k, "/case.wasm", code)
	attr := sys.SpawnAttr{Path: "/case.wasm", Argv: append([]string{filepath.Base(file)}, spec.Args...)}
	for key, value := range spec.Env {
		attr.Env = append(attr.Env, key+"="+value)
	}
	if spec.Root != "" {
		copyTree(t, k, filepath.Join(filepath.Dir(file), spec.Root), "/root")
		attr.Dirs = []sys.PreopenDir{{Path: "/root", Name: "/"}}
	}
	_, wait := spawn(t, k, attr)
	r := wait()
	if r.status.Code() != spec.ExitCode {
		t.Errorf("exit code %d, want %d; it wrote %q", r.status.Code(), spec.ExitCode, r.err)
	}
	if spec.Stdout != nil && r.out != *spec.Stdout {
		t.Errorf("wrote %q, want %q", r.out, *spec.Stdout)
	}
	if spec.Stderr != nil && r.err != *spec.Stderr {
		t.Errorf("wrote %q to standard error, want %q", r.err, *spec.Stderr)
	}
}

func copyTree(t *testing.T, k *kernel.Kernel, from, to string) {
	t.Helper()
	f := k.Init().Files()
	err := filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return f.MkdirAll(path.Join(to, rel), 0o777)
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return f.WriteFile(path.Join(to, rel), b, 0o666)
	})
	if err != nil {
		t.Fatal(err)
	}
}
