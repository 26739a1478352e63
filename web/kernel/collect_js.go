package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"

	"github.com/bushel-wasm/bushel/web/worker"
)

// Garbage is collected in parts, between which the worker's messages are served. The runtime
// would do otherwise: it marks whatever is left in one go before it gives the thread back to
// JavaScript, since nothing else is to be done by then, and that takes as long as the heap is
// large. It does so only if no goroutine can run. So a collection is begun here, before the
// runtime begins one; and until it is over JavaScript lets goroutines run by part, whose own
// goroutine can always run. The runtime then marks for a quarter of the time, in
// pieces that are as short as what runs between them.
//
// JavaScript's half is web/ts/workers/goruntime.ts.

//go:wasmimport bushel collecting
//go:noescape
func jsCollecting(on uint32)

const (
	// leastHeap is the size in bytes below which nothing is collected.
	leastHeap = 16 << 20
	// lateCollection is the runtime's own GC percentage: it begins one if a heap grows past
	// twice its size within a few milliseconds.
	lateCollection = 250
	// heapLooks is how long the heap's size is not asked for again.
	heapLooks = 5 * time.Millisecond
	// partTime is how long a part lasts in which nothing but the collection goes on.
	partTime = 2 * time.Millisecond
	// partTurns is how often all goroutines get their turn in a part at least: what one
	// of them wakes runs in the next.
	partTurns = 4
)

// collection is the collection of garbage. All of it belongs to the worker's one thread.
var collection struct {
	on     bool
	begins uint64 // the size of the heap at which the next one begins
	looked time.Duration
	sizes  []metrics.Sample // of objects, and of what the last collection left
}

// paceCollections has collections go on in parts from here on.
func paceCollections() {
	debug.SetGCPercent(lateCollection)
	collection.sizes = []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/gc/heap/live:bytes"}}
	collection.begins = leastHeap
	worker.OnTurn(func(now time.Duration) {
		if collection.on || now-collection.looked < heapLooks {
			return
		}
		collection.looked = now
		metrics.Read(collection.sizes)
		if collection.sizes[0].Value.Uint64() < collection.begins {
			return
		}
		collection.on = true
		jsCollecting(1) // before a goroutine runs
		go collect()
	})
}

func collect() {
	runtime.GC() // returns when all is marked and swept
	metrics.Read(collection.sizes)
	collection.begins = max(leastHeap, 2*collection.sizes[1].Value.Uint64())
	collection.on = false
	jsCollecting(0)
}

// part lets all goroutines run that can, and a collection go on for a while if nothing else
// does. Goroutines that compute end it by parking.
//
//go:wasmexport part
func part(alone uint32) {
	begun := worker.Now()
	for range partTurns {
		runtime.Gosched()
	}
	for alone != 0 && collection.on && worker.Now()-begun < partTime {
		runtime.Gosched()
	}
}
