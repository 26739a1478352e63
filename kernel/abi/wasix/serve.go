package wasix

import (
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
	a.peer.Listen()
	return 0
}

// Serve is the life of a guest after its main function has returned; see
// engine.Program.Serve.
func (a *ABI) Serve(mod api.Module, end func()) {
	a.mu.Lock()
	if !a.peer.Serve(func() { a.ends(end) }) {
		a.mu.Unlock()
		end()
		return
	}
	a.entry.Mod = mod
	a.unlock()
}

// react has the guest poll. Only one who sets a.entry.Inside calls it.
func (a *ABI) react() {
	err := engine.Enter(a.entry.Mod, reactExport, engine.Types("I"), []uint64{0}, func([]uint64) {
		a.mu.Lock()
		if end := a.entry.Over(); end != nil {
			a.mu.Unlock()
			end()
			return
		}
		a.entry.Inside = false
		made := a.nextRound()
		a.unlock()
		open(made)
	})
	if err != nil {
		a.mu.Lock()
		a.entry.Inside = false
		a.mu.Unlock()
		a.peer.End()
	}
}

// ends ends a guest that serves.
func (a *ABI) ends(end func()) {
	a.mu.Lock()
	then := a.entry.Ends(a.waiting != nil, end)
	a.mu.Unlock()
	then()
}
