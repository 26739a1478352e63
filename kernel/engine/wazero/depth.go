package wazero

import (
	"sync"
	_ "unsafe" // for the link to wazero's ceiling
)

// How many calls may be nested in the interpreter. wazero takes 2,000 by default,
// which real programs exceed. Each takes some of the goroutine's stack: about
// 11 KB on js/wasm, where 22,000 just keep it below 256 MB, and a stack's next
// size would be too large for Go.
const (
	ceilingNative = 50_000
	ceilingWasm   = 22_000
)

// wazero means its ceiling to be changed by the linker, and gives no other way.
//
//go:linkname callStackCeiling github.com/tetratelabs/wazero/internal/engine/interpreter.callStackCeiling
var callStackCeiling int

var raiseDepth = sync.OnceFunc(func() {
	callStackCeiling = ceilingNative
	if onWasm {
		callStackCeiling = ceilingWasm
	}
})
