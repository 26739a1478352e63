package kernel_test

import (
	"errors"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel"
)

// TestBus_embeddersPath has process 1 call a package along the PATH that it was given.
func TestBus_embeddersPath(t *testing.T) {
	m := &fakeMachine{run: map[string]func(*kernel.Guest){"pkg": func(g *kernel.Guest) {
		c, err := g.Process.Bus(bus.Options{Handler: testServer()})
		if err != nil {
			t.Error(err)
			return
		}
		c.Listen(g.Process.Context(), "", 0)
		c.Wait()
	}}}
	for _, tt := range []struct {
		name string
		env  []string
		want bus.Code
	}{
		{"there", []string{"PATH=/bin:/home/bin"}, 0},
		{"elsewhere", []string{"PATH=/bin:/usr/bin"}, bus.CodeNotFound},
		{"none", nil, bus.CodeNotFound},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := kernel.New(kernel.Config{Machine: m, Environ: tt.env})
			defer k.Close()
			f := k.Init().Files()
			if err := errors.Join(f.MkdirAll("/home/bin", 0o755), f.WriteFile("/home/bin/pkg.wasm", []byte("\x00asmpkg"), 0o755)); err != nil {
				t.Fatal(err)
			}
			c, err := k.Init().Bus(bus.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close(nil)
			_, err = c.Package("pkg").Invoke(t.Context(), request("t/1.Echo", ""))
			if err == nil && tt.want != 0 || err != nil && bus.CodeOf(err) != tt.want {
				t.Errorf("%v", err)
			}
		})
	}
}
