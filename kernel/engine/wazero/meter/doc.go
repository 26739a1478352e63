// Package meter rewrites a module so that it counts its instructions, and calls an
// imported function again and again while it runs. There an engine that cannot
// interrupt a guest ends it, stops it, lets others run, limits it or unwinds its own stack.
//
// The count is a global that the module does not know of. It goes down at the
// head of each loop and at the entry of a function:
//
//	block
//	  global.get $count  i32.const weight  i32.sub  global.set $count
//	  global.get $count  i32.clz  br_if 0
//	  global.get $count  call $tick  global.set $count
//	end
//
// The weight of a loop is the number of its instructions without those of the loops in
// it, and that of a function the number of those outside of its loops, whatever branch is
// taken; each call adds [CallCost], and functions no longer than that which call no
// other have no check. So the count is the same for the same program on any engine, and
// above what is really executed where a branch skips something.
//
// The import comes behind the module's other imported functions, so the
// numbers of its own functions grow, wherever they stand. All else is
// kept as it is, but for the custom sections that hold places in the code.
package meter
