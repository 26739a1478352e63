package kernel_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel"
)

// slowMachine takes long to load a module.
type slowMachine struct {
	fakeMachine
	takes time.Duration
}

func (m *slowMachine) Load(ctx context.Context, key kernel.ImageKey, path string, read func() ([]byte, error)) (kernel.Image, error) {
	time.Sleep(m.takes) // of the bubble's clock
	return m.fakeMachine.Load(ctx, key, path, read)
}

// TestBus_loadingIsNotWaitingToListen has a module that listens never: it is given up a while
// after it was loaded, however long that takes.
func TestBus_loadingIsNotWaitingToListen(t *testing.T) {
	for _, takes := range []time.Duration{time.Second, 10 * time.Minute} {
		t.Run(takes.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				machine := &slowMachine{takes: takes}
				machine.run = map[string]func(*kernel.Guest){"mute": func(*kernel.Guest) {}}
				k := kernel.New(kernel.Config{Machine: machine})
				defer k.Close()
				writes(t, k, map[string]string{"/bin/mute.wasm": "\x00asmmute"})
				p := onBus(t, k, bus.Options{}, func(p *kernel.Process, c *bus.Conn) {
					began := time.Now()
					_, err := c.Package("mute").Invoke(p.Context(), request("t/1.Any", ""))
					if bus.CodeOf(err) != bus.CodeUnavailable {
						t.Errorf("the call ended with %v", err)
					}
					if took := time.Since(began); took < takes+20*time.Second || took > takes+time.Minute {
						t.Errorf("it took %v", took)
					}
				})
				wait(t, k, p.PID())
			})
		})
	}
}
