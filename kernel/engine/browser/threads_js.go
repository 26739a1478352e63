package browser

import (
	"errors"

	"github.com/bushel-wasm/bushel/kernel/engine"
)

// jsSpawn asks for a worker that runs a further thread. It answers the thread's
// number, 0 if there are too many, or -1 if the guest shares no memory.
//
//go:wasmimport bushel thread_spawn
//go:noescape
func jsSpawn(arg uint32) int32

var errNoSharedMemory = errors.New("the guest shares no memory")

// Spawn implements engine.Spawner. The thread's worker begins t.Start by itself.
func (*module) Spawn(t *engine.Thread) (id uint32, err error) {
	switch n := jsSpawn(t.Arg); {
	case n < 0:
		return 0, errNoSharedMemory
	case n == 0:
		return 0, engine.ErrThreads
	default:
		return uint32(n), nil
	}
}
