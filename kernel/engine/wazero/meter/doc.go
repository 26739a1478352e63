// Package meter rewrites a module so that it calls an imported function again
// and again while it runs: after every so many loop iterations and calls.
// There an engine that cannot interrupt a guest ends it, stops it, lets others
// run or unwinds its own stack.
//
// The count is a global that the module does not know of. It goes down at the
// head of each loop and at the entry of each function that calls others:
//
//	block
//	  global.get $count  i32.const 1  i32.sub  global.set $count
//	  global.get $count  br_if 0
//	  i32.const every    global.set $count
//	  call $tick
//	end
//
// The import comes behind the module's other imported functions, so the
// numbers of its own functions grow, wherever they stand. All else is
// kept as it is, but for the custom sections that hold places in the code.
package meter
