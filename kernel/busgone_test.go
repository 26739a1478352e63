package kernel_test

import (
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// TestBus_callerGoneAtOnce has a caller end after its call has arrived and before it is handed
// on.
func TestBus_callerGoneAtOnce(t *testing.T) {
	var k *kernel.Kernel
	k = kernel.New(kernel.Config{BusHook: func(c *kernel.BusCall, r *bus.Response, err error) error {
		if r == nil && err == nil && c.Package == "nobody" {
			if err := k.Init().Files().Kill(c.Caller, sys.SIGKILL); err != nil {
				t.Error(err)
			}
		}
		return nil
	}})
	defer k.Close()
	p, err := k.Init().Fork(func(p *kernel.Process) int {
		conn, err := p.Bus(bus.Options{})
		if err != nil {
			t.Error(err)
			return 1
		}
		conn.Package("nobody").Invoke(p.Context(), &bus.Request{Method: bus.MethodOf("t/1.X")}) // it may see that it has failed
		return 1
	}, kernel.ForkAttr{Argv: []string{"caller"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, status, err := k.Init().Files().Wait(p.PID(), 0); err != nil || status != sys.Signaled(sys.SIGKILL) {
		t.Errorf("%v, %v", status, err)
	}
	if _, err := dial(t, k).Package(bus.PackageBus).Invoke(t.Context(), &bus.Request{Method: bus.MethodPing}); err != nil {
		t.Error(err)
	}
	for _, p := range k.Bus().Packages() {
		if p.Open != 0 {
			t.Errorf("package %s has %d calls open", p.Name, p.Open)
		}
	}
}
