package wasmtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// BuildGo builds a Go program of one file for WebAssembly; goos is "wasip1" or "js".
func BuildGo(t testing.TB, goos, source string) []byte {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(source), 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "build", "-o", "x.wasm", "main.go")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOOS="+goos, "GOARCH=wasm", "GOFLAGS=")
	return Built(t, cmd, filepath.Join(dir, "x.wasm"))
}

// BuildC builds a C program of one file for WASI with further flags of the compiler, and
// skips the test if there is no compiler for it.
func BuildC(t testing.TB, source string, flags ...string) []byte {
	t.Helper()
	clang := Clang(t)
	dir := t.TempDir()
	in, out := filepath.Join(dir, "x.c"), filepath.Join(dir, "x.wasm")
	if err := os.WriteFile(in, []byte(source), 0o666); err != nil {
		t.Fatal(err)
	}
	return Built(t, exec.Command(clang, append([]string{"--target=wasm32-wasi", "-O1", "-o", out, in}, flags...)...), out)
}

// Clang is the C compiler for WASI. Without one, or without its library, the test is skipped.
func Clang(t testing.TB) string {
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

// Built runs a compiler and reads what it has made.
func Built(t testing.TB, cmd *exec.Cmd, out string) []byte {
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
