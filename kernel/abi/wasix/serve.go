package wasix

import (
	"context"
	"path"
	"strings"

	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/engine"
	"github.com/bushel-wasm/bushel/kernel/errno"
)

// reactExport is the export by which a guest that serves is told that there is something to poll.
const reactExport = "_react"

// threadSpawn has a value for the thread, whether it is a reactor, and where its number goes.
// The crate asks for one reactor, which is its way to say that it serves; its answer is an
// errno of WASI. Real threads are wasi-threads' affair.
func (a *ABI) threadSpawn(mod api.Module, s []uint64) bus.Crate {
	if uint32(s[1]) == 0 {
		return bus.Crate(errno.ENOTSUP)
	}
	if mem := mod.Memory(); mem == nil || !mem.WriteUint32Le(uint32(s[2]), 1) {
		return bus.Crate(errno.EFAULT)
	}
	a.mu.Lock()
	again := a.reactor
	a.reactor = true
	a.mu.Unlock()
	if !again {
		a.listen()
	}
	return 0
}

// listen makes the guest the one who serves its package: the one by whose name the bus has
// started it, with the argument "bus", or else the one that is called as it is.
func (a *ABI) listen() {
	name := ""
	if args := a.info.Argv; len(args) < 2 || args[1] != "bus" {
		name = strings.TrimSuffix(path.Base(a.info.Name), ".wasm")
	}
	body := append(make([]byte, 4), name...) // any number of calls at once
	a.conn().Package(bus.PackageBus).Start(context.Background(), &bus.Request{Method: bus.MethodListen, Body: body},
		func(_ *bus.Response, err error) {
			if err != nil {
				a.conn().Close(err)
			}
		})
}

// Serve is the life of a guest after its main function has returned; see
// engine.Program.Serve.
func (a *ABI) Serve(mod api.Module, end func()) {
	a.mu.Lock()
	if !a.reactor || a.link.Conn().Err() != nil {
		a.mu.Unlock()
		end()
		return
	}
	a.mod, a.end = mod, end
	a.unlock()
}

// react has the guest poll. Only one who sets a.inside calls it.
func (a *ABI) react() {
	err := engine.Enter(a.mod, reactExport, types("I"), []uint64{0}, func([]uint64) {
		a.mu.Lock()
		a.inside = false
		a.round++
		a.unlock()
	})
	if err != nil {
		a.lost()
	}
}

// lost ends a guest that serves and whose link has ended.
func (a *ABI) lost() {
	a.mu.Lock()
	end := a.end
	a.end = nil
	a.mu.Unlock()
	if end != nil {
		end()
	}
}
