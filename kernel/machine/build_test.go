package machine_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// buildGo builds a Go program for WebAssembly.
func buildGo(t *testing.T, goos, source string) []byte {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(source), 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "build", "-o", "x.wasm", "main.go")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOOS="+goos, "GOARCH=wasm", "GOFLAGS=")
	return built(t, cmd, filepath.Join(dir, "x.wasm"))
}

// buildC builds a C program.
func buildC(t *testing.T, source string) []byte {
	t.Helper()
	clang := needC(t)
	dir := t.TempDir()
	in, out := filepath.Join(dir, "x.c"), filepath.Join(dir, "x.wasm")
	if err := os.WriteFile(in, []byte(source), 0o666); err != nil {
		t.Fatal(err)
	}
	return built(t, exec.Command(clang, "--target=wasm32-wasi", "-O1", "-o", out, in), out)
}

// needC is a C compiler for WASI; the test is skipped if there is none.
func needC(t *testing.T) string {
	t.Helper()
	clang, err := exec.LookPath("clang-19")
	if err != nil {
		t.Skip("clang-19 is not installed")
	}
	if _, err := os.Stat("/usr/include/wasm32-wasi/stdio.h"); err != nil {
		t.Skip("wasi-libc is not installed")
	}
	return clang
}

func built(t *testing.T, cmd *exec.Cmd, out string) []byte {
	t.Helper()
	if b, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, b)
	}
	code, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return code
}
