package wazero

import (
	"sync"
	_ "unsafe" // for the link to wazero's ceiling
)

// ceiling is how many calls may be nested. wazero's interpreter takes 2,000 by
// default, which real programs exceed.
const ceiling = 50_000

// wazero means its ceiling to be changed by the linker, and gives no other way.
//
//go:linkname callStackCeiling github.com/tetratelabs/wazero/internal/engine/interpreter.callStackCeiling
var callStackCeiling int

var raiseDepth = sync.OnceFunc(func() { callStackCeiling = ceiling })
