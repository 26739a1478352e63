package wazero_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/abi/wasi"
	"github.com/bushel-wasm/bushel/kernel/engine"
	"github.com/bushel-wasm/bushel/kernel/engine/wasmtest"
	"github.com/bushel-wasm/bushel/kernel/engine/wazero"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// A sink is a process that can only write. Every second call ends later, on
// another goroutine.
type sink struct {
	mu    sync.Mutex
	out   map[uint64]string
	calls int
}

func (c *sink) Syscall(r *sys.Request) sys.Reply {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls++
	if r.Op != sys.OpWrite {
		return sys.Reply{Errno: errno.ENOSYS}
	}
	c.out[r.Args[0]] += string(r.Data)
	return sys.Reply{Vals: [3]uint64{uint64(len(r.Data))}}
}

func (c *sink) Start(r *sys.Request, done func(sys.Reply)) bool {
	reply := c.Syscall(r)
	if c.calls%2 == 0 {
		go done(reply)
		return false
	}
	done(reply)
	return true
}

var stdio = []sys.StartFD{
	{FD: 0, Flags: sys.ORead, Info: sys.FDInfo(sys.TypeFIFO)},
	{FD: 1, Flags: sys.OWrite, Info: sys.FDInfo(sys.TypeFIFO)},
	{FD: 2, Flags: sys.OWrite, Info: sys.FDInfo(sys.TypeFIFO)},
}

// engines runs f on both native engines.
func engines(t *testing.T, config wazero.Config, f func(t *testing.T, e *wazero.Engine)) {
	for _, name := range []string{"compiler", "interpreter"} {
		t.Run(name, func(t *testing.T) {
			config.Interpreter = name == "interpreter"
			e, err := wazero.New(config)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { e.Close() })
			f(t, e)
		})
	}
}

// run runs a WASI program and returns what it wrote to its standard output.
func run(ctx context.Context, e *wazero.Engine, code []byte, args ...string) (string, error) {
	proc := &sink{out: map[uint64]string{}}
	info := &sys.StartInfo{PID: 2, Name: "guest", Argv: append([]string{"guest"}, args...), Env: []string{"A=b"}, FDs: stdio}
	abi := wasi.New(proc, info, wasi.Options{})
	err := e.Run(ctx, &engine.Program{Name: "guest", Code: code, Host: abi.Host()})
	proc.mu.Lock()
	defer proc.mu.Unlock()
	return proc.out[1], err
}

func exitCode(err error) int {
	if exit, ok := errors.AsType[*engine.ExitError](err); ok {
		return int(exit.Code)
	}
	if err != nil {
		return -1
	}
	return 0
}

func TestHello(t *testing.T) {
	programs := []struct {
		name string
		code func(t *testing.T) []byte
	}{
		{"c", func(t *testing.T) []byte {
			return wasmtest.BuildC(t, `
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv) { printf("hello %s %s\n", argv[1], getenv("A")); return 7; }`)
		}},
		{"go", func(t *testing.T) []byte {
			return wasmtest.BuildGo(t, "wasip1", `package main
import ("fmt"; "os")
func main() { fmt.Println("hello", os.Args[1], os.Getenv("A")); os.Exit(7) }`)
		}},
	}
	for _, p := range programs {
		t.Run(p.name, func(t *testing.T) {
			code := p.code(t)
			engines(t, wazero.Config{}, func(t *testing.T, e *wazero.Engine) {
				out, err := run(t.Context(), e, code, "you")
				if out != "hello you b\n" || exitCode(err) != 7 {
					t.Errorf("wrote %q and ended with %v, want the greeting and exit code 7", out, err)
				}
			})
		})
	}
}
