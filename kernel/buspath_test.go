package kernel_test

import (
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel"
)

// TestBus_embeddersPath has process 1 call a package along the PATH that it was given.
func TestBus_embeddersPath(t *testing.T) {
	m := &fakeMachine{run: map[string]func(*kernel.Guest){"pkg": packageOf(t, testServer())}}
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
			writes(t, k, map[string]string{"/home/bin/pkg.wasm": "\x00asmpkg"})
			_, err := dial(t, k).Package("pkg").Invoke(t.Context(), request("t/1.Echo", ""))
			if err == nil && tt.want != 0 || err != nil && bus.CodeOf(err) != tt.want {
				t.Errorf("%v", err)
			}
		})
	}
}
